"""Cookies that only we can read and write: sealed with the installation's keys, with an end that they carry inside.

A cookie's name is part of what it is sealed for, so one cannot be handed in as another.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from aiohttp import web

from bot import clock, keys
from bot.errors import KeysError
from bot.settings import Settings
from bot.web.keys import SETTINGS

LONGEST = 3500  # characters; browsers keep cookies of 4 KB


def named(settings: Settings, name: str) -> str:
    """The name in the browser. With https it gets the prefix that keeps other hosts of the domain from setting it;
    the sandbox's phones need cookies with a path, which the prefix forbids."""
    return f"__Host-{name}" if secure(settings) and settings.sandbox != "on" else name


def secure(settings: Settings) -> bool:
    """Whether patients come by https."""
    return settings.base_url.startswith("https:")


def put(request: web.Request, response: web.StreamResponse, name: str, value: dict[str, Any], seconds: int) -> None:
    """Set a sealed cookie: HttpOnly, SameSite=Lax (the way back from the channel's sign-in brings it along)."""
    settings = request.app[SETTINGS]
    until = int(clock.now().timestamp()) + seconds
    plain = json.dumps({**value, "until": until}, ensure_ascii=False, separators=(",", ":"))
    sealed = urlsafe_b64encode(keys.ring().seal(plain, _about(name))).decode().rstrip("=")
    response.set_cookie(
        named(settings, name), sealed, max_age=seconds, path="/", httponly=True, samesite="Lax", secure=secure(settings)
    )


def read(request: web.Request, name: str) -> dict[str, Any] | None:
    """What a sealed cookie holds; None if there is none, or it is over, or it is not of our making."""
    raw = request.cookies.get(named(request.app[SETTINGS], name), "")
    if not raw or len(raw) > LONGEST:
        return None
    try:
        blob = urlsafe_b64decode(raw + "=" * (-len(raw) % 4))
        value = json.loads(keys.ring().open(blob, _about(name)))
    except (KeysError, ValueError):
        return None
    return value if isinstance(value, dict) and value.get("until", 0) > clock.now().timestamp() else None


def drop(request: web.Request, response: web.StreamResponse, name: str) -> None:
    """Have the browser forget it."""
    settings = request.app[SETTINGS]
    response.del_cookie(named(settings, name), path="/", httponly=True, samesite="Lax", secure=secure(settings))


def _about(name: str) -> str:
    return f"cookie.{name}"
