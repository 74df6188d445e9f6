"""The clients of the outside systems, found by the protocol they fulfil."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar, cast

from bot.errors import DaoyiError

T = TypeVar("T")


class PortMissing(DaoyiError):
    """No client was chosen for a port: the composition root forgot it."""


class Ports:
    """Protocol class -> client. Filled by ``bot.app`` and ``bot.worker``, which alone choose clients.

    >>> ports = Ports()
    >>> ports.put(str, "the client")
    >>> ports[str]
    'the client'
    """

    def __init__(self) -> None:
        self._clients: dict[type, object] = {}

    def put(self, port: type[T], client: T) -> None:
        """Choose ``client`` for ``port``; a second one takes its place (tests replace what the roots chose)."""
        self._clients[port] = client

    def __getitem__(self, port: type[T]) -> T:
        try:
            return cast(T, self._clients[port])
        except KeyError:
            raise PortMissing(f"no client for {port.__module__}.{port.__qualname__}") from None

    def __contains__(self, port: type) -> bool:
        return port in self._clients

    def __iter__(self) -> Iterator[object]:
        """The distinct clients, in the order they were put: for starting and closing them."""
        return iter({id(client): client for client in self._clients.values()}.values())

    async def close(self) -> None:
        """Close every client that has an async ``close``, last put first; one that fails does not keep the others
        open, and its error is raised afterwards."""
        failures: list[Exception] = []
        for client in reversed(list(self)):
            close = getattr(client, "close", None)
            if close is None:
                continue
            try:
                await close()
            except Exception as error:
                failures.append(error)
        if failures:
            raise failures[0]
