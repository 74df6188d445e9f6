"""From which address the present request comes, for the trail and the sessions; "" in jobs and commands."""

from __future__ import annotations

from contextvars import ContextVar

_address: ContextVar[str] = ContextVar("daoyi_address", default="")


def address() -> str:
    return _address.get()


def came_from(address: str) -> None:
    """Remember it for the rest of this request (each request is a task, with variables of its own)."""
    _address.set(address[:45])
