"""One signed exchange with Alipay's gateway, its answer verified, its errors sorted. What is asked is built with the
models of alipay-sdk-python; it is signed with `cryptography` and sent with aiohttp, as the SDK does both slowly and at
the cost of everybody else on the loop."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import aiohttp

from bot import clock
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations import outside
from integrations.alipay_pay.merchant import Merchant
from integrations.alipay_pay.signing import answer, content, sign, signed

SYSTEM = "alipay_pay"
SECONDS = 10.0
CHINA = ZoneInfo("Asia/Shanghai")
CODES = {
    "ACQ.TRADE_HAS_SUCCESS": "already_paid",
    "ACQ.TRADE_HAS_FINISHED": "already_paid",
    "ACQ.TRADE_HAS_CLOSE": "already_closed",
    "ACQ.CONTEXT_INCONSISTENT": "number_reused",
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": "not_enough",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": "not_enough",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": "not_enough",
    "ACQ.TRADE_HAS_FINISHED_REFUND": "too_late",
    "isv.invalid-signature": "not_set_up",
    "isv.invalid-app-id": "not_set_up",
    "isv.insufficient-isv-permissions": "not_set_up",
}
ABSENT = frozenset({"ACQ.TRADE_NOT_EXIST"})
PASSING = frozenset({"isv.app-call-limited", "isp.call-limited", "aop.app-call-limited"})
UNKNOWN = frozenset({"ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error", "aop.unknow-error"})


class Model(Protocol):
    """A model of alipay-sdk-python."""

    def to_alipay_dict(self) -> dict[str, Any]: ...


class Absent(OutsideRefused):
    """There is no such trade."""


class Waiting(OutsideUnknown):
    """10003: the payer is asked for a password."""


class Api:
    def __init__(self, merchant: Merchant, session: aiohttp.ClientSession) -> None:
        self.merchant, self._session = merchant, session

    def signed(self, method: str, facts: Mapping[str, Any], **more: str) -> dict[str, str]:
        """All parameters of a request, its signature among them."""
        params = {
            "app_id": self.merchant.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": _now().strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            "biz_content": json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
            **{name: value for name, value in more.items() if value},
        }
        return params | {"sign": sign(self.merchant.private_key, content(params))}

    def address(self, method: str, facts: Mapping[str, Any], **more: str) -> str:
        """A page of Alipay's that a browser opens; nothing is asked of the gateway for it."""
        return f"{self.merchant.gateway}?{urlencode(self.signed(method, facts, **more))}"

    async def ask(self, method: str, model: Model, *, repeatable: bool = False, **more: str) -> dict[str, Any]:
        """:raises OutsideUnknown: perhaps done; the same numbers may be sent again"""
        params = self.signed(method, model.to_alipay_dict(), **more)
        unknown = OutsideUnavailable if repeatable else OutsideUnknown
        with outside.observed(SYSTEM, method.removeprefix("alipay.")):
            reply = await outside.ask(
                self._session, "POST", self.merchant.gateway, system=SYSTEM, seconds=SECONDS, repeatable=repeatable,
                data=params,
            )
            try:
                body = reply.body.decode()
            except UnicodeDecodeError:
                raise unknown("answer is not utf-8", system=SYSTEM) from None
            text, signature = answer(body, method.replace(".", "_") + "_response")
            said = json.loads(text) if text else {}
            code, sub = str(said.get("code", "")), str(said.get("sub_code", ""))
            # A complaint about our own signature or app comes unsigned; it can do nothing but refuse.
            if code == "10000" or signature:
                if not signed(self.merchant.public_key, text.encode(), signature):
                    raise unknown("answer is not signed by Alipay", system=SYSTEM)
            if code == "10000":
                return dict(said)
            raise _error(code, sub, str(said.get("sub_msg") or said.get("msg") or ""), unknown)


def _error(code: str, sub: str, message: str, unknown: type[OutsideUnavailable] | type[OutsideUnknown]) -> Exception:
    if code == "10003":
        return Waiting("waiting for the payer", system=SYSTEM)
    if sub in ABSENT:
        return Absent(sub, message, system=SYSTEM)
    if sub in PASSING:
        return OutsideUnavailable(sub, system=SYSTEM)
    if not code or code == "20000" or sub in UNKNOWN:
        return unknown(sub or "no answer", system=SYSTEM)
    return OutsideRefused(CODES.get(sub, sub or code), message, system=SYSTEM)


def _now() -> datetime:
    return clock.now().astimezone(CHINA)
