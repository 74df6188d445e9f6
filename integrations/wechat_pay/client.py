"""The payment channel behind WeChat Pay's API v3 (pay.weixin.qq.com/doc/v3/merchant)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

import aiohttp

from bot import clock
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations.paying.port import Asking, Back, Sheet, Standing, Way
from integrations.wechat_pay import checking
from integrations.wechat_pay.api import SYSTEM, Absent, Api
from integrations.wechat_pay.bills import FundBill, TradeBill
from integrations.wechat_pay.combined import Combined
from integrations.wechat_pay.facts import CHINA, back_of, standing_of, told
from integrations.wechat_pay.scanned import CodeApi, see_through
from integrations.wechat_pay.sheets import PATHS, sheet_of, titled

NO_BILL = frozenset({"NO_STATEMENT_EXIST", "STATEMENT_CREATING", "BILL_NOT_EXIST", "INVALID_REQUEST"})
REFUND_REUSED = frozenset({"PARAM_ERROR", "INVALID_REQUEST"})
"""Said, among other things, where a refund's number was used for another amount."""


class WeChatPay:
    """One merchant. Ways: in WeChat (JSAPI), by a code that is shown (Native), from a phone's browser (H5), and, where
    the older API's key is set, by a code of the payer's that is scanned."""

    channel = "wechat"

    def __init__(
        self, api: Api, session: aiohttp.ClientSession, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._api, self._merchant, self._pause = api, api.merchant, pause
        self._codes, self.combined = CodeApi(api.merchant, session), Combined(api)
        self.name = api.merchant.name
        scanned: tuple[Way, ...] = ("scanned",) if api.merchant.code_key else ()
        self.ways: Sequence[Way] = ("inside", "code", "page", *scanned)

    async def ask_for(self, asking: Asking) -> Sheet:
        if asking.way == "scanned":
            if not await self._codes.take(asking, titled(asking.title)):
                await see_through(self, asking.number, self._pause)
            return Sheet("scanned", asking.expires)
        if asking.way not in PATHS:
            raise OutsideRefused("not_set_up", asking.way, system=SYSTEM)
        body: dict[str, Any] = {
            "appid": self._merchant.app_id,
            "mchid": self._merchant.merchant_id,
            "description": titled(asking.title),
            "out_trade_no": asking.number,
            "time_expire": asking.expires.astimezone(CHINA).isoformat(timespec="seconds"),
            "notify_url": self._merchant.notify,
            "amount": {"total": asking.amount, "currency": "CNY"},
        }
        if asking.way == "inside":
            body["payer"] = {"openid": asking.payer}
        if asking.way == "page":
            body["scene_info"] = {"payer_client_ip": asking.address, "h5_info": {"type": "Wap"}}
        said = await self._api.post(f"/v3/pay/transactions/{PATHS[asking.way]}", body, "ask")
        return told(lambda said: sheet_of(self._merchant, asking, said, clock.now()), said, OutsideUnknown)

    async def standing(self, number: str) -> Standing:
        path = f"/v3/pay/transactions/out-trade-no/{number}?mchid={self._merchant.merchant_id}"
        try:
            return told(standing_of, await self._api.get(path, "standing"), OutsideUnavailable)
        except Absent:
            return Standing(number, "absent")

    async def close(self, number: str) -> None:
        path = f"/v3/pay/transactions/out-trade-no/{number}/close"
        try:
            await self._api.post(path, {"mchid": self._merchant.merchant_id}, "close")
        except Absent:
            return  # nobody was asked to pay it
        except OutsideRefused as no:
            if no.code != "already_closed":
                raise

    async def reverse(self, number: str) -> None:
        await self._codes.reverse(number)

    async def refund(self, number: str, refund: str, *, amount: int, of: int, why: str) -> Back:
        body = {
            "out_trade_no": number,
            "out_refund_no": refund,
            "reason": why,
            "amount": {"refund": amount, "total": of, "currency": "CNY"},
        }
        try:
            return told(back_of, await self._api.post("/v3/refund/domestic/refunds", body, "refund"), OutsideUnknown)
        except OutsideRefused as no:
            if no.code in REFUND_REUSED:
                known = await self.refund_standing(number, refund)
                if known.state != "absent" and known.amount != amount:
                    raise OutsideRefused("number_reused", system=SYSTEM) from None
            raise

    async def refund_standing(self, number: str, refund: str) -> Back:
        try:
            said = await self._api.get(f"/v3/refund/domestic/refunds/{refund}", "refund_standing")
            return told(back_of, said, OutsideUnavailable)
        except Absent:
            return Back(refund, "absent")

    async def bill(self, day: date) -> TradeBill | None:
        found = await self._bill(f"/v3/bill/tradebill?bill_date={day:%Y-%m-%d}&bill_type=ALL&tar_type=GZIP")
        return None if found is None else TradeBill(*found)

    def bill_in(self, content: bytes) -> TradeBill:
        return TradeBill.given(content)

    async def fund_bill(self, day: date, account: str = "BASIC") -> FundBill | None:
        """What came into and went out of the merchant's account (BASIC, OPERATION, FEES), fees and payouts included."""
        path = f"/v3/bill/fundflowbill?bill_date={day:%Y-%m-%d}&account_type={account}&tar_type=GZIP"
        found = await self._bill(path)
        return None if found is None else FundBill(*found)

    async def check(self) -> Sequence[str]:
        return await checking.check(self._api, self._codes)

    async def _bill(self, path: str) -> tuple[aiohttp.ClientResponse, str] | None:
        try:
            said = await self._api.get(path, "bill")
        except OutsideRefused as no:
            if no.code in NO_BILL or isinstance(no, Absent):
                return None
            raise
        url = told(lambda said: str(said["download_url"]), said, OutsideUnavailable)
        return await self._api.download(url), str(said.get("hash_value", ""))
