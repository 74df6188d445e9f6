"""WeChat on a phone, as far as it pays: the sheet of a page (WeixinJSBridge), of a code, of a browser (H5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.errors import BadInput
from integrations.sandbox.pay.phone_pay import Outcome, Shown
from integrations.sandbox.pay.purse import Trade
from integrations.sandbox.pay.wechat_pay import PlayWeChatPay
from integrations.sandbox.phones import Phone, Phones

CODE = re.compile(r"weixin://wxpay/bizpayurl\?pr=(\w+)")
PREPAY = re.compile(r"prepay_id=(\w+)")


class WeChatOnPhone:
    """`account` is the official account whose pages pay; `payee` how the sheet names the merchant."""

    def __init__(self, play: PlayWeChatPay, phones: Phones, account: str, payee: str) -> None:
        self._play, self._phones, self._account, self._payee = play, phones, account, payee
        play.codes.asks = self._ask

    def look(self, given: Mapping[str, Any], phone: Phone) -> Shown:
        trade = self._found(given)
        if trade.meant_for not in ("", self._payer(phone)):
            raise BadInput("other_payer")
        if trade.state == "paid":
            raise BadInput("paid_already")
        if not all(self._play.purse.payable(each) for each in self._play.orders.together(trade)):
            raise BadInput("over")
        return self._shown(trade)

    def pay(self, handle: str, phone: Phone) -> Outcome:
        trade = self._play.purse.of_handle(handle)
        return "paid" if trade is not None and self._play.pay(trade, self._payer(phone)) else "over"

    def code(self, phone: Phone) -> str:
        return self._play.codes.show(self._payer(phone))

    def finish_refunds(self) -> None:
        self._play.finish_refunds()

    def _found(self, given: Mapping[str, Any]) -> Trade:
        parameters = given.get("parameters")
        if isinstance(parameters, dict):
            return self._signed(parameters)
        pattern, text = (PREPAY, given.get("page", "")) if "page" in given else (CODE, given.get("code", ""))
        match = pattern.search(str(text))
        trade = self._play.purse.of_handle(match[1]) if match else None
        if trade is None:
            raise BadInput("unknown_code")
        return trade

    def _signed(self, parameters: Mapping[str, Any]) -> Trade:
        """What a page hands over is signed by the merchant, over the very order it is for."""
        values = [str(parameters.get(name, "")) for name in ("appId", "timeStamp", "nonceStr", "package")]
        said = "".join(f"{value}\n" for value in values)
        if values[0] != self._play.app_id or parameters.get("signType") != "RSA":
            raise BadInput("bad_sign")
        if not self._play.seal.by_merchant(said.encode(), str(parameters.get("paySign", ""))):
            raise BadInput("bad_sign")
        trade = self._play.purse.of_handle(values[3].removeprefix("prepay_id="))
        if trade is None or trade.way != "jsapi":
            raise BadInput("over")
        return trade

    def _shown(self, trade: Trade) -> Shown:
        whole = self._play.orders.together(trade)
        return Shown("wechat", trade.handle, sum(each.amount for each in whole), trade.title, self._payee)

    def _ask(self, payer: str, trade: Trade) -> None:
        """Its code was scanned, and it is much: the phone asks for the password."""
        phone = self._phones.of_openid(self._play.app_id, payer)
        if phone is not None:
            shown = self._shown(trade)
            phone.receive("pay", self._account, {
                "type": "sheet", "channel": shown.channel, "handle": shown.handle, "amount": shown.amount,
                "title": shown.title, "payee": shown.payee,
            })

    def _payer(self, phone: Phone) -> str:
        return phone.seat(self._play.app_id).openid
