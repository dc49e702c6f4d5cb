"""What the tests stand on: a small library on a real database, a simulated WeChat, phones that call over HTTP."""
