"""The client against the played WeChat Pay, over HTTP."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from bot import clock
from bot.errors import BadInput, OutsideRefused
from integrations.paying.port import Asking, Back, Standing
from integrations.sandbox.pay.purse import CHINA
from integrations.sandbox.pay.wechat_pay import PlayWeChatPay
from integrations.wechat_pay import notices
from integrations.wechat_pay.api import Api
from integrations.wechat_pay.client import WeChatPay
from integrations.wechat_pay.merchant import Merchant
from integrations.wechat_pay.platform import PlatformKeys

OURS, THEIRS = (generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
API_KEY = b"0123456789abcdef0123456789abcdef"


@dataclass
class Counter:
    client: WeChatPay
    play: PlayWeChatPay
    merchant: Merchant
    keys: PlatformKeys
    told: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def hear(self, n: int = -1) -> Standing | Back | None:
        _, headers, body = self.told[n]
        return notices.read(self.merchant, self.keys, headers, body, clock.now()).said


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    told: list[tuple[str, dict[str, str], bytes]] = []
    play = PlayWeChatPay(
        merchant_id="1900000001", app_id="wx1", merchant_key=OURS.public_key(), api_key=API_KEY, own_key=THEIRS,
        serial="PUB_KEY_ID_01", url="", tell=lambda *what: told.append(what),
    )
    app = web.Application()
    app.add_subapp("/play/", play.app())
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        url = str(server.make_url("/play"))
        play._url = url
        merchant = Merchant(
            "main", "1900000001", "wx1", "5F1C", OURS, API_KEY, notify="http://h/webhooks/wechat-pay/main",
            public_key_id="PUB_KEY_ID_01", public_key=THEIRS.public_key(), gateway=url,
        )
        keys = PlatformKeys(merchant)
        yield Counter(WeChatPay(Api(merchant, keys, session)), play, merchant, keys, told)


def asking(amount: int = 1250, way: str = "inside") -> Asking:
    return Asking(
        secrets.token_hex(16), amount, "门诊挂号费", clock.now() + timedelta(minutes=15), way,  # type: ignore[arg-type]
        payer="o-1", address="10.0.0.1",
    )


async def test_paid_and_given_back(counter: Counter) -> None:
    wanted = asking()
    sheet = await counter.client.ask_for(wanted)
    assert sheet.inside["package"].startswith("prepay_id=") and await counter.client.ask_for(wanted) is not sheet
    assert (await counter.client.standing(wanted.number)).state == "unpaid"
    trade = counter.play.purse.trades[wanted.number]
    assert counter.play.pay(trade, "o-1") and not counter.play.pay(trade, "o-1")
    said = await counter.client.standing(wanted.number)
    assert (said.state, said.amount, said.channel_number) == ("paid", 1250, trade.channel_number)
    assert counter.hear() == said
    with pytest.raises(OutsideRefused, match="already_paid"):
        await counter.client.close(wanted.number)
    back = await counter.client.refund(wanted.number, "r" * 32, amount=250, of=1250, why="cancelled")
    assert (back.state, back.amount) == ("back", 250) and counter.hear() == back
    assert await counter.client.refund(wanted.number, "r" * 32, amount=250, of=1250, why="cancelled") == back
    assert await counter.client.refund_standing(wanted.number, "r" * 32) == back
    with pytest.raises(OutsideRefused, match="not_enough"):
        await counter.client.refund(wanted.number, "s" * 32, amount=1001, of=1250, why="cancelled")


async def test_closed_is_closed(counter: Counter) -> None:
    wanted = asking(way="code")
    assert (await counter.client.ask_for(wanted)).address.startswith("weixin://")
    await counter.client.close(wanted.number)
    await counter.client.close(wanted.number)
    assert (await counter.client.standing(wanted.number)).state == "closed"
    await counter.client.close("f" * 32)
    assert (await counter.client.standing("f" * 32)).state == "absent"
    with pytest.raises(OutsideRefused, match="already_closed"):
        await counter.client.ask_for(wanted)
    assert await counter.client.check() == []


async def test_the_bill_of_a_day(counter: Counter) -> None:
    for amount in (1, 60000):
        wanted = asking(amount)
        await counter.client.ask_for(wanted)
        counter.play.pay(counter.play.purse.trades[wanted.number], "o-1")
    await counter.client.refund(wanted.number, "r" * 32, amount=100, of=60000, why="cancelled")
    for trade in counter.play.purse.trades.values():
        assert trade.paid_at
        trade.paid_at -= timedelta(days=1)
        for back in trade.refunds.values():
            back.asked_at -= timedelta(days=1)
    assert await counter.client.bill(CHINA.today() - timedelta(days=2)) is None
    bill = await counter.client.bill(CHINA.today() - timedelta(days=1))
    assert bill is not None
    lines = [line async for line in bill]
    assert [(line.amount, bool(line.refund)) for line in lines] == [(1, False), (60000, False), (100, True)]
    assert bill.totals and (bill.totals.lines, bill.totals.paid, bill.totals.refunded) == (3, 60001, 100)


async def test_what_is_forged_says_nothing(counter: Counter) -> None:
    wanted = asking()
    await counter.client.ask_for(wanted)
    counter.play.pay(counter.play.purse.trades[wanted.number], "o-1")
    _, headers, body = counter.told[0]
    for name, value, reason in (
        ("Wechatpay-Timestamp", "1", "stale"), ("Wechatpay-Timestamp", "soon", "bad_timestamp"),
        ("Wechatpay-Serial", "OTHER", "unknown_serial"), ("Wechatpay-Signature", "WECHATPAY/SIGNTEST/x", "bad_signature"),
        ("Wechatpay-Nonce", "", "unsigned"), ("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3", "unsigned"),
    ):
        with pytest.raises(BadInput) as caught:
            notices.read(counter.merchant, counter.keys, {**headers, name: value}, body, clock.now())
        assert caught.value.reason == reason
    with pytest.raises(BadInput):
        notices.read(counter.merchant, counter.keys, headers, body + b" ", clock.now())
