"""A form is only taken from a page that we gave to this very session.

The token is drawn at random and marked for the session; it stands in the form (or, from htmx, in a header) and in a
cookie, and both must be the same. Another site can neither read the cookie nor make a mark.
"""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import urlsplit

from aiohttp import web

from bot import keys
from bot.errors import BadInput
from bot.web import cookies
from bot.web.keys import SETTINGS

FIELD = "csrf"
HEADER = "X-CSRF-Token"
COOKIE = "csrf"
SECONDS = 12 * 3600
SAFE = ("GET", "HEAD", "OPTIONS")


def token(request: web.Request, response_cookies: list[str], session_id: str) -> str:
    """The token for the forms of a page. One that the browser has already serves on, so that several open pages do not
    make each other useless; a new one is appended to ``response_cookies``, to be set by ``remember``."""
    held = _held(request)
    if _marked(held, session_id):
        return held
    drawn = secrets.token_hex(16)
    fresh = drawn + _mark(drawn, session_id)
    response_cookies.append(fresh)
    return fresh


def remember(request: web.Request, response: web.StreamResponse, fresh: list[str]) -> None:
    """Set the cookie for a token that ``token`` drew."""
    settings = request.app[SETTINGS]
    for value in fresh:
        response.set_cookie(
            cookies.named(settings, COOKIE), value, max_age=SECONDS, path="/", httponly=True, samesite="Strict",
            secure=cookies.secure(settings),
        )


def check(request: web.Request, given: str, session_id: str) -> None:
    """:raises BadInput: ``foreign_origin``, or ``stale_form`` for a token that is missing, another session's or old"""
    origin = request.headers.get("Origin", "")
    if origin and not ours(request, origin):
        raise BadInput("foreign_origin")
    held = _held(request)
    if not held or not hmac.compare_digest(given.encode(), held.encode()) or not _marked(held, session_id):
        raise BadInput("stale_form")


def ours(request: web.Request, origin: str) -> bool:
    """Whether a browser names us as where it comes from: as we are called outside, or as it called us."""
    netloc = urlsplit(origin).netloc
    return netloc in (urlsplit(request.app[SETTINGS].base_url).netloc, request.host)


def _held(request: web.Request) -> str:
    return request.cookies.get(cookies.named(request.app[SETTINGS], COOKIE), "")


def _marked(value: str, session_id: str) -> bool:
    return len(value) == 80 and hmac.compare_digest(value[32:].encode(), _mark(value[:32], session_id).encode())


def _mark(drawn: str, session_id: str) -> str:
    return keys.ring().hash(f"{session_id}.{drawn}", "web.csrf").hex()[:48]
