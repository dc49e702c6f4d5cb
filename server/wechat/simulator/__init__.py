"""Plays WeChat over real HTTP: its server API, its push deliveries, and the phones of simulated readers."""
