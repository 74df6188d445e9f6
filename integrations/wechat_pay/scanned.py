"""What a payer's code is scanned for (付款码): WeChat Pay's older API, XML both ways, signed with a key that both know.

It tells nothing by itself: how it ended is asked for by API v3, which knows these payments, too. While the payer types
a password, and whenever an answer was lost, the outcome is not known yet; what is not paid half a minute later is taken
back (撤销), which ends it whatever became of it.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import ssl
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree

import aiohttp

from bot import logs
from bot.errors import OutsideError, OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations import outside
from integrations.paying.port import Asking, PayChannel
from integrations.wechat_pay.api import CODES, PASSING, SYSTEM
from integrations.wechat_pay.facts import CHINA
from integrations.wechat_pay.merchant import Merchant

log = logs.get(__name__)

SECONDS = 10.0
POLL_SECONDS, POLLS, REVERSALS = 5.0, 6, 3
OPEN = frozenset({"USERPAYING", "SYSTEMERROR", "BANKERROR", "ORDERPAID", "OUT_TRADE_NO_USED"})
"""Codes after which only asking tells how it ended."""
PAYER = frozenset({
    "NOTENOUGH", "AUTHCODEEXPIRE", "AUTH_CODE_ERROR", "AUTH_CODE_INVALID", "NOTSUPORTCARD", "TRADE_ERROR",
    "BUYER_MISMATCH",
})
REVERSED = frozenset({"REVERSE_EXPIRE", "TRADE_NOT_EXIST", "ORDERNOTEXIST", "ORDERREVERSED", "ORDERCLOSED"})
LONGEST = 256 * 1024


class CodeApi:
    """One merchant. `session` stays its maker's to close."""

    def __init__(self, merchant: Merchant, session: aiohttp.ClientSession) -> None:
        self._merchant, self._session = merchant, session
        self._tls: ssl.SSLContext | None = None

    async def take(self, asking: Asking, title: str) -> bool:
        """Try to take the money; False where only asking tells whether it is taken.

        :raises OutsideUnavailable: certainly not taken
        :raises OutsideRefused: certainly not taken, and this code never will do
        """
        if not self._merchant.code_key:
            raise OutsideRefused("not_set_up", "code_key", system=SYSTEM)
        fields = {
            "body": title, "out_trade_no": asking.number, "total_fee": str(asking.amount), "fee_type": "CNY",
            "spbill_create_ip": asking.address or "127.0.0.1", "auth_code": asking.code,
            "time_expire": f"{asking.expires.astimezone(CHINA):%Y%m%d%H%M%S}",
        }
        try:
            said = await self._ask("/pay/micropay", fields, "scanned")
        except OutsideUnknown:
            return False
        code = said.get("err_code", "")
        if said.get("result_code") == "SUCCESS" or code in OPEN:
            return said.get("result_code") == "SUCCESS"
        if code in PASSING:
            raise OutsideUnavailable(code, system=SYSTEM)
        raise OutsideRefused("payer_refused" if code in PAYER else CODES.get(code, code), system=SYSTEM)

    async def reverse(self, number: str) -> None:
        """End it: unpaid is closed, paid goes back. Said again until it is so.

        :raises OutsideUnknown: say it again
        """
        said = await self._ask("/secapi/pay/reverse", {"out_trade_no": number}, "reverse", certified=True)
        code = said.get("err_code", "")
        if said.get("result_code") == "SUCCESS" and said.get("recall") != "Y":
            return
        if code in REVERSED:
            return
        if said.get("recall") == "Y" or code in OPEN:
            raise OutsideUnknown(code or "recall", system=SYSTEM)
        raise OutsideRefused(CODES.get(code, code), system=SYSTEM)

    async def check(self) -> None:
        """Asks for an order that cannot be there: whoever does not know the key is told so first.

        :raises OutsideError: as it says
        """
        said = await self._ask("/pay/orderquery", {"out_trade_no": f"check{secrets.token_hex(8)}"}, "check")
        if said.get("err_code") != "ORDERNOTEXIST":
            raise OutsideRefused(said.get("err_code", "strange_answer"), system=SYSTEM)

    async def _ask(self, path: str, fields: Mapping[str, str], call: str, *, certified: bool = False) -> dict[str, str]:
        whole = {
            **fields, "appid": self._merchant.app_id, "mch_id": self._merchant.merchant_id, "sign_type": "HMAC-SHA256",
            "nonce_str": secrets.token_hex(16),
        }
        body = written({**whole, "sign": signature(whole, self._merchant.code_key)})
        tls: dict[str, Any] = {"ssl": await self._certified()} if certified and self._merchant.certificate else {}
        with outside.observed(SYSTEM, call):
            reply = await outside.ask(
                self._session, "POST", self._merchant.gateway + path, system=SYSTEM, seconds=SECONDS, data=body,
                headers={"Content-Type": "text/xml"}, **tls,
            )
            try:
                said = read(reply.body)
            except ValueError:
                raise OutsideUnknown("not_xml", system=SYSTEM) from None
            if said.get("return_code") != "SUCCESS":  # it did not come as far as the business, and is not signed
                raise OutsideRefused("not_set_up", said.get("return_msg", "")[:64], system=SYSTEM)
            if not hmac.compare_digest(said.get("sign", ""), signature(said, self._merchant.code_key)):
                raise OutsideUnknown("answer: bad_signature", system=SYSTEM)
            return said

    async def _certified(self) -> ssl.SSLContext:
        if self._tls is None:

            def load() -> ssl.SSLContext:
                context = ssl.create_default_context()
                context.load_cert_chain(self._merchant.certificate)
                return context

            self._tls = await asyncio.to_thread(load)
        return self._tls


async def see_through(channel: PayChannel, number: str, pause: Callable[[float], Awaitable[None]]) -> None:
    """The payer types a password, or nobody knows: asked every 5 s for half a minute, then it is taken back. Raises
    nothing: whoever asks later is told how it ended, and may take it back again."""
    for _ in range(POLLS):
        await pause(POLL_SECONDS)
        try:
            if (await channel.standing(number)).state in ("paid", "closed", "failed"):
                return
        except OutsideError as error:
            log.info("scanned_not_asked", account=channel.name, error=type(error).__name__)
    for _ in range(REVERSALS):
        try:
            await channel.reverse(number)
            return
        except OutsideError as error:
            log.warning("scanned_not_reversed", account=channel.name, error=type(error).__name__)
            await pause(POLL_SECONDS)


def signature(fields: Mapping[str, str], key: str) -> str:
    """HMAC-SHA256 over what is not empty, by name, and the key."""
    named = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name] and name != "sign")
    return hmac.new(key.encode(), f"{named}&key={key}".encode(), sha256).hexdigest().upper()


def written(fields: Mapping[str, str]) -> bytes:
    root = ElementTree.Element("xml")
    for name, value in fields.items():
        ElementTree.SubElement(root, name).text = value
    return ElementTree.tostring(root, encoding="utf-8")


def read(body: bytes) -> dict[str, str]:
    """:raises ValueError: not flat XML, or with a document type: it could swell to any size"""
    if len(body) > LONGEST or b"<!DOCTYPE" in body:
        raise ValueError("not xml")
    try:
        return {each.tag: each.text or "" for each in ElementTree.fromstring(body)}
    except ElementTree.ParseError:
        raise ValueError("not xml") from None
