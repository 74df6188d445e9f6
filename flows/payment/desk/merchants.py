"""/desk/payment/merchants: the merchant accounts as they are set, and whether their keys work; only looked at."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.access import audit
from bot.db.transaction import Transaction
from bot.errors import NotFound, OutsideError
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.pages import is_part, render
from bot.web.keys import DATABASE, PORTS
from flows.payment.desk.parts import HOME, MERCHANTS
from integrations.paying.port import PayChannel, PayChannels

routes = web.RouteTableDef()
PATH = HOME + "merchants"
PATIENCE_S = 20.0


@routes.get(PATH)
@needs(MERCHANTS)
async def listed(request: web.Request) -> web.StreamResponse:
    return render(request, "payment/desk/merchants.html.j2", merchants=_merchants(request), found={})


@routes.post(PATH + "/{name}/check")
@needs(MERCHANTS)
async def check(request: web.Request) -> web.StreamResponse:
    """Try keys and certificates at the channel, now."""
    merchant = next((each for each in _merchants(request) if each.name == request.match_info["name"]), None)
    if merchant is None:
        raise NotFound("merchant")
    try:
        async with asyncio.timeout(PATIENCE_S):
            slugs = [slug.rpartition(":")[2] for slug in await merchant.check()]
    except (OutsideError, TimeoutError):
        slugs = ["unreachable"]
    me = request[STAFF]

    async def tell(tx: Transaction) -> None:
        audit.write(tx, me.actor, "payment.merchant_checked", f"merchant:{merchant.name}", {"faults": slugs})

    await request.app[DATABASE].run(tell)
    template = "payment/desk/merchant_found.html.j2" if is_part(request) else "payment/desk/merchants.html.j2"
    return render(request, template, merchants=_merchants(request), found={merchant.name: slugs}, slugs=slugs)


def _merchants(request: web.Request) -> list[PayChannel]:
    ports = request.app[PORTS]
    return list(ports[PayChannels].offered("")) if PayChannels in ports else []
