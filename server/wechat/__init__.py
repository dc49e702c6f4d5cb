"""Everything that speaks with WeChat: the client, the push callback, and a simulator of both."""
