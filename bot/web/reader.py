"""What a browser may show of discreet things for some minutes: a sealed cookie with keys and their ends, bound to the
session of the contact."""

from __future__ import annotations

from aiohttp import web

from bot import clock
from bot.web import cookies
from bot.web.sessions import SESSION

COOKIE = "reader"
MOST = 20


def is_open(request: web.Request, *keys: str) -> bool:
    """Whether one of these was opened in this session, and not too long ago."""
    held = _held(request)
    return any(held.get(key, 0) > clock.now().timestamp() for key in keys)


def open_for(request: web.Request, response: web.StreamResponse, key: str, minutes: float) -> None:
    """From now on, for so long."""
    held = _held(request) | {key: int(clock.now().timestamp() + minutes * 60)}
    newest = sorted(held, key=lambda each: held[each])[-MOST:]
    value = {"session": request[SESSION].id, "open": {each: held[each] for each in newest}}
    cookies.put(request, response, COOKIE, value, max(60, int(minutes * 60)))


def of_person(public_id: str) -> str:
    """The key of all that is discreet about a person."""
    return f"person:{public_id}"


def _held(request: web.Request) -> dict[str, int]:
    held = cookies.read(request, COOKIE)
    if held is None or held.get("session") != request[SESSION].id:
        return {}
    return {str(key): int(until) for key, until in held["open"].items()}
