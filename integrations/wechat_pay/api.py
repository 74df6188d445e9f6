"""One signed exchange with WeChat Pay's API v3, its answer's signature verified, its errors sorted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from bot import clock
from bot.errors import BadInput, OutsideError, OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations import outside
from integrations.wechat_pay.merchant import Merchant
from integrations.wechat_pay.platform import PlatformKeys
from integrations.wechat_pay.signing import authorization, require_signed

SYSTEM = "wechat_pay"
SECONDS = 10.0
CODES = {
    "ORDERPAID": "already_paid",
    "ORDER_PAID": "already_paid",
    "ORDER_CLOSED": "already_closed",
    "ORDERCLOSED": "already_closed",
    "OUT_TRADE_NO_USED": "number_reused",
    "NOT_ENOUGH": "not_enough",
    "NO_AUTH": "not_set_up",
    "APPID_MCHID_NOT_MATCH": "not_set_up",
    "MCH_NOT_EXISTS": "not_set_up",
    "SIGN_ERROR": "not_set_up",
}
"""WeChat Pay's words for what is the same at every channel."""
PASSING = frozenset({"FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED", "RULE_LIMIT", "STATEMENT_CREATING", "USERPAYING"})
UNKNOWN = frozenset({"SYSTEM_ERROR", "SYSTEMERROR", "BANK_ERROR", "BANKERROR", "TRADE_ERROR"})


ABSENT = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS", "REFUNDNOTEXIST"})
"""A bare 404 is not among them: whoever stands between us and WeChat Pay may say that, too."""


class Absent(OutsideRefused):
    """There is no such order or refund."""


class Api:
    """One merchant. `session` stays its maker's to close."""

    def __init__(self, merchant: Merchant, keys: PlatformKeys, session: aiohttp.ClientSession) -> None:
        self.merchant, self.keys, self._session = merchant, keys, session

    async def get(self, path: str, call: str, *, verified: bool = False) -> dict[str, Any]:
        """`call` is how figures name it; `path` has its query. `verified`: also the signature of a refusal, where it
        has one."""
        return await self._ask("GET", path, "", call, repeatable=True, verified=verified)

    async def post(self, path: str, body: Mapping[str, Any], call: str) -> dict[str, Any]:
        """:raises OutsideUnknown: perhaps done; the same body may be sent again, its numbers make it one"""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return await self._ask("POST", path, text, call, repeatable=False)

    async def fetch_certificates(self) -> None:
        """Follow the rotation of WeChat Pay's own certificates. Their answer cannot be verified by the key that it
        brings; that it opens with our APIv3 key proves it."""
        with outside.observed(SYSTEM, "certificates"):
            reply = await self._send("GET", "/v3/certificates", "", repeatable=True)
            _raise_for(reply.status, _json(reply.body), repeatable=True)
            try:
                self.keys.take(reply.body.decode())
            except (BadInput, AttributeError, KeyError, TypeError, ValueError) as error:
                raise OutsideRefused("bad-certificates", type(error).__name__, system=SYSTEM) from None

    async def download(self, url: str) -> aiohttp.ClientResponse:
        """The open answer of a bill's address, signed by us and, as it is there, not by them. Close it."""
        own = url.startswith(f"{self.merchant.gateway}/")
        path = url.removeprefix(self.merchant.gateway) if own else "/" + url.partition("://")[2].partition("/")[2]
        headers = {"Authorization": authorization(self.merchant, "GET", path, ""), "Accept": "*/*"}
        timeout = aiohttp.ClientTimeout(total=None, connect=SECONDS, sock_read=30)
        try:
            return await self._session.get(url, headers=headers, timeout=timeout, allow_redirects=False)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise OutsideUnavailable(f"no answer ({type(error).__name__})", system=SYSTEM) from None

    async def _ask(
        self, method: str, path: str, body: str, call: str, *, repeatable: bool, verified: bool = False
    ) -> dict[str, Any]:
        if self.keys.due:
            await self.fetch_certificates()
        with outside.observed(SYSTEM, call):
            reply = await self._send(method, path, body, repeatable=repeatable)
            said = _json(reply.body)
            if not (verified and reply.status != 401 and "Wechatpay-Signature" in reply.headers):
                _raise_for(reply.status, said, repeatable=repeatable)
            try:
                await self._require_theirs(reply)
            except (BadInput, OutsideError) as error:
                # Whatever it says, nobody knows who says it: for a command, it may have been done.
                kind = OutsideUnavailable if repeatable else OutsideUnknown
                why = error.reason if isinstance(error, BadInput) else f"not verified, {error.detail}"
                raise kind(f"answer: {why}", system=SYSTEM) from None
            _raise_for(reply.status, said, repeatable=repeatable)
            if reply.status == 202:
                raise OutsideUnknown("taken, not done", system=SYSTEM)
            return said

    async def _require_theirs(self, reply: outside.Reply) -> None:
        """WeChat Pay's signature; where its certificates have changed, the new ones are fetched.

        :raises BadInput: not signed by it
        """
        try:
            require_signed(self.keys, reply.headers, reply.body, clock.now())
        except BadInput as error:
            if error.reason != "unknown_serial" or not self.keys.changed:
                raise
            await self.fetch_certificates()
            require_signed(self.keys, reply.headers, reply.body, clock.now())

    async def _send(self, method: str, path: str, body: str, *, repeatable: bool) -> outside.Reply:
        headers = {
            "Authorization": authorization(self.merchant, method, path, body),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "daoyi",
        }
        if self.merchant.public_key_id:
            headers["Wechatpay-Serial"] = self.merchant.public_key_id  # by this it signs its answer
        return await outside.ask(
            self._session, method, self.merchant.gateway + path, system=SYSTEM, seconds=SECONDS, repeatable=repeatable,
            refusals=True, data=body.encode() if body else None, headers=headers,
        )


def _json(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _raise_for(status: int, said: Mapping[str, Any], *, repeatable: bool) -> None:
    if status < 300:
        return
    code, message = str(said.get("code") or f"http-{status}"), str(said.get("message") or "")
    if code in PASSING or status == 429:
        raise OutsideUnavailable(code, system=SYSTEM)
    if code in UNKNOWN or status >= 500:
        raise (OutsideUnavailable if repeatable else OutsideUnknown)(code, system=SYSTEM)
    if code in ABSENT:
        raise Absent(code, message, system=SYSTEM)
    raise OutsideRefused(CODES.get(code, code), message, system=SYSTEM)
