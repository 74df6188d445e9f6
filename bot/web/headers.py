"""Headers that keep a page from being used against who reads it."""

from __future__ import annotations

from aiohttp import web

from bot.web.keys import SETTINGS

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
YEAR = 365 * 24 * 3600


def secure(request: web.Request, response: web.StreamResponse) -> None:
    """Add what is not there already: a page that needs more (the sandbox's frames) has written its own."""
    settings = request.app[SETTINGS]
    found = response.headers
    # The sandbox shows the pages in the phones of its own page; nobody else may frame them.
    framed = "'self'" if settings.sandbox == "on" else "'none'"
    found.setdefault("Content-Security-Policy", POLICY + framed)
    found.setdefault("X-Frame-Options", "SAMEORIGIN" if settings.sandbox == "on" else "DENY")
    found.setdefault("X-Content-Type-Options", "nosniff")
    found.setdefault("Referrer-Policy", "same-origin")
    found.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if settings.base_url.startswith("https:"):
        found.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
