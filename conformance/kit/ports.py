"""Ports of 127.0.0.1 for servers that are told theirs."""

import socket

HELD = []  # the sockets of ports that were given away, as long as the process lives


def free_port():
    """A port that nobody else is given while this process lives. The socket that holds it does not listen, so that a
    server that sets SO_REUSEADDR, as servers do, can."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    HELD.append(held)
    return held.getsockname()[1]
