"""WeChat's side of a callback, and a dispatcher that only remembers: for the tests of this folder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from xml.etree import ElementTree

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.settings import Account, Settings
from bot.talk.messages import Answer, Inbound, Message
from bot.talk.too_late import ended
from bot.web.keys import DISPATCHER, SETTINGS
from webhooks.wechat.crypto import Crypt, Signer
from webhooks.wechat.view import setup

HERE = Path(__file__).parent
TOKEN = "daoyiToken2027"
AES_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
APP_ID = "wx49f0ab532d5d035a"
SECOND_APP_ID = "wx49f0ab532d5d035b"
NONCE = "415670741"


def account(**changes: object) -> Account:
    return Account(**{"channel": "wechat", "app_id": APP_ID, "token": TOKEN, "aes_key": AES_KEY, **changes})


ACCOUNTS = {
    "main": account(),
    "second": account(app_id=SECOND_APP_ID, token="another1", aes_key="A" * 43),
    "both": account(mode="compatible"),
    "clear": account(aes_key="", tap_links=False),
    "alipay": Account(channel="alipay", app_id="2021000000000001"),
}


def fixture(name: str) -> bytes:
    """The payload `<event>__<case>`."""
    return (HERE / "fixtures" / f"{name}.xml").read_bytes()


class Caller:
    """WeChat, calling one account; what a test changes is its forgery."""

    def __init__(self, token: str = TOKEN, aes_key: str = AES_KEY, app_id: str = APP_ID) -> None:
        self.signer = Signer(token)
        self.crypt = Crypt(aes_key, app_id)

    def clear(self, *, when: float | None = None, nonce: str = NONCE) -> dict[str, str]:
        """The query of a call in the clear."""
        timestamp = str(int(time.time() if when is None else when))
        return {"signature": self.signer.sign(timestamp.encode(), nonce.encode()), "timestamp": timestamp,
                "nonce": nonce, "openid": "oia2TjuEGTNoeX76QEjQNrcURxG8"}

    def sealed(self, xml: bytes, *, beside: bytes = b"", when: float | None = None) -> tuple[dict[str, str], bytes]:
        """Query and body of an encrypted call. `beside`: clear fields, as compatible mode has them."""
        encrypted = self.crypt.encrypt(xml)
        query = self.clear(when=when)
        query |= {"encrypt_type": "aes", "msg_signature": self.signer.sign(query["timestamp"].encode(), NONCE.encode(),
                                                                           encrypted)}
        return query, (b"<xml>\n<ToUserName><![CDATA[gh_7f083739789a]]></ToUserName>\n%b"
                       b"<Encrypt><![CDATA[%b]]></Encrypt>\n</xml>\n" % (beside, encrypted))

    def read(self, reply: bytes) -> dict[str, str]:
        """The fields of an encrypted reply, after checking its signature."""
        envelope = flat(reply)
        encrypted = envelope["Encrypt"].encode()
        assert envelope["MsgSignature"] == self.signer.sign(
            envelope["TimeStamp"].encode(), envelope["Nonce"].encode(), encrypted)
        assert abs(int(envelope["TimeStamp"]) - time.time()) < 10
        return flat(self.crypt.decrypt(encrypted))


def flat(xml: bytes) -> dict[str, str]:
    return {child.tag: child.text or "" for child in ElementTree.fromstring(xml)}


class Remembering:
    """In the place of the dispatcher: keeps what came, answers what it was told to."""

    def __init__(self) -> None:
        self.heard: list[Inbound] = []
        self.kept: list[Inbound] = []
        self.answer = Answer((Message("您好，请选择科室", ((1, "内科"), (2, "外科"))),))
        self.gate = asyncio.Event()
        """Cleared, no turn comes to its end."""
        self.gate.set()
        self.fault: Exception | None = None
        self.late_fault: Exception | None = None
        self.finished = 0
        self.running: set[asyncio.Task[Answer]] = set()

    async def turn(self, inbound: Inbound, *, until: float | None = None) -> Answer:
        self.heard.append(inbound)
        task = asyncio.create_task(self._work())
        self.running.add(task)
        return await (asyncio.shield(task) if until is None else ended(task, until))

    async def _work(self) -> Answer:
        await self.gate.wait()
        self.finished += 1
        if self.fault:
            raise self.fault
        return self.answer

    async def late(self, inbound: Inbound) -> None:
        if self.late_fault:
            raise self.late_fault
        self.kept.append(inbound)


@asynccontextmanager
async def serving(dispatcher: Remembering, **settings: object) -> AsyncIterator[TestClient]:
    """A server with the accounts above and a client of it."""
    app = web.Application()
    app[SETTINGS] = Settings(accounts=ACCOUNTS, **settings)
    app[DISPATCHER] = dispatcher
    setup(app)
    async with TestClient(TestServer(app)) as client:
        yield client
