"""The played servers and our pages in one process: what a browser on /sandbox/ meets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.db.engine import Database
from bot.ports import Ports
from bot.settings import Settings
from bot.web import middlewares, oauth, sandbox_proxy, static
from bot.web.keys import DATABASE, PORTS, READ_AT, SETTINGS, WORDING
from bot.web.sign_in import SignIns
from bot.wording import Wording
from flows.booking.pages import ROUTES
from flows.patients import page_aloud
from flows.patients.area import AREA
from flows.payment.pages import ROUTES as PAYMENT
from integrations.sandbox.app import make_sandbox_app, sandbox_settings
from integrations.sandbox.phones import Phones
from integrations.speech.port import speech_of
from integrations.wechat.accounts import WeChatClients
from integrations.wechat.sign_in import WeChatSignIns
from tests.support.ports import bound, port_of, served


@dataclass
class Stage:
    """`browser` keeps cookies, by their paths, as browsers do."""

    settings: Settings
    phones: Phones
    ports: Ports
    play: TestServer
    browser: TestClient[Any, Any]


@asynccontextmanager
async def stage(
    database: Database, ports: Ports | None = None, more: web.RouteTableDef | None = None
) -> AsyncIterator[Stage]:
    ports = Ports() if ports is None else ports
    play_line, web_line = bound(), bound()
    behind = f"http://127.0.0.1:{port_of(play_line)}"
    settings = sandbox_settings(Settings(secret_key="s" * 40, port=port_of(web_line)), url=behind)
    phones = Phones()
    play = served(make_sandbox_app(settings, phones), play_line)
    app = web.Application(middlewares=middlewares.ALL)
    app[SETTINGS], app[DATABASE], app[PORTS] = settings, database, ports
    app[WORDING] = Wording.of(settings, debug=True)
    if speech_of(ports) is not None:
        app[READ_AT] = page_aloud.ADDRESS
    static.setup(app)
    oauth.setup(app)
    for each in (*AREA.routes, *ROUTES, *PAYMENT, *([more] if more else [])):
        app.router.add_routes(each)
    sandbox_proxy.setup(app, behind)
    ours = served(app, web_line)
    async with aiohttp.ClientSession() as session:
        ports.put(SignIns, WeChatSignIns(WeChatClients(settings.accounts, session)))
        await play.start_server()
        await ours.start_server()
        browser = TestClient(ours, cookie_jar=aiohttp.CookieJar(unsafe=True))
        try:
            yield Stage(settings, phones, ports, play, browser)
        finally:
            await browser.close()
            await play.close()
