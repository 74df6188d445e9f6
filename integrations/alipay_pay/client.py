"""The payment channel behind Alipay's gateway."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import aiohttp
from alipay.aop.api.domain.AlipayDataDataserviceBillDownloadurlQueryModel import (
    AlipayDataDataserviceBillDownloadurlQueryModel as BillModel,
)
from alipay.aop.api.domain.AlipayTradeCancelModel import AlipayTradeCancelModel
from alipay.aop.api.domain.AlipayTradeCloseModel import AlipayTradeCloseModel
from alipay.aop.api.domain.AlipayTradeCreateModel import AlipayTradeCreateModel
from alipay.aop.api.domain.AlipayTradeFastpayRefundQueryModel import AlipayTradeFastpayRefundQueryModel
from alipay.aop.api.domain.AlipayTradePayModel import AlipayTradePayModel
from alipay.aop.api.domain.AlipayTradePrecreateModel import AlipayTradePrecreateModel
from alipay.aop.api.domain.AlipayTradeQueryModel import AlipayTradeQueryModel
from alipay.aop.api.domain.AlipayTradeRefundModel import AlipayTradeRefundModel
from alipay.aop.api.domain.AlipayTradeWapPayModel import AlipayTradeWapPayModel

from bot import clock
from bot.errors import OutsideError, OutsideRefused, OutsideUnavailable
from bot.money import fen, yuan
from integrations.alipay_pay.api import CHINA, Absent, Api, Waiting
from integrations.alipay_pay.bills import TradeBill
from integrations.paying.port import Asking, Back, Sheet, Standing, State, Way

STATES: Mapping[str, State] = {
    "WAIT_BUYER_PAY": "unpaid", "TRADE_SUCCESS": "paid", "TRADE_FINISHED": "paid", "TRADE_CLOSED": "closed",
}
LASTS = timedelta(hours=2)
NO_BILL = frozenset({"isp.bill_not_exist", "isv.bill-not-exist", "BILL_NOT_EXIST"})


class AlipayPay:
    """One merchant. Ways: in Alipay (tradePay), by a shown code (precreate), a browser (wap), a scanned code."""

    channel = "alipay"
    ways: Sequence[Way] = ("inside", "code", "page", "scanned")

    def __init__(self, api: Api, session: aiohttp.ClientSession) -> None:
        self._api, self._session = api, session
        self.name = api.merchant.name

    async def ask_for(self, asking: Asking) -> Sheet:
        until = min(asking.expires, clock.now() + LASTS)
        notify = self._api.merchant.notify
        if asking.way == "inside":
            model = _filled(AlipayTradeCreateModel(), asking)
            # A user id is sixteen digits; newer apps know their users by an open id.
            setattr(model, "buyer_id" if asking.payer.isdigit() else "buyer_open_id", asking.payer)
            said = await self._api.ask("alipay.trade.create", model, notify_url=notify)
            return Sheet("inside", until, {"tradeNO": str(said["trade_no"])})
        if asking.way == "code":
            said = await self._api.ask(
                "alipay.trade.precreate", _filled(AlipayTradePrecreateModel(), asking), notify_url=notify
            )
            return Sheet("code", until, address=str(said["qr_code"]))
        if asking.way == "page":
            model = _filled(AlipayTradeWapPayModel(), asking)
            model.product_code = "QUICK_WAP_WAY"
            model.quit_url = asking.back_to
            address = self._api.address(
                "alipay.trade.wap.pay", model.to_alipay_dict(), notify_url=notify, return_url=asking.back_to
            )
            return Sheet("page", until, address=address)
        if asking.way == "scanned":
            model = _filled(AlipayTradePayModel(), asking)
            model.scene, model.auth_code = "bar_code", asking.code
            try:
                await self._api.ask("alipay.trade.pay", model, notify_url=notify)
            except Waiting:
                pass  # the payer types a password; how it ends is asked
            return Sheet("scanned", asking.expires)
        raise OutsideRefused("not_set_up", asking.way, system="alipay_pay")

    async def standing(self, number: str) -> Standing:
        model = AlipayTradeQueryModel()
        model.out_trade_no = number
        try:
            return standing_of(await self._api.ask("alipay.trade.query", model, repeatable=True))
        except Absent:
            return Standing(number, "absent")

    async def close(self, number: str) -> None:
        model = AlipayTradeCloseModel()
        model.out_trade_no = number
        try:
            await self._api.ask("alipay.trade.close", model)
        except Absent:
            return  # the payer has not scanned it: there is no trade yet, and its time ends by itself
        except OutsideRefused as no:
            if no.code == "ACQ.TRADE_STATUS_ERROR":
                state = (await self.standing(number)).state
                if state == "paid":
                    raise OutsideRefused("already_paid", system="alipay_pay") from None
                if state == "closed":
                    return
            if no.code != "already_closed":
                raise

    async def reverse(self, number: str) -> None:
        model = AlipayTradeCancelModel()
        model.out_trade_no = number
        said = await self._api.ask("alipay.trade.cancel", model)
        if said.get("retry_flag") == "Y":
            raise OutsideUnavailable("cancel is to be tried again", system="alipay_pay")

    async def refund(self, number: str, refund: str, *, amount: int, of: int, why: str) -> Back:
        model = AlipayTradeRefundModel()
        model.out_trade_no, model.out_request_no = number, refund
        model.refund_amount, model.refund_reason = yuan(amount), why
        await self._api.ask("alipay.trade.refund", model)
        # "Taken" is not "there": only the query tells that the money moved.
        return await self.refund_standing(number, refund)

    async def refund_standing(self, number: str, refund: str) -> Back:
        model = AlipayTradeFastpayRefundQueryModel()
        model.out_trade_no, model.out_request_no = number, refund
        model.query_options = ["gmt_refund_pay"]
        try:
            said = await self._api.ask("alipay.trade.fastpay.refund.query", model, repeatable=True)
        except Absent:
            return Back(refund, "absent")
        if not said.get("out_request_no"):
            return Back(refund, "absent")  # an empty answer is its way to say: never heard of
        state = "back" if said.get("refund_status") == "REFUND_SUCCESS" else "processing"
        return Back(
            refund, state, amount=fen(str(said["refund_amount"])),  # type: ignore[arg-type]
            channel_refund=refund, back_at=_moment(said.get("gmt_refund_pay")) if state == "back" else None,
        )

    async def bill(self, day: date) -> TradeBill | None:
        model = BillModel()
        model.bill_type, model.bill_date = "trade", f"{day:%Y-%m-%d}"
        try:
            said = await self._api.ask("alipay.data.dataservice.bill.downloadurl.query", model, repeatable=True)
        except OutsideRefused as no:
            if no.code in NO_BILL:
                return None
            raise
        return TradeBill(self._session, str(said["bill_download_url"]))

    async def check(self) -> Sequence[str]:
        """A signed "no such trade" proves app, key and Alipay's key at once."""
        try:
            said = await self.standing(f"check{secrets.token_hex(8)}")
        except OutsideError as error:
            return [f"alipay_pay:{error.detail}"]
        return [] if said.state == "absent" else ["alipay_pay:strange_answer"]


def standing_of(said: Mapping[str, Any]) -> Standing:
    """A trade as query and notice tell it. One of which all went back is told as closed, with the moment it was paid."""
    number, status = str(said["out_trade_no"]), str(said.get("trade_status"))
    state = STATES.get(status, "paying")
    paid_at = said.get("gmt_payment") or said.get("send_pay_date")
    if state == "closed" and paid_at:
        state = "paid"
    if state != "paid":
        return Standing(number, state)
    return Standing(
        number, "paid", amount=fen(str(said["total_amount"])), channel_number=str(said["trade_no"]),
        payer=str(said.get("buyer_open_id") or said.get("buyer_id") or said.get("buyer_user_id") or ""),
        paid_at=_moment(paid_at),
    )


def _filled(model: Any, asking: Asking) -> Any:
    model.out_trade_no, model.total_amount, model.subject = asking.number, yuan(asking.amount), asking.title[:128]
    model.time_expire = f"{asking.expires.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    return model


def _moment(text: Any) -> datetime | None:
    """Alipay writes China's wall clock, at times with parts of a second."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA) if isinstance(text, str) and text else None
