"""Whether an address is free to listen on, asked before anything is begun."""

from __future__ import annotations

import errno
import socket

from bot.errors import SettingsError


def require_free(host: str, *ports: int) -> None:
    """:raises SettingsError: somebody else listens on one of the ports, this user may not, or the host is not ours"""
    for port in ports:
        try:
            for family, kind, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                with socket.socket(family, kind) as probe:
                    # As the server does: connections of one that has just ended do not keep the port.
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    if family == socket.AF_INET6:
                        probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                    probe.bind(address)
        except OSError as error:
            raise SettingsError(_problem(error, port)) from None


def _problem(error: OSError, port: int) -> str:
    if error.errno not in (errno.EADDRINUSE, errno.EACCES):
        return "DAOYI_HOST: expected an address of this machine"
    why = "in use" if error.errno == errno.EADDRINUSE else "not for this user"
    return f"DAOYI_PORT: {port} is {why}; expected a free port (the sandbox takes the next one too)"
