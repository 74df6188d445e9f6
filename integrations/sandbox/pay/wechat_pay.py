"""WeChat Pay as one merchant sees it, played: verifies who asks, signs what it answers, seals what it tells.

Mounted below `/sandbox/play/wechat-pay`. Answers, codes and states are WeChat Pay's; what is not built is refused as it
would refuse it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from integrations.sandbox.pay import wechat_words as words
from integrations.sandbox.pay.conduct import PayConduct
from integrations.sandbox.pay.notifier import Letter
from integrations.sandbox.pay.purse import PlayRefund, Purse, Trade
from integrations.sandbox.pay.wechat_bills import Bills
from integrations.sandbox.pay.wechat_orders import Orders
from integrations.sandbox.pay.wechat_scanned import Codes, Scanned
from integrations.sandbox.pay.wechat_seal import Seal
from integrations.sandbox.pay.wechat_words import No

Work = Callable[[web.Request, dict[str, Any]], dict[str, Any] | None]
PAUSES = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
"""Seconds between the tries of a notice."""


class PlayWeChatPay:
    """One merchant. `seal` is asked for when it is needed first. `url` is where it stands; `tell` carries notices."""

    def __init__(
        self, *, merchant_id: str, app_id: str, seal: Callable[[], Seal], url: str, tell: Callable[[Letter], None],
        code_key: str = "", conduct: PayConduct | None = None,
    ) -> None:
        self.merchant_id, self.app_id, self.url = merchant_id, app_id, url.rstrip("/")
        self._open, self._tell = seal, tell
        self._seal: Seal | None = None
        self.purse = Purse("42", conduct)
        self.notify: dict[str, str] = {}
        """Number of a payment -> where its notices go."""
        self.orders = Orders(self.purse, self.notify, merchant_id, app_id)
        self.codes = Codes()
        self._bills = Bills(self.purse, merchant_id, app_id)
        self._scanned = Scanned(self.purse, self.codes, merchant_id, app_id, code_key)

    @property
    def books(self) -> dict[str, dict[str, Any]]:
        """What is written down beside the trades."""
        return {"notify": self.notify, "wholes": self.orders.wholes}

    @property
    def seal(self) -> Seal:
        if self._seal is None:
            self._seal = self._open()
        return self._seal

    def app(self) -> web.Application:
        """Its addresses, as the true one has them."""
        app, orders = web.Application(), self.orders
        for kind in ("jsapi", "native", "h5"):
            app.router.add_post(f"/v3/pay/transactions/{kind}", self._answering(orders.ask(kind, self.url)))
            app.router.add_post(f"/v3/combine-transactions/{kind}", self._answering(orders.ask_all(kind, self.url)))
        one, several = "/v3/pay/transactions/out-trade-no", "/v3/combine-transactions/out-trade-no"
        app.router.add_get(f"{one}/{{number}}", self._answering(orders.query))
        app.router.add_post(f"{one}/{{number}}/close", self._answering(orders.close))
        app.router.add_get(f"{several}/{{number}}", self._answering(orders.query_all))
        app.router.add_post(f"{several}/{{number}}/close", self._answering(orders.close_all))
        app.router.add_post("/v3/refund/domestic/refunds", self._answering(self._refund))
        app.router.add_get("/v3/refund/domestic/refunds/{refund}", self._answering(self._refund_query))
        app.router.add_get("/v3/bill/tradebill", self._answering(self._bills.trades(self.url)))
        app.router.add_get("/v3/bill/fundflowbill", self._answering(self._bills.funds(self.url)))
        app.router.add_get("/v3/billdownload/file", self._download)
        app.router.add_get("/v3/certificates", self._answering(lambda request, body: self.seal.certificates()))
        app.router.add_get("/mweb", self._browser)
        for path, work in self._scanned.routes().items():
            app.router.add_post(path, work)
        return app

    # --- what payers do ------------------------------------------------------------------------------------------

    def pay(self, trade: Trade, payer: str) -> bool:
        """The payer typed the password: this order is paid, and all that are paid together with it."""
        whole = self.orders.together(trade)
        if trade.meant_for not in ("", payer) or not all(self.purse.payable(each) for each in whole):
            return False
        for each in whole:
            self.purse.pay(each, payer)
        if trade.way != "micropay":  # of those nobody is told
            self.tell_paid(trade)
        return True

    def finish_refunds(self) -> None:
        for trade, back in list(self.purse.finish_refunds()):
            self._tell_refund(trade, back)

    def tell_paid(self, trade: Trade) -> None:
        """A notice of the payment as it is now."""
        whole = self.orders.whole_of(trade)
        facts = self.orders.all_facts(whole) if whole else words.transaction(trade, self.app_id, self.merchant_id)
        self.send(trade.number, "TRANSACTION.SUCCESS", "transaction", facts)

    def send(self, number: str, event: str, kind: str, facts: Mapping[str, Any]) -> None:
        """A notice, sealed and signed, to where its order asked for it."""
        body = self.seal.notice(event, kind, facts)

        def make() -> tuple[dict[str, str], bytes]:
            return {"Content-Type": "application/json", **self.seal.headers(body)}, body

        if address := self.notify.get(number):
            self._tell(Letter(address, make, lambda status, _: status in (200, 204)))

    # --- refunds and bills ---------------------------------------------------------------------------------------

    def _refund(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        trade, amount = self.orders.trade(str(body.get("out_trade_no"))), body.get("amount", {})
        if amount.get("total") != trade.amount or not isinstance(amount.get("refund"), int) or amount["refund"] < 1:
            raise No(400, "PARAM_ERROR", "amount")
        known = trade.refunds.get(str(body.get("out_refund_no")))
        if known is not None and known.amount != amount["refund"]:
            raise No(400, "PARAM_ERROR", "out_refund_no")
        back = self.purse.refund(trade, str(body["out_refund_no"]), amount["refund"])
        if back is None:
            raise No(403, "NOT_ENOUGH")
        if body.get("notify_url"):
            self.notify[trade.number] = body["notify_url"]
        if known is None and back.state in ("back", "stuck"):
            self._tell_refund(trade, back)
        return words.refund(trade, back) | {"status": words.BACKS[back.state]}

    def _refund_query(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        for trade in self.purse.trades.values():
            if back := trade.refunds.get(request.match_info["refund"]):
                return words.refund(trade, back) | {"status": words.BACKS[back.state]}
        raise No(404, "RESOURCE_NOT_EXISTS")

    def _tell_refund(self, trade: Trade, back: PlayRefund) -> None:
        event = "REFUND.ABNORMAL" if back.state == "stuck" else "REFUND.SUCCESS"
        status = {"mchid": self.merchant_id, "refund_status": words.BACKS[back.state]}
        self.send(trade.number, event, "refund", words.refund(trade, back) | status)

    async def _download(self, request: web.Request) -> web.Response:
        """As the real one: asked with a signature, answered without."""
        try:
            self.seal.require(request, b"")
            content = self._bills.packed(request.query.get("token", ""))
        except No as no:
            return web.json_response({"code": no.code, "message": no.message}, status=no.status)
        return web.Response(body=content, content_type="application/octet-stream")

    async def _browser(self, request: web.Request) -> web.Response:
        """Where a browser is sent to (H5): the phone opens its sheet on top of it."""
        return web.Response(text="<!doctype html><title>WeChat Pay</title>", content_type="text/html")

    # --- who asks, who answers -----------------------------------------------------------------------------------

    def _answering(self, work: Work) -> Any:
        async def handler(request: web.Request) -> web.Response:
            raw = await request.read()
            try:
                self.seal.require(request, raw)
                said = work(request, json.loads(raw) if raw else {})
            except No as no:
                body, status = json.dumps({"code": no.code, "message": no.message}).encode(), no.status
            except (ValueError, KeyError, TypeError, AttributeError):
                body, status = json.dumps({"code": "PARAM_ERROR", "message": "sandbox"}).encode(), 400
            else:
                body, status = (b"", 204) if said is None else (json.dumps(said).encode(), 200)
            kind = {"Content-Type": "application/json"} if body else {}
            return web.Response(body=body, status=status, headers={**kind, **self.seal.headers(body)})

        return handler
