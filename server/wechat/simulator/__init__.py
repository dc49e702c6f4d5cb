"""Plays WeChat over real HTTP: its server API, its push deliveries, and the phones of simulated readers."""

from server.wechat.simulator.app import simulator_app
from server.wechat.simulator.settings import Quota, SimulatorSettings
from server.wechat.simulator.templates import BOOKING_LAPSED, LIBRARY_NOTICE, SEAT_REMINDER

__all__ = [
    "BOOKING_LAPSED",
    "LIBRARY_NOTICE",
    "SEAT_REMINDER",
    "Quota",
    "SimulatorSettings",
    "simulator_app",
]
