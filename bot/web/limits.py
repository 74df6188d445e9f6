"""Who asks too often waits a moment: by contact, by member of staff, and by address where nobody is signed in yet.

What an address is counted as follows from its marker (``bot.web.access``); ``@limited("holds")`` names another limit of
the settings' ``[limits]``. Signed-in contacts are counted by themselves and, `crowd` times as wide, by their address:
a hospital's Wi-Fi or a mobile network shows thousands of people as one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Literal, get_args

from aiohttp import web
from aiohttp.typedefs import Handler
from redis.asyncio import Redis

from bot import keys, logs, metrics
from bot.web import cookies, csrf, faults, sessions
from bot.web.access import Access, Marked
from bot.web.address import address_of, unsure, within
from bot.web.desk.guard import COOKIE
from bot.web.keys import SETTINGS
from bot.web.rates import Rate, Rates

log = logs.get(__name__)

Name = Literal["pages", "changes", "searches", "holds", "codes", "aloud", "sign_ins", "desk", "door"]
RATES: web.AppKey[Rates] = web.AppKey("rates", Rates)
TOLD: web.AppKey[dict[tuple[str, str], float]] = web.AppKey("limits_told", dict)
QUIET = 10.0
"""Seconds between two lines about one limit."""


def limited(name: Name) -> Callable[[Marked], Marked]:
    """Count a handler's calls as ``name`` and not as its marker would."""
    assert name in get_args(Name)

    def write(handler: Marked) -> Marked:
        vars(handler)["limit"] = name
        return handler

    return write


def setup(app: web.Application, *, redis: Redis | None) -> None:
    """``app[RATES]`` and ``app[TOLD]``, for ``guard``."""
    app[RATES], app[TOLD] = Rates(redis), {}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let through who does not hurry; the others are told how long to wait."""
    name, by = name_of(request)
    rates = _rates(request, name, by) if name else []
    found = await request.app[RATES].take(rates) if rates else None
    if found is None:
        return await handler(request)
    metrics.limited.inc(str(name), found.rate.by)
    _tell(request, str(name), found.rate.by)
    return faults.answer(request, faults.Kind.TOO_MANY, wait=max(1, found.wait))


def _tell(request: web.Request, name: str, by: str) -> None:
    """One line now and then: the metric counts, and a flood must not go on in the log."""
    told, now = request.app[TOLD], time.monotonic()
    if told.get((name, by), 0.0) <= now:
        log.warning("limited", limit=name, by=by)
        told[name, by] = now + QUIET


def name_of(request: web.Request) -> tuple[Name | None, str]:
    """The limit that a request is counted under (None: under none), and the mark of who sends it, "" for anybody."""
    handler = request.match_info.handler
    access: Access | None = getattr(handler, "access", None)
    own: Name | None = getattr(handler, "limit", None)
    if access is None or (access.kind == "public" and own is None):
        return "pages" if access is not None and request.path.startswith("/h5/") else None, ""
    if access.kind == "contact":
        held = cookies.read(request, sessions.COOKIE)
        if held is None:
            return "sign_ins", ""  # it is sent to the channel's sign-in
        return own or ("pages" if request.method in csrf.SAFE else "changes"), f"contact:{held['contact']}"
    if access.kind in ("staff", "needs"):
        held_token = request.cookies.get(cookies.named(request.app[SETTINGS], COOKIE), "")
        return own or "desk", f"staff:{held_token[:100]}" if held_token else ""
    return own, ""


def _rates(request: web.Request, name: Name, by: str) -> list[Rate]:
    limits = request.app[SETTINGS].limits
    number: int = getattr(limits, name)
    if not number:
        return []
    found = [Rate(_subject(name, by), by.split(":")[0], number)] if by else []
    address = address_of(request)
    if not unsure(request) and not within(address, limits.shared_networks):
        found.append(Rate(_subject(name, f"address:{network_of(address)}"), "address", number * limits.crowd))
    return found


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the network, since every household has 2**64 of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(int(found) >> 64) if found.version == 6 else address


def _subject(name: str, who: str) -> str:
    """Neither an address nor a token stands in Redis."""
    return keys.ring().hash(f"{name}.{who}", "web.limits").hex()[:32]
