"""Speaks a protocol or starts a process; knows no library rule."""
