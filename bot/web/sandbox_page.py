"""/sandbox/: the phones."""

from __future__ import annotations

from functools import reduce

from aiohttp import web

from bot.web import headers
from bot.web.access import public
from bot.web.keys import SETTINGS, WORDING
from bot.web.static import STATICS

MORE = {"img-src 'self' data:": "img-src 'self' data: blob:", "media-src blob:": "media-src 'self'"}
"""Pictures that were taken here, and what the account says aloud."""
POLICY = reduce(lambda found, own: found.replace(*own), MORE.items(), headers.POLICY) + "'none'; frame-src 'self'"


def setup(app: web.Application) -> None:
    app.router.add_get("/sandbox", elsewhere)
    app.router.add_get("/sandbox/", page)


@public
async def elsewhere(request: web.Request) -> web.Response:
    raise web.HTTPFound("/sandbox/")


@public
async def page(request: web.Request) -> web.Response:
    """The page itself; everything in it comes from /sandbox/api/."""
    text = request.app[WORDING].render(
        "sandbox/page.html.j2",
        static=request.app[STATICS].address,
        name=request.app[SETTINGS].hospital.name,
        base=request.app[SETTINGS].base_url,
    )
    return web.Response(
        text=text,
        content_type="text/html",
        headers={"Content-Security-Policy": POLICY, "X-Frame-Options": "DENY", "Cache-Control": "no-store"},
    )
