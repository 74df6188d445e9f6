"""A phone of the sandbox pays: what its sheet shows, who may pay, and how the notice comes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import clock
from bot.settings import Settings
from integrations.paying.port import Asking, Standing, Way
from integrations.sandbox.app import make_play_app, sandbox_settings
from integrations.sandbox.pay import kept
from integrations.sandbox.pay.conduct import PayConduct
from integrations.sandbox.pay.notifier import Letter, Notifier
from integrations.sandbox.pay.played import WECHAT, ensure_keys
from integrations.sandbox.pay.purse import Purse, Trade
from integrations.sandbox.phones import Phones
from integrations.wechat_pay.accounts import WeChatPayMerchants
from integrations.wechat_pay.client import WeChatPay
from tests.support.patience import LONG_S
from tests.support.ports import bound, port_of, served


@dataclass
class Street:
    """The phones, the merchant, and what WeChat Pay told it."""

    settings: Settings
    phones: Phones
    session: aiohttp.ClientSession
    url: str
    merchants: WeChatPayMerchants
    heard: list[Standing | Any] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def client(self) -> WeChatPay:
        return self.merchants.channels[WECHAT]

    def asking(self, way: Way = "inside", amount: int = 1250) -> Asking:
        openid = self.phones[1].seat(self.settings.accounts["main"].app_id).openid
        ends = clock.now() + timedelta(minutes=15)
        return Asking(secrets.token_hex(16), amount, "门诊挂号费", ends, way, payer=openid, address="10.0.0.1")

    async def post(self, path: str, body: Any) -> dict[str, Any]:
        async with self.session.post(f"{self.url}/sandbox/api{path}", json=body) as response:
            return await response.json() | {"status": response.status}

    async def hear(self, request: web.Request) -> web.Response:
        gate = self.merchants[request.match_info["account"]]
        self.heard += gate.open(request.headers, await request.read(), clock.now()).said
        self.came.set()
        return web.Response(status=204)

    async def told(self, times: int = 1) -> None:
        async with asyncio.timeout(LONG_S):
            while len(self.heard) < times:
                self.came.clear()
                await self.came.wait()


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    line, phones, hospital = bound(), Phones(), web.Application()
    url = f"http://127.0.0.1:{port_of(line)}"
    base = Settings(var=tmp_path, secret_key="a secret key that only these tests know")
    settings = sandbox_settings(base, url=url)
    ensure_keys(settings)
    async with aiohttp.ClientSession() as session:
        merchants = WeChatPayMerchants(settings.wechat_pay, settings.base_url, session)
        made = Street(settings, phones, session, url, merchants)
        hospital.router.add_post("/webhooks/wechat-pay/{account}", made.hear)
        async with TestServer(hospital) as ours:
            app = make_play_app(settings, phones, web_url=str(ours.make_url("/")))
            async with served(app, line):
                yield made


async def test_a_page_pays(street: Street) -> None:
    wanted = street.asking()
    sheet = await street.client.ask_for(wanted)
    shown = await street.post("/phones/1/pay/look", {"channel": "wechat", "parameters": dict(sheet.inside)})
    assert (shown["amount"], shown["title"], shown["channel"]) == (1250, "门诊挂号费", "wechat")
    for changes, reason in (({"paySign": "x"}, "bad_sign"), ({"package": "prepay_id=other"}, "bad_sign")):
        asked = {"channel": "wechat", "parameters": {**sheet.inside, **changes}}
        assert (await street.post("/phones/1/pay/look", asked))["error"] == reason
    other = await street.post("/phones/2/pay/look", {"parameters": dict(sheet.inside)})
    assert (other["status"], other["error"]) == (400, "other_payer")
    done = await street.post("/phones/1/pay/done", {"channel": "wechat", "handle": shown["handle"]})
    assert done["outcome"] == "paid"
    await street.told()
    assert street.heard == [await street.client.standing(wanted.number)]
    assert (await street.post("/phones/1/pay/done", shown))["outcome"] == "over"
    again = await street.post("/phones/1/pay/look", {"parameters": dict(sheet.inside)})
    assert again["error"] == "paid_already"


async def test_a_code_and_a_browser_pay(street: Street) -> None:
    for way, name in (("code", "code"), ("page", "page")):
        sheet = await street.client.ask_for(street.asking(way))
        shown = await street.post("/phones/2/pay/look", {name: sheet.address})
        assert shown["amount"] == 1250
        assert (await street.post("/phones/2/pay/done", shown))["outcome"] == "paid"
    await street.told(2)
    for given in ({"code": "https://example.org"}, {"page": "x"}, {}, {"channel": "none", "code": "x"}):
        assert (await street.post("/phones/1/pay/look", given))["error"] == "unknown_code"
    assert (await street.post("/phones/1/pay/done", {}))["error"] == "unknown_channel"
    closed = street.asking("code")
    address = (await street.client.ask_for(closed)).address
    await street.client.close(closed.number)
    assert (await street.post("/phones/1/pay/look", {"code": address}))["error"] == "over"


async def test_a_code_of_the_phone_is_scanned(street: Street) -> None:
    code = (await street.post("/phones/1/pay/code", {"channel": "wechat"}))["code"]
    assert len(code) == 18 and code.startswith("13")
    wanted = street.asking("scanned", 200_000)
    street.client._pause = lambda seconds: street.post("/phones/1/pay/done", _sheet(street))
    await street.client.ask_for(Asking(**{
        name: getattr(wanted, name) for name in ("number", "amount", "title", "expires", "way", "address")
    }, code=code))
    assert (await street.client.standing(wanted.number)).state == "paid"


def _sheet(street: Street) -> dict[str, Any]:
    return next(entry for entry in street.phones[1].entries if entry.way == "pay").content


async def test_refunds_arrive_when_they_are_let(street: Street) -> None:
    conduct = await street.post("/misbehave", {"pay": {"refunds": "slow"}})
    assert conduct["pay"]["refunds"] == "slow"
    assert (await street.post("/misbehave", {"pay": {"refunds": "perhaps"}}))["error"] == "bad_switch"
    wanted = street.asking()
    await street.client.ask_for(wanted)
    sheet = await street.post("/phones/1/pay/look", {"parameters": dict((await street.client.ask_for(wanted)).inside)})
    await street.post("/phones/1/pay/done", sheet)
    back = await street.client.refund(wanted.number, "r" * 32, amount=1250, of=1250, why="x")
    assert back.state == "processing"
    await street.post("/pay/refunds", {})
    await street.told(2)
    assert (await street.client.refund_standing(wanted.number, "r" * 32)).state == "back"


async def test_what_was_paid_is_known_after_a_start(tmp_path: Path) -> None:
    trade, books = Trade("n" * 8, 1, "t", clock.now(), "", "h", clock.now()), {"notify": {"n" * 8: "https://h"}}
    before, after, empty = Purse("42"), Purse("42"), Purse("42")
    before.trades = {trade.number: trade}
    before.pay(trade, "o-1")
    before.refund(trade, "r", 1)
    kept.save(tmp_path / "a", before, books)
    found: dict[str, dict[str, Any]] = {"notify": {}}
    kept.load(tmp_path / "a", after, found)
    assert after.trades == before.trades and found == books
    (tmp_path / "a" / kept.FILE).write_text("{}")
    kept.load(tmp_path / "a", empty, found)
    kept.load(tmp_path / "nowhere", empty, found)
    assert empty.trades == {}


async def test_how_notices_are_carried() -> None:
    got: list[str] = []
    came = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        got.append(await request.text())
        came.set()
        return web.Response(status=500 if len(got) == 1 else 204)

    app = web.Application()
    app.router.add_post("/here", take)

    def letter(text: str) -> Letter:
        return Letter("https://elsewhere.example/here", lambda: ({}, text.encode()), lambda status, _: status == 204)

    async def until(count: int) -> None:
        async with asyncio.timeout(LONG_S):
            while len(got) < count:
                came.clear()
                await came.wait()

    async with TestServer(app) as server:
        conduct = PayConduct(lose=1)
        notifier = Notifier(str(server.make_url("/")), conduct, (0.0, 0.0))
        notifier.tell(letter("lost"))
        notifier.tell(letter("refused once"))
        await until(2)
        conduct.copies = 2
        notifier.tell(letter("twice"))
        await until(4)
        conduct.copies, conduct.disorder = 1, True
        notifier.tell(letter("first"))
        notifier.tell(letter("second"))
        await until(6)
        await notifier.close()
    assert got == ["refused once"] * 2 + ["twice"] * 2 + ["second", "first"]
