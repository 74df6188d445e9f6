"""The payment channel behind Alipay's gateway."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import aiohttp
from alipay.aop.api.domain.AlipayDataDataserviceBillDownloadurlQueryModel import (
    AlipayDataDataserviceBillDownloadurlQueryModel as BillModel,
)
from alipay.aop.api.domain.AlipayTradeCancelModel import AlipayTradeCancelModel
from alipay.aop.api.domain.AlipayTradeCloseModel import AlipayTradeCloseModel
from alipay.aop.api.domain.AlipayTradeFastpayRefundQueryModel import AlipayTradeFastpayRefundQueryModel
from alipay.aop.api.domain.AlipayTradeQueryModel import AlipayTradeQueryModel
from alipay.aop.api.domain.AlipayTradeRefundModel import AlipayTradeRefundModel

from bot import clock
from bot.errors import OutsideError, OutsideRefused, OutsideUnavailable
from bot.money import fen, yuan
from integrations.alipay_pay import certificates
from integrations.alipay_pay.api import Api
from integrations.alipay_pay.asking import asked
from integrations.alipay_pay.bills import GivenBill, TradeBill
from integrations.alipay_pay.errors import SYSTEM, Absent, NotSetUp, Waiting
from integrations.alipay_pay.facts import moment, standing_of
from integrations.paying.port import Asking, Back, Sheet, Standing, Way

LASTS = timedelta(hours=2)
SOON = timedelta(days=30)
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
        method, model = asked(asking)
        notify = self._api.merchant.notify
        if asking.way == "page":
            # Nothing is said to the gateway: the payer's browser brings it what we signed.
            address = self._api.address(method, model.to_alipay_dict(), notify_url=notify, return_url=asking.back_to)
            return Sheet("page", until, address=address)
        try:
            said = await self._api.ask(method, model, notify_url=notify)
        except Waiting:
            return Sheet("scanned", until)  # the payer types a password; how it ends is asked
        except OutsideRefused as no:
            if asking.way == "scanned" and no.code == "already_paid":
                return Sheet("scanned", until)  # the answer of the first time was lost
            raise
        if asking.way == "inside":
            return Sheet("inside", until, {"tradeNO": str(said["trade_no"])})
        return Sheet(asking.way, until, address=str(said.get("qr_code", "")))

    async def standing(self, number: str) -> Standing:
        model = AlipayTradeQueryModel()
        model.out_trade_no = number
        try:
            said = await self._api.ask("alipay.trade.query", model, repeatable=True)
        except Absent:
            return Standing(number, "absent")
        standing = standing_of(said)
        if standing.state == "paid" and said.get("trade_status") == "TRADE_CLOSED":
            # All of it went back: by refunds of ours, or because the payment was reversed and never stood.
            reversal = await self.refund_standing(number, number)
            if reversal.state != "absent" and reversal.amount == standing.amount:
                return Standing(number, "closed")
        return standing

    async def close(self, number: str) -> None:
        model = AlipayTradeCloseModel()
        model.out_trade_no = number
        try:
            await self._api.ask("alipay.trade.close", model)
        except Absent:
            return  # the payer has not scanned it: there is no trade yet, and its time ends by itself
        except NotSetUp:
            raise
        except OutsideRefused:
            state = (await self.standing(number)).state
            if state == "paid":
                raise OutsideRefused("already_paid", system=SYSTEM) from None
            if state not in ("closed", "absent"):
                raise

    async def reverse(self, number: str) -> None:
        model = AlipayTradeCancelModel()
        model.out_trade_no = number
        try:
            said = await self._api.ask("alipay.trade.cancel", model)
        except Absent:
            return
        if said.get("retry_flag") == "Y":
            raise OutsideUnavailable("cancel is to be tried again", system=SYSTEM)

    async def refund(self, number: str, refund: str, *, amount: int, of: int, why: str) -> Back:
        model = AlipayTradeRefundModel()
        model.out_trade_no, model.out_request_no = number, refund
        model.refund_amount, model.refund_reason = yuan(amount), why
        try:
            await self._api.ask("alipay.trade.refund", model)
        except OutsideRefused as no:
            # Said of a refund it means the other thing: the trade is over for good.
            if no.code == "already_paid":
                raise OutsideRefused("too_late", no.message, system=SYSTEM) from None
            raise
        taken = Back(refund, "processing", amount, refund)
        try:
            # "Taken" is not "there": only the question tells that the money moved.
            said = await self.refund_standing(number, refund)
        except OutsideError:
            return taken
        return taken if said.state == "absent" else said

    async def refund_standing(self, number: str, refund: str) -> Back:
        model = AlipayTradeFastpayRefundQueryModel()
        model.out_trade_no, model.out_request_no = number, refund
        model.query_options = ["gmt_refund_pay"]
        try:
            said = await self._api.ask("alipay.trade.fastpay.refund.query", model, repeatable=True)
        except Absent:
            return Back(refund, "absent")
        if not said.get("out_request_no") or not said.get("refund_amount"):
            return Back(refund, "absent")  # an empty answer is its way to say: never heard of
        back = Back(refund, "processing", fen(str(said["refund_amount"])), refund)
        if said.get("refund_status") != "REFUND_SUCCESS":
            return back
        return replace(back, state="back", back_at=moment(said.get("gmt_refund_pay")))

    async def bill(self, day: date) -> TradeBill | None:
        if await self._bill_address(day) is None:
            return None

        async def address() -> str:
            return await self._bill_address(day) or ""

        # It lasts for 30 s, and who asked may read later: it is asked for again.
        return TradeBill(self._session, address)

    def bill_in(self, content: bytes) -> GivenBill:
        return GivenBill(content)

    async def check(self) -> Sequence[str]:
        """A signed "no such trade" proves app, key and Alipay's key at once. Slugs: those of `errors.SETTINGS`, and
        these here."""
        found = self._of_certificates()
        try:
            said = await self.standing(f"check{secrets.token_hex(8)}")
        except NotSetUp as no:
            found.append(no.slug)
        except OutsideRefused:
            found.append("strange_answer")
        except OutsideError as error:
            found.append("answer_forged" if "signed" in error.detail else "unreachable")
        else:
            found += [] if said.state == "absent" else ["strange_answer"]
        return [f"{SYSTEM}:{slug}" for slug in found]

    def _of_certificates(self) -> list[str]:
        merchant, now = self._api.merchant, clock.now()
        if merchant.own is None:
            return []
        if not certificates.in_force(merchant.own, now):
            return ["certificate_over"]
        return [] if certificates.in_force(merchant.own, now + SOON) else ["certificate_ends"]

    async def _bill_address(self, day: date) -> str | None:
        model = BillModel()
        model.bill_type, model.bill_date = "trade", f"{day:%Y-%m-%d}"
        try:
            said = await self._api.ask("alipay.data.dataservice.bill.downloadurl.query", model, repeatable=True)
        except OutsideRefused as no:
            if no.code in NO_BILL:
                return None
            raise
        return str(said["bill_download_url"])
