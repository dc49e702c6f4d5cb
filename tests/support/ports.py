"""Ports for processes that a test starts."""

import random
import socket


def unused_port() -> int:
    """One that nobody listens at, and that no connection is given meanwhile: the system takes those from 32768 on.

    aiohttp's own of this name is of those, and a process that starts for seconds then finds it taken.
    """
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
