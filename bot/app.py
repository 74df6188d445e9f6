"""The web server: what stands at which address, and how a process of it starts and stops."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from bot import logs
from bot.areas import AREAS
from bot.house import House
from bot.settings import Settings
from bot.web import health, limits, middlewares, oauth, sandbox_proxy, static
from bot.web.desk import setup as desk
from bot.web.keys import DATABASE, DISPATCHER, PORTS, READ_AT, SETTINGS, WORDING
from flows.patients import page_aloud
from integrations.his import conduct_api
from integrations.sandbox.app import sandbox_url
from integrations.speech.port import speech_of
from webhooks.alipay_pay import view as alipay_pay
from webhooks.sms import view as sms
from webhooks.wechat import view as wechat
from webhooks.wechat_pay import view as wechat_pay

log = logs.get(__name__)


def build_app(house: House) -> web.Application:
    """The application of an open house. Closing it waits for turns that run; the house is its maker's to close."""
    app = web.Application(middlewares=(*middlewares.ALL, limits.guard), client_max_size=12 * 1024 * 1024)
    app[SETTINGS], app[DATABASE], app[WORDING] = house.settings, house.database, house.wording
    app[DISPATCHER], app[PORTS] = house.dispatcher, house.ports
    if speech_of(house.ports) is not None:
        app[READ_AT] = page_aloud.ADDRESS
    limits.setup(app, redis=house.redis)
    wechat.setup(app)
    sms.setup(app)
    wechat_pay.setup(app)
    alipay_pay.setup(app)
    health.setup(app, redis=house.redis)
    static.setup(app)
    oauth.setup(app)
    desk.setup(app, AREAS.all)
    for area in AREAS.all:
        for routes in area.routes:
            app.router.add_routes(routes)
    if house.settings.sandbox == "on":
        sandbox_proxy.setup(app, sandbox_url(house.settings))
        conduct_api.setup(app)
    app.cleanup_ctx.append(_finishing(house))
    return app


def _finishing(house: House) -> Callable[[web.Application], AsyncIterator[None]]:
    async def finish(_: web.Application) -> AsyncIterator[None]:
        yield
        await house.dispatcher.finish()

    return finish


async def serve(settings: Settings, *, redis_url: str, reuse_port: bool = False) -> None:
    """One web process, until SIGTERM or SIGINT: it stops listening, answers what it has, closes."""
    house = await House.open(settings, redis_url=redis_url)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # The access log is one line a request for a reader that nobody has; turns and refusals are logged by themselves.
    runner = web.AppRunner(build_app(house), access_log=None, handle_signals=False, shutdown_timeout=8)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port, reuse_port=reuse_port, backlog=1024)
    try:
        await site.start()
        _settle_memory()
        log.info("web_ready", port=settings.port, host=socket.gethostname())
        await stop.wait()
    finally:
        await runner.cleanup()
        await house.close()
    log.info("web_stopped")


def _settle_memory() -> None:
    """What was made by now stays for good: the collector need not look through it again, for every thousand objects of
    a turn, to find that out. A turn leaves few cycles behind, so that it may come more rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
