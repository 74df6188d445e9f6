"""Ports that nobody can take between being chosen and being used."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from itertools import count
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

HERE = "127.0.0.1"
FIRST, PAIRS = 20_000, 6_000
"""Below those that a system gives to whoever calls somebody (Linux: from 32768 on), of which any may go at any time."""
_turns = count(os.getpid() * 7)


def bound() -> socket.socket:
    """A socket with a port of its own. Nobody answers there until somebody listens, and nobody else can."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    line.bind((HERE, 0))
    return line


def port_of(line: socket.socket) -> int:
    return int(line.getsockname()[1])


def served(app: web.Application, line: socket.socket) -> TestServer:
    """A server of `app` at a port that was known before: it stands in addresses that the application gives away."""

    def take(*_: Any) -> socket.socket:
        return line

    return TestServer(app, host=HERE, port=port_of(line), socket_factory=take)


def free_port() -> int:
    """A port for a process of its own, with a free one after it (the sandbox takes the next)."""
    for turn in _turns:
        port = FIRST + 2 * (turn % PAIRS)
        if _is_free(port) and _is_free(port + 1):
            return port
    raise AssertionError("the turns never end")


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as line:
        try:
            line.bind((HERE, port))
        except OSError:
            return False
    return True
