"""Alipay as far as a merchant sees it, played: it verifies requests, signs answers and notices, and keeps its word
about numbers: the same one is the same payment or refund."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot import clock
from bot.money import fen, yuan
from integrations.sandbox.pay.alipay_bill import Bills
from integrations.sandbox.pay.alipay_faults import Faults
from integrations.sandbox.pay.alipay_wire import Facts, Keys, No, Wire, Work
from integrations.sandbox.pay.alipay_words import DONE, refund_facts, stamp, trade_facts
from integrations.sandbox.pay.conduct import PayConduct
from integrations.sandbox.pay.notifier import Letter
from integrations.sandbox.pay.purse import CHINA, PlayRefund, Purse, Trade

HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


class PlayAlipay:
    """One app of one seller. `keys` as for `Wire`; with `certificate` (its sn) and `app_numbers` in certificate mode.
    `certificates` are what may be fetched, sn to PEM."""

    def __init__(
        self, *, app_id: str, seller: str, keys: Callable[[], Keys], url: str, tell: Callable[[Letter], None],
        conduct: PayConduct | None = None, certificate: str = "",
        app_numbers: Mapping[str, str] | None = None, certificates: Mapping[str, str] | None = None,
    ) -> None:
        self.app_id, self.seller, self.url = app_id, seller, url.rstrip("/")
        self.faults, self.purse, self._tell = Faults(), Purse("20", conduct), tell
        self.wire = Wire(
            app_id=app_id, keys=keys, faults=self.faults, certificate=certificate, app_numbers=app_numbers
        )
        self.asks: Callable[[str, Trade], None] = lambda payer, trade: None  # whose password is wanted for what
        self.payers: dict[str, str] = {}
        """Code on a phone that can be scanned -> whose it is."""
        self._certificates = dict(certificates or {})
        self._notify: dict[str, str] = {}
        self._unseen: dict[str, bool] = {}  # codes that nobody has scanned yet: there is no trade
        self._bills = Bills()

    @property
    def books(self) -> dict[str, dict[str, Any]]:
        """What is kept beside the purse."""
        return {"notify": self._notify, "unseen": self._unseen}

    def app(self) -> web.Application:
        """`/gateway.do` and `/bill`; what a payer's browser opens is `opened` for whoever shows it."""
        app = web.Application()
        methods: dict[str, Work] = {
            "alipay.trade.create": self._create, "alipay.trade.precreate": self._precreate,
            "alipay.trade.pay": self._pay, "alipay.trade.query": self._query, "alipay.trade.close": self._close,
            "alipay.trade.cancel": self._cancel, "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._refund_query,
            "alipay.data.dataservice.bill.downloadurl.query": self._bill,
            "alipay.open.app.alipaycert.download": self._certificate,
        }
        app.router.add_post("/gateway.do", self.wire.answering(methods))
        app.router.add_get("/gateway.do", _browser)
        app.router.add_get("/bill", self._bills.download)
        return app

    # --- what payers do ------------------------------------------------------------------------------------------

    def opened(self, address: Mapping[str, str]) -> Trade:
        """A browser brought what we had signed (wap): from now on there is a trade.

        :raises No: somebody else signed it, or it is over
        """
        self.wire.require_signed(address)
        facts = json.loads(address["biz_content"])
        if address.get("method") != "alipay.trade.wap.pay" or facts.get("product_code") != "QUICK_WAP_WAY":
            raise No("isv.invalid-method")
        return self._asked(facts, address)

    def scanned(self, code: str) -> Trade | None:
        """A phone scanned a code that we show: from now on there is a trade."""
        trade = self.purse.of_handle(code.rpartition("/")[2])
        if trade is not None:
            self._unseen.pop(trade.number, None)
        return trade

    def pay(self, trade: Trade, payer: str) -> bool:
        """The payer typed the password."""
        self._unseen.pop(trade.number, None)
        if not self.purse.pay(trade, payer):
            return False
        trade.channel_number = trade.handle
        self.notify(trade)
        return True

    def finish_refunds(self) -> None:
        for trade, back in list(self.purse.finish_refunds()):
            self._tell_refund(trade, back)

    def notify(self, trade: Trade, **changes: str) -> None:
        """A notice of the trade as it is now, to where its order asked for it."""
        facts = {
            "notify_id": secrets.token_hex(17), "notify_type": "trade_status_sync", "charset": "utf-8",
            "version": "1.0", "notify_time": stamp(clock.now()), "app_id": self.app_id, "auth_app_id": self.app_id,
            "seller_id": self.seller, **{name: str(value) for name, value in self._facts(trade).items()}, **changes,
        }
        said = "&".join(f"{name}={facts[name]}" for name in sorted(facts) if facts[name])
        body = urlencode(facts | {"sign_type": "RSA2", "sign": self.wire.sign(said)}).encode()
        if address := self._notify.get(trade.number):
            self._tell(Letter(address, lambda: (dict(HEADERS), body), lambda _, said: said == b"success"))

    # --- what merchants ask --------------------------------------------------------------------------------------

    def _create(self, facts: Facts, params: Mapping[str, str]) -> Facts:
        if not (facts.get("buyer_id") or facts.get("buyer_open_id")):
            raise No("ACQ.INVALID_PARAMETER")
        trade = self._asked(facts, params)
        trade.meant_for = str(facts.get("buyer_id") or facts.get("buyer_open_id"))
        return DONE | {"out_trade_no": trade.number, "trade_no": trade.handle}

    def _precreate(self, facts: Facts, params: Mapping[str, str]) -> Facts:
        new = str(facts.get("out_trade_no")) not in self.purse.trades
        trade = self._asked(facts, params)
        if new:
            self._unseen[trade.number] = True
        return DONE | {"out_trade_no": trade.number, "qr_code": f"{self.url}/code/{trade.handle}"}

    def _pay(self, facts: Facts, params: Mapping[str, str]) -> Facts:
        payer = self.payers.get(str(facts.get("auth_code")))
        if facts.get("scene") != "bar_code" or payer is None:
            raise No("ACQ.PAYMENT_AUTH_CODE_INVALID")
        trade = self._asked(facts, params)
        if self.purse.conduct.password:
            trade.state = "paying"
            self.asks(payer, trade)
            return self._facts(trade) | {"code": "10003", "msg": "order success pay inprocess"}
        self.pay(trade, payer)
        return DONE | self._facts(trade)

    def _asked(self, facts: Facts, params: Mapping[str, str]) -> Trade:
        number, amount = str(facts["out_trade_no"]), fen(facts["total_amount"])
        if not number or len(number) > 64 or amount < 1 or not facts["subject"]:
            raise No("ACQ.INVALID_PARAMETER")
        known, same = self.purse.trades.get(number), json.dumps([amount, facts["subject"]])
        if known is None:
            ends = datetime.fromisoformat(facts["time_expire"])
            expires = CHINA.moment(ends.date(), ends.time())
            known = Trade(number, amount, facts["subject"], expires, same, self.purse.next_number(), clock.now())
            self.purse.trades[number], self._notify[number] = known, params.get("notify_url", "")
        elif known.state == "paid":
            raise No("ACQ.TRADE_HAS_SUCCESS")
        elif known.facts != same:
            raise No("ACQ.CONTEXT_INCONSISTENT")
        if self._closed(known):
            raise No("ACQ.TRADE_HAS_CLOSE")
        return known

    def _query(self, facts: Facts, params: Mapping[str, str]) -> Facts:
        return DONE | self._facts(self._trade(facts))

    def _close(self, facts: Facts, params: Mapping[str, str]) -> Facts:
        trade = self._trade(facts)
        if trade.state == "paid" or self._closed(trade):
            raise No("ACQ.TRADE_STATUS_ERROR")
        trade.state = "closed"
        self.notify(trade)
        return DONE | {"out_trade_no": trade.number, "trade_no": trade.handle}

    def _cancel(self, facts: Facts, params: Mapping[str, str]) -> Facts:
        trade = self._trade(facts)
        action = "close"
        if trade.state == "paid":
            action = "refund"
            if left := trade.amount - trade.given_back:
                self.purse.refund(trade, trade.number, left)
        trade.state = "closed" if action == "close" else "paid"
        return DONE | {"out_trade_no": trade.number, "trade_no": trade.handle, "retry_flag": "N", "action": action}

    def _refund(self, facts: Facts, params: Mapping[str, str]) -> Facts:
        trade, amount, number = self._trade(facts), fen(facts["refund_amount"]), str(facts["out_request_no"])
        known = trade.refunds.get(number)
        if known is not None and known.amount != amount:
            raise No("ACQ.DISCORDANT_REPEAT_REQUEST")
        if trade.state != "paid":
            raise No("ACQ.TRADE_STATUS_ERROR")
        back = self.purse.refund(trade, number, amount)
        if back is None or amount < 1:
            raise No("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
        if known is None and back.state == "back":
            self._tell_refund(trade, back)
        return DONE | {
            "out_trade_no": trade.number, "trade_no": trade.handle, "fund_change": "N" if known else "Y",
            "refund_fee": yuan(trade.given_back), "buyer_user_id": trade.payer,
        }

    def _refund_query(self, facts: Facts, params: Mapping[str, str]) -> Facts:
        trade = self._trade(facts)
        back = trade.refunds.get(str(facts["out_request_no"]))
        if back is None:
            return dict(DONE)
        return DONE | refund_facts(trade, back, moment="gmt_refund_pay" in facts.get("query_options", ()))

    def _bill(self, facts: Facts, params: Mapping[str, str]) -> Facts:
        day = date.fromisoformat(facts["bill_date"])
        lines = self.purse.day(day)
        if facts.get("bill_type") != "trade" or day >= CHINA.today() or not lines:
            raise No("isp.bill_not_exist")
        return DONE | {"bill_download_url": f"{self.url}{self._bills.address(self.seller, day, lines)}"}

    def _certificate(self, facts: Facts, params: Mapping[str, str]) -> Facts:
        found = self._certificates.get(str(facts.get("alipay_cert_sn")))
        if found is None:
            raise No("isv.cert-not-exist")
        return DONE | {"alipay_cert_content": base64.b64encode(found.encode()).decode()}

    # --- how it is said ------------------------------------------------------------------------------------------

    def _trade(self, facts: Facts) -> Trade:
        trade = self.purse.trades.get(str(facts["out_trade_no"]))
        if trade is None or trade.number in self._unseen:
            raise No("ACQ.TRADE_NOT_EXIST")
        return trade

    def _closed(self, trade: Trade) -> bool:
        return trade.state == "closed" or (trade.state != "paid" and trade.expires <= clock.now())

    def _facts(self, trade: Trade) -> Facts:
        return trade_facts(trade, over=self._closed(trade))

    def _tell_refund(self, trade: Trade, back: PlayRefund) -> None:
        self.notify(
            trade, refund_fee=yuan(trade.given_back), gmt_refund=stamp(clock.now()), out_biz_no=back.number
        )


async def _browser(request: web.Request) -> web.Response:
    """Where a phone's browser is sent to (wap): the phone opens its sheet on top of it."""
    return web.Response(text="<!doctype html><title>Alipay</title>", content_type="text/html")
