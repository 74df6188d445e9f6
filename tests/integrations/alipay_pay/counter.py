"""A merchant and the played Alipay, over HTTP, with keys of their own."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from bot.settings_alipay_pay import AlipayMerchant
from integrations.alipay_pay import notices
from integrations.alipay_pay.accounts import AlipayMerchants
from integrations.alipay_pay.client import AlipayPay
from integrations.alipay_pay.merchant import Merchant
from integrations.paying.port import Back, Standing, Way
from integrations.sandbox.pay.alipay import PlayAlipay
from integrations.sandbox.pay.notifier import Letter
from tests.integrations.alipay_pay.authority import Authority, authority

APP, SELLER, BUYER = "2021000000000001", "2088000000000001", "2088000000000777"
BASE = "https://hospital.example"


@cache
def key(whose: str) -> RSAPrivateKey:
    """One for each name; making them takes a while."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def private_text(made: RSAPrivateKey) -> str:
    return base64.b64encode(
        made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    ).decode()


def public_text(made: RSAPrivateKey) -> str:
    return base64.b64encode(
        made.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()


def settings(gateway: str = "http://alipay.test/gateway.do", **changes: str) -> AlipayMerchant:
    """Of a merchant in public-key mode."""
    facts = {
        "app_id": APP, "seller": SELLER, "private_key": private_text(key("app")),
        "public_key": public_text(key("alipay")), "gateway": gateway,
    }
    return AlipayMerchant(**(facts | changes))


def certified(gateway: str = "http://alipay.test/gateway.do", **changes: str) -> AlipayMerchant:
    """Of a merchant in certificate mode."""
    made = authority()
    return settings(gateway, **({
        "public_key": "", "app_cert": made.app, "alipay_cert": made.alipay, "root_cert": made.roots
    } | changes))


@dataclass
class Counter:
    """`told` are the notices that came. It is the `Backstage` of the contract, too."""

    client: AlipayPay
    play: PlayAlipay
    merchant: Merchant
    merchants: AlipayMerchants
    told: list[Letter] = field(default_factory=list)
    way: Way = "inside"
    payer: str = BUYER

    def body(self, n: int = -1) -> bytes:
        """Of a notice that came."""
        return self.told[n].make()[1]

    def hear(self, n: int = -1) -> Standing | Back | None:
        return notices.read(self.merchant, self.body(n)).said

    async def pay(self, number: str) -> bool:
        return self.play.pay(self.play.purse.trades[number], self.payer)

    async def end_refunds(self) -> None:
        self.play.finish_refunds()

    async def held(self) -> int:
        trades = self.play.purse.trades.values()
        return sum(
            trade.amount - sum(back.amount for back in trade.refunds.values() if back.state == "back")
            for trade in trades if trade.state == "paid"
        )

    async def lose_next(self) -> None:
        self.play.faults.lose = 1

    async def away(self, gone: bool) -> None:
        self.play.faults.away = gone

    async def a_day_earlier(self) -> None:
        for trade in self.play.purse.trades.values():
            assert trade.paid_at
            trade.paid_at -= timedelta(days=1)
            for back in trade.refunds.values():
                back.asked_at -= timedelta(days=1)
                back.back_at = back.asked_at


@asynccontextmanager
async def opened(made: Authority | None = None) -> AsyncIterator[Counter]:
    """In certificate mode with an authority, else in public-key mode."""
    told: list[Letter] = []
    play = PlayAlipay(
        app_id=APP, seller=SELLER, keys=lambda: (key("app").public_key(), made.alipay_key if made else key("alipay")),
        url="", tell=told.append, certificate=made.number if made else "",
        app_numbers=made.app_numbers if made else None, certificates=made.offered if made else None,
    )
    app = web.Application()
    app.add_subapp("/play/", play.app())
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        play.url = str(server.make_url("/play"))
        gateway = f"{play.url}/gateway.do"
        merchants = AlipayMerchants({"main": certified(gateway) if made else settings(gateway)}, BASE, session)
        yield Counter(merchants.channels["main"], play, merchants.merchants["main"], merchants, told)
