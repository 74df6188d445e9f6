"""A server that answers what WeChat's documents show, word for word, and keeps what it was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.settings import Account
from integrations.wechat.accounts import WeChatClients
from integrations.wechat.client import WeChatClient

FIXTURES = Path(__file__).parent / "fixtures"


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    body: bytes
    content_type: str


@dataclass
class Stub:
    """``answers``: path -> fixture, JSON or a handler, or a list of them, used up one by one to the last."""

    answers: dict[str, Any] = field(default_factory=lambda: {"/cgi-bin/stable_token": "stable_token__ok"})
    asked: list[Asked] = field(default_factory=list)
    account: Account | None = None
    session: aiohttp.ClientSession | None = None

    def of(self, path: str) -> list[Asked]:
        return [each for each in self.asked if each.path == path]

    @property
    def last(self) -> Asked:
        return self.asked[-1]

    def client(self, **options: Any) -> WeChatClient:
        assert self.account and self.session
        client = WeChatClients({"main": self.account}, self.session, **options)["main"]
        assert isinstance(client, WeChatClient)
        return client

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(Asked(request.method, request.path, dict(request.query), await request.read(),
                                request.content_type))
        answer = self.answers[request.path]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            response: web.StreamResponse = await answer(request)
            return response
        if isinstance(answer, dict):
            return web.json_response(answer)
        # The real service says text/plain or application/json as it likes.
        return web.Response(body=(FIXTURES / f"{answer}.json").read_bytes(), content_type="text/plain")


@asynccontextmanager
async def stubbed() -> AsyncIterator[Stub]:
    stub = Stub()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", stub.answer)
    server = TestServer(app)
    await server.start_server()
    base = str(server.make_url("")).rstrip("/")
    stub.account = Account(channel="wechat", app_id="wx1234567890abcdef", app_secret="secret", token="token",
                           api_base=base, oauth_base="https://open.weixin.qq.com")
    async with aiohttp.ClientSession() as session:
        stub.session = session
        yield stub
    await server.close()
