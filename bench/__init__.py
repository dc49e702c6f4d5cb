"""The product beside a baseline: same work, same run, per CPU second of the server."""
