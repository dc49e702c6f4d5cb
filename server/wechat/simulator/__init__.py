"""Plays WeChat over real HTTP: its server API, its push deliveries, and the phones of simulated readers."""

from server.wechat.simulator.app import simulator_app
from server.wechat.simulator.settings import Quota, SimulatorSettings, Words
from server.wechat.simulator.templates import ANSWERED, BOOKING_LAPSED, LIBRARY_NOTICE, SEAT_REMINDER

__all__ = [
    "ANSWERED",
    "BOOKING_LAPSED",
    "LIBRARY_NOTICE",
    "SEAT_REMINDER",
    "Quota",
    "SimulatorSettings",
    "Words",
    "simulator_app",
]
