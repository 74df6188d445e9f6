"""Headers that keep a page from being used against who reads it."""

from __future__ import annotations

from functools import cache
from urllib.parse import quote

from aiohttp import web

from bot.web.keys import SETTINGS

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; media-src blob:; form-action 'self'; base-uri 'none'; frame-ancestors "
)
SERVER = "Daoyi"
"""The framework would tell its version."""
YEAR = 365 * 24 * 3600


def location(path: str) -> str:
    """An address of ours as a header takes it: what somebody wrote into a part of it stays a part of it."""
    return quote(path, safe="/?&=#%:,+~;@!$'()*")


def secure(request: web.Request, response: web.StreamResponse) -> None:
    """Add what is not there already: a page that needs more (the sandbox's frames) has written its own."""
    settings = request.app[SETTINGS]
    found = response.headers
    for name, value in _headers(settings.sandbox == "on", settings.base_url.startswith("https:")):
        if name not in found:
            found[name] = value


@cache
def _headers(sandbox: bool, https: bool) -> tuple[tuple[str, str], ...]:
    # The sandbox shows the pages in the phones of its own page; nobody else may frame them.
    more = (("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains"),) if https else ()
    return (
        ("Content-Security-Policy", POLICY + ("'self'" if sandbox else "'none'")),
        ("X-Frame-Options", "SAMEORIGIN" if sandbox else "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=()"),
        ("Server", SERVER),
        *more,
    )
