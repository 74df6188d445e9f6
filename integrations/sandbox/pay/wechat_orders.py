"""Orders at the played WeChat Pay: asked for, told, closed; alone or several together."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from bot import clock
from integrations.sandbox.pay import wechat_words as words
from integrations.sandbox.pay.purse import CHINA, Purse, Trade
from integrations.sandbox.pay.wechat_words import No

NUMBER = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
Body = dict[str, Any]
Work = Callable[[web.Request, Body], Body | None]


class Orders:
    """Of one merchant. `notify` is filled with where notices of a number are to go."""

    def __init__(self, purse: Purse, notify: dict[str, str], merchant_id: str, app_id: str) -> None:
        self._purse, self._notify, self._merchant_id, self._app_id = purse, notify, merchant_id, app_id
        self.wholes: dict[str, list[str]] = {}
        """Number of a whole -> those of its orders."""

    def ask(self, kind: str, url: str) -> Work:
        def work(request: web.Request, body: Body) -> Body:
            if body.get("mchid") != self._merchant_id or body.get("appid") != self._app_id:
                raise No(400, "APPID_MCHID_NOT_MATCH")
            self._require(kind, body, "payer")
            facts = json.dumps({"kind": kind, **body}, sort_keys=True)
            trade = self._trade(kind, body, body["amount"]["total"], facts, body["time_expire"], body["notify_url"])
            trade.meant_for = body["payer"]["openid"] if kind == "jsapi" else ""
            return _sheet(kind, trade.handle, url)

        return work

    def ask_all(self, kind: str, url: str) -> Work:
        def work(request: web.Request, body: Body) -> Body:
            if body.get("combine_mchid") != self._merchant_id or body.get("combine_appid") != self._app_id:
                raise No(400, "APPID_MCHID_NOT_MATCH")
            self._require(kind, body, "combine_payer_info")
            parts = body["sub_orders"]
            if not 2 <= len(parts) <= 10 or any(each["mchid"] != self._merchant_id for each in parts):
                raise No(400, "PARAM_ERROR", "sub_orders")
            facts = json.dumps({"kind": kind, **body}, sort_keys=True)
            whole = body["combine_out_trade_no"]
            made = [
                self._trade(kind, each, each["amount"]["total_amount"], facts, body["time_expire"], body["notify_url"])
                for each in parts
            ]
            for trade in made:
                trade.handle = made[0].handle
                trade.meant_for = body["combine_payer_info"]["openid"] if kind == "jsapi" else ""
            self.wholes[whole] = [trade.number for trade in made]
            return _sheet(kind, made[0].handle, url)

        return work

    def query(self, request: web.Request, body: Body) -> Body:
        if request.query.get("mchid") != self._merchant_id:
            raise No(400, "PARAM_ERROR", "mchid")
        return words.transaction(self.trade(request.match_info["number"]), self._app_id, self._merchant_id)

    def query_all(self, request: web.Request, body: Body) -> Body:
        if request.match_info["number"] not in self.wholes:
            raise No(404, "ORDER_NOT_EXIST")
        return self.all_facts(request.match_info["number"])

    def close(self, request: web.Request, body: Body) -> None:
        _close(self.trade(request.match_info["number"]))

    def close_all(self, request: web.Request, body: Body) -> None:
        numbers = self.wholes.get(request.match_info["number"])
        if numbers is None:
            raise No(404, "ORDER_NOT_EXIST")
        if {each["out_trade_no"] for each in body["sub_orders"]} != set(numbers):
            raise No(400, "PARAM_ERROR", "sub_orders")
        for number in numbers:
            _close(self.trade(number))

    def trade(self, number: str) -> Trade:
        """:raises No: nobody asked for it"""
        trade = self._purse.trades.get(number)
        if trade is None:
            raise No(404, "ORDER_NOT_EXIST")
        return trade

    def whole_of(self, trade: Trade) -> str:
        """The number of all that is paid together with it, "" where it is paid alone."""
        return next((whole for whole, numbers in self.wholes.items() if trade.number in numbers), "")

    def together(self, trade: Trade) -> list[Trade]:
        """It, and what is paid together with it."""
        return [self._purse.trades[each] for each in self.wholes.get(self.whole_of(trade), [trade.number])]

    def all_facts(self, whole: str) -> Body:
        parts = [self._purse.trades[each] for each in self.wholes[whole]]
        return {
            "combine_appid": self._app_id, "combine_mchid": self._merchant_id, "combine_out_trade_no": whole,
            "combine_payer_info": {"openid": parts[0].payer},
            "sub_orders": [words.part(each, self._merchant_id) for each in parts],
        }

    def _require(self, kind: str, body: Body, payer: str) -> None:
        if not str(body.get("notify_url", "")).startswith("http") or "?" in body["notify_url"]:
            raise No(400, "PARAM_ERROR", "notify_url")
        if kind == "jsapi" and not body.get(payer, {}).get("openid"):
            raise No(400, "PARAM_ERROR", "openid")
        if kind == "h5" and not body.get("scene_info", {}).get("payer_client_ip"):
            raise No(400, "PARAM_ERROR", "payer_client_ip")

    def _trade(self, way: str, body: Body, amount: Any, facts: str, expires: str, notify: str) -> Trade:
        number = str(body.get("out_trade_no", ""))
        if not NUMBER.fullmatch(number) or not isinstance(amount, int) or amount < 1 or not body.get("description"):
            raise No(400, "PARAM_ERROR")
        trade = self._purse.trades.get(number)
        if trade is None:
            handle = f"wx{CHINA.local(clock.now()):%d%H%M%S}{secrets.token_hex(13)}"
            ends = datetime.fromisoformat(expires)
            trade = Trade(number, amount, body["description"], ends, facts, handle, clock.now(), way=way)
            self._purse.trades[number], self._notify[number] = trade, notify
        elif trade.state == "paid":
            raise No(400, "ORDERPAID")
        elif trade.state == "closed":
            raise No(400, "ORDER_CLOSED")
        elif trade.facts != facts:
            raise No(403, "OUT_TRADE_NO_USED")
        return trade


def _close(trade: Trade) -> None:
    if trade.state == "paid":
        raise No(400, "ORDERPAID")
    trade.state = "closed"


def _sheet(kind: str, handle: str, url: str) -> Body:
    return {
        "jsapi": {"prepay_id": handle},
        "native": {"code_url": f"weixin://wxpay/bizpayurl?pr={handle}"},
        "h5": {"h5_url": f"{url}/mweb?prepay_id={handle}"},
    }[kind]
