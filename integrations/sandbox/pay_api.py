"""The phone page's API where money is concerned; README.md lists it."""

from __future__ import annotations

from aiohttp import web

from bot.errors import BadInput
from integrations.sandbox.asked import body_of, phone_of
from integrations.sandbox.pay.phone_pay import CHANNELS, look

routes = web.RouteTableDef()


@routes.post("/phones/{number}/pay/look")
async def open_sheet(request: web.Request) -> web.Response:
    """What the payment sheet shows, for ``{"parameters"}`` of a page, ``{"code"}`` that was scanned, or ``{"page"}``
    (an address that a browser came to); ``channel`` where the phone knows it."""
    channels = request.config_dict[CHANNELS]
    return web.json_response(look(channels, await body_of(request), phone_of(request)))


@routes.post("/phones/{number}/pay/done")
async def type_password(request: web.Request) -> web.Response:
    """``{"channel", "handle"}``: the password was typed."""
    body = await body_of(request)
    channel = request.config_dict[CHANNELS].get(str(body.get("channel", "")))
    if channel is None:
        raise BadInput("unknown_channel")
    return web.json_response({"outcome": channel.pay(str(body.get("handle", "")), phone_of(request))})


@routes.post("/phones/{number}/pay/code")
async def show_code(request: web.Request) -> web.Response:
    """``{"channel"}``: a code for a minute, to be scanned by a desk or a kiosk."""
    channel = request.config_dict[CHANNELS].get(str((await body_of(request)).get("channel", "")))
    if channel is None:
        raise BadInput("unknown_channel")
    return web.json_response({"code": channel.code(phone_of(request))})


@routes.post("/pay/refunds")
async def finish_refunds(request: web.Request) -> web.Response:
    """All money that is on its way back arrives."""
    for channel in request.config_dict[CHANNELS].values():
        channel.finish_refunds()
    return web.json_response({})
