"""The played WeChat's callbacks: made, signed and encrypted as WeChat does, and delivered with its patience.

Five seconds for an answer, then the connection is dropped and the same message sent again, three times. The crypto is
wechatpy's, on purpose: ours in ``webhooks/wechat`` must agree with somebody else's.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import aiohttp
from wechatpy.crypto import WeChatCrypto

from bot import clock, logs
from bot.settings import Account
from integrations.sandbox.misbehave import Misbehaviour
from integrations.sandbox.passive import read_reply
from integrations.sandbox.phones import Phone, Phones
from integrations.sandbox.play_account import PlayAccount

log = logs.get(__name__)

PATIENCE = 5.0
RETRIES = 3
SILENT = ("TEMPLATESENDJOBFINISH", "subscribe_msg_sent_event", "unsubscribe", "LOCATION", "VIEW")
"""Events that the patient does not wait for: WeChat says nothing when they fail."""


@dataclass(frozen=True)
class SignedCallback:
    """What WeChat would POST: the query of the address and the body."""

    query: str
    body: bytes


@dataclass
class Delivered:
    """How a callback fared: tries that were made, HTTP statuses (0 for none), the answers' plain XML as they came
    ("" for "nothing to say"). ``ok``: some try was answered properly. ``answer`` is what the phone showed."""

    tries: int = 0
    statuses: list[int] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    ok: bool = False
    answer: dict[str, Any] | None = None

    def json(self) -> dict[str, Any]:
        # Copies of a passive answer differ in nothing: what is said twice must be the same.
        return {"tries": self.tries, "statuses": self.statuses, "ok": self.ok, "answer": self.answer,
                "same": len(set(self.answers)) <= 1}


def signed_callback(account: Account, xml: str, openid: str) -> SignedCallback:
    """Sign ``xml`` and, by the account's mode, encrypt it: safe (only ``Encrypt``), compatible (both) or plaintext."""
    query = _signed(account) | {"openid": openid}
    if account.mode == "plaintext":
        return SignedCallback(urlencode(query), xml.encode())
    crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)
    envelope = ElementTree.fromstring(crypto.encrypt_message(xml, query["nonce"], query["timestamp"]))
    query |= {"encrypt_type": "aes", "msg_signature": envelope.findtext("MsgSignature", "")}
    encrypt = f"<Encrypt><![CDATA[{envelope.findtext('Encrypt', '')}]]></Encrypt>"
    if account.mode == "compatible":
        body = xml.replace("</xml>", f"{encrypt}</xml>")
    else:
        receiver = ElementTree.fromstring(xml).findtext("ToUserName", "")
        body = f"<xml><ToUserName><![CDATA[{receiver}]]></ToUserName>{encrypt}</xml>"
    return SignedCallback(urlencode(query), body.encode())


def _signed(account: Account) -> dict[str, str]:
    timestamp, nonce = str(int(clock.now().timestamp())), str(secrets.randbelow(10**9))
    whole = "".join(sorted((account.token, timestamp, nonce)))
    return {"signature": hashlib.sha1(whole.encode(), usedforsecurity=False).hexdigest(), "timestamp": timestamp,
            "nonce": nonce}


def to_xml(fields: Mapping[str, Any]) -> str:
    """``<xml>`` with a child for each field: numbers bare, texts as CDATA, mappings and lists as elements below."""
    return f"<xml>{_elements(fields)}</xml>"


def _elements(fields: Mapping[str, Any]) -> str:
    parts = []
    for name, value in fields.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping):
                inner = _elements(each)
            elif isinstance(each, int | float):
                inner = str(each)
            else:
                # A text may hold the end of a CDATA section: it is split over two.
                inner = f"<![CDATA[{str(each).replace(']]>', ']]]]><![CDATA[>')}]]>"
            parts.append(f"<{name}>{inner}</{name}>")
    return "".join(parts)


