"""A merchant, its client, and the WeChat Pay that is played for it, over HTTP."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from bot import clock
from bot.settings_wechat_pay import WeChatMerchant
from integrations.paying.port import Asking, Back, Standing, Way
from integrations.sandbox.misbehave import MISBEHAVIOUR, Misbehaviour, Switch, misbehave
from integrations.sandbox.pay.notifier import Letter
from integrations.sandbox.pay.wechat_pay import PlayWeChatPay
from integrations.sandbox.pay.wechat_seal import OwnKey, Seal
from integrations.wechat_pay import notices
from integrations.wechat_pay.api import Api
from integrations.wechat_pay.client import WeChatPay
from integrations.wechat_pay.merchant import Merchant
from integrations.wechat_pay.platform import PlatformKeys
from tests.support.ports import bound, port_of, served

OURS, THEIRS = (generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
API_KEY = b"0123456789abcdef0123456789abcdef"
CODE_KEY = "k" * 32
PUBLIC = OwnKey("PUB_KEY_ID_01", THEIRS)
MCHID, APP_ID, SERIAL = "1900000001", "wx0000000001", "5F1C"
NOTIFY = "https://hospital.example/webhooks/wechat-pay/main"
PLAY = "/sandbox/play/wechat-pay"


def pem(key: Any) -> str:
    if hasattr(key, "private_bytes"):
        return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
    return str(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


MERCHANT = WeChatMerchant(
    merchant_id=MCHID, app_id=APP_ID, serial=SERIAL, private_key=pem(OURS), api_key=API_KEY.decode(),
    public_key_id=PUBLIC.serial, public_key=pem(THEIRS.public_key()),
)


@dataclass
class Counter:
    """`told` are the notices that were sent; `waited` what the client waited for, in seconds."""

    client: WeChatPay
    play: PlayWeChatPay
    merchant: Merchant
    keys: PlatformKeys
    api: Api
    wrong: Misbehaviour
    session: aiohttp.ClientSession
    told: list[Letter] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def hear(self, n: int = -1) -> tuple[Standing | Back, ...]:
        headers, body = self.told[n].make()
        return notices.read(self.merchant, self.keys, headers, body, clock.now()).said

    def pay(self, number: str, payer: str = "o-1") -> bool:
        return self.play.pay(self.play.purse.trades[number], payer)

    def switch(self, api: str, **what: Any) -> None:
        """The next request of this API goes wrong."""
        self.wrong.switches.insert(0, Switch(api=f"wechat-pay{api}", times=1, **what))


@asynccontextmanager
async def open_counter(own: OwnKey = PUBLIC, **merchant: Any) -> AsyncIterator[Counter]:
    """In public-key mode, or where `own` is certified, in certificate mode."""
    told: list[Letter] = []
    waited: list[float] = []
    seal = Seal(MCHID, SERIAL, OURS.public_key(), API_KEY, own)
    play = PlayWeChatPay(
        merchant_id=MCHID, app_id=APP_ID, seal=lambda: seal, url="", tell=told.append, code_key=CODE_KEY
    )
    app, line = web.Application(middlewares=[misbehave]), bound()
    app[MISBEHAVIOUR] = Misbehaviour()
    play.url = f"http://127.0.0.1:{port_of(line)}{PLAY}"
    app.add_subapp(f"{PLAY}/", play.app())
    async with served(app, line), aiohttp.ClientSession() as session:
        yield _counter(play, session, app[MISBEHAVIOUR], own, merchant, told, waited)


def _counter(
    play: PlayWeChatPay, session: aiohttp.ClientSession, wrong: Misbehaviour, own: OwnKey, changes: dict[str, Any],
    told: list[Letter], waited: list[float],
) -> Counter:
    async def pause(seconds: float) -> None:
        waited.append(seconds)

    fixed = own.certificate is None
    merchant = replace(
        Merchant(
            "main", MCHID, APP_ID, SERIAL, OURS, API_KEY, gateway=play.url, notify=NOTIFY,
            public_key_id=own.serial if fixed else "", public_key=own.key.public_key() if fixed else None,
            certificates=not fixed, code_key=CODE_KEY,
        ),
        **changes,
    )
    keys = PlatformKeys(merchant)
    api = Api(merchant, keys, session)
    client = WeChatPay(api, session, pause=pause)
    return Counter(client, play, merchant, keys, api, wrong, session, told, waited)


def asking(amount: int = 1250, way: Way = "inside", **changes: Any) -> Asking:
    """A payment nobody has asked for before."""
    wanted = Asking(
        secrets.token_hex(16), amount, "门诊挂号费", clock.now() + timedelta(minutes=15), way, payer="o-1",
        address="10.0.0.1", back_to="https://hospital.example/h5/payment/o",
    )
    return replace(wanted, **changes)
