"""The payment channel behind WeChat Pay's API v3 (pay.weixin.qq.com/doc/v3/merchant)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot import clock
from bot.errors import OutsideError, OutsideRefused
from integrations.paying.port import Asking, Back, Sheet, Standing, State, Way
from integrations.wechat_pay.api import Absent, Api
from integrations.wechat_pay.bills import TradeBill
from integrations.wechat_pay.signing import sign

CHINA = ZoneInfo("Asia/Shanghai")
SHEET_LASTS: Mapping[str, timedelta] = {
    "inside": timedelta(hours=2), "code": timedelta(hours=2), "page": timedelta(minutes=5)
}
STATES: Mapping[str, State] = {
    "SUCCESS": "paid", "REFUND": "paid", "NOTPAY": "unpaid", "USERPAYING": "paying", "CLOSED": "closed",
    "REVOKED": "closed", "PAYERROR": "failed",
}
TITLE_BYTES = 127
NO_BILL = frozenset({"NO_STATEMENT_EXIST", "STATEMENT_CREATING", "BILL_NOT_EXIST", "INVALID_REQUEST"})


class WeChatPay:
    """One merchant. Ways: in WeChat (JSAPI), by a code that is shown (Native), from a phone's browser (H5)."""

    channel = "wechat"
    ways: Sequence[Way] = ("inside", "code", "page")

    def __init__(self, api: Api) -> None:
        self._api, self._merchant = api, api.merchant
        self.name = api.merchant.name

    async def ask_for(self, asking: Asking) -> Sheet:
        until = min(asking.expires, clock.now() + SHEET_LASTS[asking.way])
        body: dict[str, Any] = {
            "appid": self._merchant.app_id,
            "mchid": self._merchant.merchant_id,
            "description": _clipped(asking.title),
            "out_trade_no": asking.number,
            "time_expire": asking.expires.astimezone(CHINA).isoformat(timespec="seconds"),
            "notify_url": self._merchant.notify,
            "amount": {"total": asking.amount, "currency": "CNY"},
        }
        if asking.way == "inside":
            said = await self._api.post("/v3/pay/transactions/jsapi", body | {"payer": {"openid": asking.payer}}, "ask")
            return Sheet("inside", until, self._parameters(said["prepay_id"]))
        if asking.way == "code":
            said = await self._api.post("/v3/pay/transactions/native", body, "ask")
            return Sheet("code", until, address=said["code_url"])
        if asking.way == "page":
            scene = {"payer_client_ip": asking.address, "h5_info": {"type": "Wap"}}
            said = await self._api.post("/v3/pay/transactions/h5", body | {"scene_info": scene}, "ask")
            return Sheet("page", until, address=said["h5_url"])
        raise OutsideRefused("not_set_up", asking.way, system="wechat_pay")

    async def standing(self, number: str) -> Standing:
        path = f"/v3/pay/transactions/out-trade-no/{number}?mchid={self._merchant.merchant_id}"
        try:
            return standing_of(await self._api.get(path, "standing"))
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
        await self.close(number)

    async def refund(self, number: str, refund: str, *, amount: int, of: int, why: str) -> Back:
        body = {
            "out_trade_no": number,
            "out_refund_no": refund,
            "reason": why,
            "amount": {"refund": amount, "total": of, "currency": "CNY"},
        }
        return back_of(await self._api.post("/v3/refund/domestic/refunds", body, "refund"))

    async def refund_standing(self, number: str, refund: str) -> Back:
        try:
            return back_of(await self._api.get(f"/v3/refund/domestic/refunds/{refund}", "refund_standing"))
        except Absent:
            return Back(refund, "absent")

    async def bill(self, day: date) -> TradeBill | None:
        path = f"/v3/bill/tradebill?bill_date={day:%Y-%m-%d}&bill_type=ALL&tar_type=GZIP"
        try:
            said = await self._api.get(path, "bill")
        except OutsideRefused as no:
            if no.code in NO_BILL or isinstance(no, Absent):
                return None
            raise
        return TradeBill(await self._api.download(said["download_url"]), said.get("hash_value", ""))

    async def check(self) -> Sequence[str]:
        """Asks for an order that cannot be there: a signed "no such order" proves keys, serial and number at once."""
        try:
            said = await self.standing(f"check{secrets.token_hex(8)}")
        except OutsideError as error:
            return [f"wechat_pay:{error.detail}"]
        return [] if said.state == "absent" else ["wechat_pay:strange_answer"]

    def _parameters(self, prepay: str) -> dict[str, str]:
        """What WeixinJSBridge is handed."""
        stamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
        package = f"prepay_id={prepay}"
        return {
            "appId": self._merchant.app_id, "timeStamp": stamp, "nonceStr": nonce, "package": package,
            "signType": "RSA", "paySign": sign(self._merchant, self._merchant.app_id, stamp, nonce, package),
        }


def standing_of(said: Mapping[str, Any]) -> Standing:
    """A payment as query and notice tell it. A state that we do not know is one that is not over."""
    number, state = str(said["out_trade_no"]), STATES.get(str(said.get("trade_state")), "paying")
    if state != "paid":
        return Standing(number, state)
    return Standing(
        number, "paid", amount=int(said["amount"]["total"]), channel_number=str(said["transaction_id"]),
        payer=str(said.get("payer", {}).get("openid", "")), paid_at=_moment(said.get("success_time")),
    )


def back_of(said: Mapping[str, Any]) -> Back:
    """A refund as its answer, query (`status`) and notice (`refund_status`) tell it."""
    status = str(said.get("status") or said.get("refund_status"))
    states = {"SUCCESS": "back", "CLOSED": "closed", "PROCESSING": "processing", "ABNORMAL": "stuck"}
    return Back(
        str(said["out_refund_no"]), states.get(status, "processing"),  # type: ignore[arg-type]
        amount=int(said["amount"]["refund"]), channel_refund=str(said.get("refund_id", "")),
        back_at=_moment(said.get("success_time")),
    )


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def _clipped(title: str) -> str:
    """WeChat counts bytes, and half a character is refused."""
    return title.encode()[:TITLE_BYTES].decode(errors="ignore")
