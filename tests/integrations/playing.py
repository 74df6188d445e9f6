"""The played servers and clients of them, for the tests of what stands on the other side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.settings import Account, Settings
from integrations.sandbox.app import ACCOUNT, make_play_app, sandbox_settings
from integrations.sandbox.misbehave import MISBEHAVIOUR, Misbehaviour
from integrations.sandbox.phones import Phone, Phones
from integrations.sandbox.play_account import PlayAccount
from integrations.sandbox.state import ACCOUNTS, COURIER
from integrations.sms.client import SmsClient
from integrations.wechat.accounts import WeChatClients
from integrations.wechat.client import WeChatClient
from tests.support.ports import bound, port_of, served

SETTINGS = Settings(var=Path("var"), secret_key="a secret key that only these tests know", public_url="http://127.0.0.1:1")


@dataclass
class Hook:
    """The hospital's side of the callbacks: keeps what came, answers what it is told to."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    answer: Any = None
    checked: Any = None

    async def hello(self, request: web.Request) -> web.StreamResponse:
        response: web.StreamResponse = await self.checked(request) if self.checked else web.Response(status=404)
        return response

    async def wechat(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        call = {"account": request.match_info["account"], "query": dict(request.query), "body": body.decode()}
        self.calls.append(call)
        if self.answer is not None:
            return await self.answer(call)
        return web.Response(text="success")

    async def sms(self, request: web.Request) -> web.Response:
        self.notices.append({"gateway": request.match_info["gateway"], "body": await request.read()})
        return web.Response(text="ok")

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/webhooks/wechat/{account}", self.wechat)
        app.router.add_get("/webhooks/wechat/{account}", self.hello)
        app.router.add_post("/webhooks/sms/{gateway}", self.sms)
        return app


@dataclass
class Play:
    """Everything that a test may want to hold in its hand."""

    settings: Settings
    phones: Phones
    server: TestServer
    session: aiohttp.ClientSession
    hook: Hook
    app: web.Application

    @property
    def wrong(self) -> Misbehaviour:
        return self.app[MISBEHAVIOUR]

    @property
    def phone(self) -> Phone:
        return self.phones[1]

    @property
    def account(self) -> Account:
        return self.settings.accounts[ACCOUNT]

    @property
    def openid(self) -> str:
        return self.phone.seat(self.account.app_id).openid

    def client(self, **options: Any) -> WeChatClient:
        client = WeChatClients(self.settings.accounts, self.session, **options)[ACCOUNT]
        assert isinstance(client, WeChatClient)
        return client

    def sms(self, **options: Any) -> SmsClient:
        return SmsClient(self.settings.sms, self.session, **options)

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST to the phone page's API; what it answers."""
        async with self.session.post(self.url(f"/sandbox/api{path}"), json=body) as response:
            answer: dict[str, Any] = await response.json()
            return answer | {"status": response.status}

    async def get(self, path: str) -> dict[str, Any]:
        async with self.session.get(self.url(f"/sandbox/api{path}")) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def settle(self) -> None:
        """Wait for what is told in the background."""
        courier = self.app[COURIER]
        for task in list(courier._tasks):
            await task

    def seen(self, way: str) -> list[dict[str, Any]]:
        return [entry.json() for entry in self.phone.entries if entry.way == way]


@asynccontextmanager
async def playing(*, templates: tuple[str, ...] = ("booked",), mode: str = "safe", patience: float = 5.0,
                  sms_reports: bool = True) -> AsyncIterator[Play]:
    """The played servers on a port of their own, and a hospital that takes their callbacks on another."""
    hook, phones = Hook(), Phones()
    hospital = TestServer(hook.app())
    await hospital.start_server()
    line = bound()  # needed before the application is made: it stands in the accounts' addresses
    base = f"http://127.0.0.1:{port_of(line)}"
    settings = sandbox_settings(SETTINGS, templates, base)
    if mode != "safe":
        account = settings.accounts[ACCOUNT].model_copy(update={"mode": mode})
        settings = settings.model_copy(update={"accounts": {ACCOUNT: account}})
    app = make_play_app(settings, phones, web_url=str(hospital.make_url("/")), patience=patience,
                        sms_reports=sms_reports)
    server = served(app, line)
    await server.start_server()
    async with aiohttp.ClientSession() as session:
        try:
            yield Play(settings, phones, server, session, hook, app)
        finally:
            await server.close()
            await hospital.close()


def play_account(play: Play) -> PlayAccount:
    """What the played WeChat knows of the account."""
    for sub in play.app._subapps:
        if ACCOUNTS in sub:
            return sub[ACCOUNTS][play.account.app_id]
    raise LookupError("no account")