class Courier:
    """Carries callbacks to ``{base_url}/webhooks/wechat/{account}`` and the passive answers back to the phone."""

    def __init__(self, phones: Phones, base_url: str, misbehaviour: Misbehaviour,
                 *, patience: float = PATIENCE) -> None:
        self._phones, self._base_url, self._wrong = phones, base_url.rstrip("/"), misbehaviour
        self._session: aiohttp.ClientSession | None = None
        self._patience = patience
        self._waiting: asyncio.Event | None = None
        self._tasks: set[asyncio.Task[Delivered]] = set()

    def later(self, account: PlayAccount, phone: Phone, fields: Mapping[str, Any]) -> None:
        """Deliver in the background: results of sendings, which nobody waits for."""
        task = asyncio.create_task(self.deliver(account, phone, fields))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    async def check(self, account: PlayAccount) -> bool:
        """What the platform does when the address is entered there: a GET whose echostr must come back as it is."""
        echo = str(secrets.randbelow(10**18))
        query = _signed(account.settings) | {"echostr": echo}
        url = f"{self._base_url}/webhooks/wechat/{account.name}?{urlencode(query)}"
        try:
            async with self._http().get(url, timeout=aiohttp.ClientTimeout(total=self._patience)) as response:
                return response.status == 200 and await response.read() == echo.encode()
        except (TimeoutError, aiohttp.ClientError):
            return False

    async def deliver(self, account: PlayAccount, phone: Phone, fields: Mapping[str, Any]) -> Delivered:
        """Send one callback with WeChat's common fields before ``fields``; show the answer on the phone."""
        openid = phone.seat(account.app_id).openid
        xml = to_xml({"ToUserName": account.original_id, "FromUserName": openid,
                      "CreateTime": int(clock.now().timestamp()), **fields})
        wrong = self._wrong.callbacks
        if wrong.slow:
            await asyncio.sleep(wrong.slow)
        overtaking = await self._overtaken() if wrong.disorder else None
        outcome = Delivered()
        copies = [self._with_retries(account, openid, xml, outcome, wrong.lost) for _ in range(wrong.repeat)]
        found = [each for each in await asyncio.gather(*copies) if each is not None]
        if overtaking is not None:
            overtaking.set()
        if not outcome.ok and fields.get("Event") not in SILENT:
            phone.receive("fault", account.name, {"type": "text", "text": self._phones.fault})
        elif found:
            outcome.answer = phone.receive("passive", account.name, found[0]).json()
        return outcome

    async def _with_retries(self, account: PlayAccount, openid: str, xml: str, outcome: Delivered,
                            lost: int) -> dict[str, Any] | None:
        """The passive answer, if any, of the first try that is answered."""
        for attempt in range(1 + RETRIES):
            outcome.tries += 1
            body = await self._once(account, signed_callback(account.settings, xml, openid), outcome)
            if body is None:
                continue
            try:
                plain, content = read_reply(account.settings, body, openid)
            except ValueError as error:
                # WeChat does not try again after an answer that it cannot read; it tells the patient.
                log.warning("sandbox_answer_malformed", account=account.name, error=str(error))
                return None
            outcome.answers.append(plain)
            if attempt < lost:
                continue
            outcome.ok = True
            return content
        return None

    async def _once(self, account: PlayAccount, callback: SignedCallback, outcome: Delivered) -> bytes | None:
        """One POST: its body, or None if there was no proper answer in time."""
        url = f"{self._base_url}/webhooks/wechat/{account.name}?{callback.query}"
        try:
            async with self._http().post(url, data=callback.body, headers={"Content-Type": "text/xml"},
                                          timeout=aiohttp.ClientTimeout(total=self._patience)) as response:
                outcome.statuses.append(response.status)
                return await response.read() if response.status == 200 else None
        except (TimeoutError, aiohttp.ClientError) as error:
            outcome.statuses.append(0)
            log.warning("sandbox_callback_unanswered", account=account.name, error=type(error).__name__)
            return None

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def _overtaken(self) -> asyncio.Event | None:
        """Hold the first of two callbacks until the second was answered, or for two seconds; give the second what tells
        the first of it."""
        if self._waiting is not None:
            return self._waiting
        self._waiting = asyncio.Event()
        try:
            async with asyncio.timeout(2):
                await self._waiting.wait()
        except TimeoutError:
            log.info("sandbox_nobody_overtook")
        finally:
            self._waiting = None
        return None
