"""Alipay on a phone, as far as it pays: the sheet of a page (tradePay), of a code, of a browser (wap)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.errors import BadInput
from integrations.sandbox.pay.alipay import PlayAlipay
from integrations.sandbox.pay.alipay_wire import No
from integrations.sandbox.pay.phone_pay import Outcome, Shown
from integrations.sandbox.pay.purse import Trade
from integrations.sandbox.phones import Phone, Phones

BUYERS = 2088_0000_0000_0000
CODES = 10**16


class AlipayOnPhone:
    """`account` is the official account in whose chat a password is asked for; `payee` how the sheet names the
    merchant."""

    def __init__(self, play: PlayAlipay, phones: Phones, account: str, payee: str) -> None:
        self._play, self._phones, self._account, self._payee = play, phones, account, payee
        self._gateway = f"{urlsplit(play.url).path}/gateway.do"
        play.asks = self._ask

    def look(self, given: Mapping[str, Any], phone: Phone) -> Shown:
        trade, back = self._found(given)
        if trade.meant_for not in ("", payer_of(phone)):
            raise BadInput("other_payer")
        if trade.state == "paid":
            raise BadInput("paid_already")
        if not self._play.purse.payable(trade):
            raise BadInput("over")
        return self._shown(trade, back)

    def pay(self, handle: str, phone: Phone) -> Outcome:
        trade = self._play.purse.of_handle(handle)
        return "paid" if trade is not None and self._play.pay(trade, payer_of(phone)) else "over"

    def code(self, phone: Phone) -> str:
        """The one before is worth nothing any more."""
        payers, payer = self._play.payers, payer_of(phone)
        for old in [code for code, whose in payers.items() if whose == payer]:
            del payers[old]
        made = f"28{secrets.randbelow(CODES):016d}"
        payers[made] = payer
        return made

    def finish_refunds(self) -> None:
        self._play.finish_refunds()

    def _found(self, given: Mapping[str, Any]) -> tuple[Trade, str]:
        """The trade, and where the browser goes afterwards."""
        parameters, back = given.get("parameters"), ""
        trade: Trade | None = None
        if isinstance(parameters, dict):
            trade = self._play.purse.of_handle(str(parameters.get("tradeNO", "")))
        elif (page := urlsplit(str(given.get("page", "")))).path.endswith(self._gateway):
            # On the page with the phones it stands below the phone's own browser. Its signature says whose it is.
            query = dict(parse_qsl(page.query, keep_blank_values=True))
            trade, back = self._opened(query), query.get("return_url", "")
        elif match := re.fullmatch(rf"{re.escape(self._play.url)}/code/(\w+)", str(given.get("code", ""))):
            trade = self._play.scanned(match[1])
        if trade is None:
            raise BadInput("unknown_code")
        return trade, back

    def _opened(self, query: Mapping[str, str]) -> Trade:
        try:
            return self._play.opened(query)
        except No as no:
            raise BadInput("paid_already" if no.sub == "ACQ.TRADE_HAS_SUCCESS" else "bad_sign") from None
        except (ValueError, KeyError, TypeError):
            raise BadInput("bad_sign") from None

    def _shown(self, trade: Trade, back: str = "") -> Shown:
        return Shown("alipay", trade.handle, trade.amount, trade.title, self._payee, back)

    def _ask(self, payer: str, trade: Trade) -> None:
        """Its code was scanned, and it is much: the phone asks for the password."""
        phone = next((each for each in self._phones if payer_of(each) == payer), None)
        if phone is not None:
            shown = self._shown(trade)
            phone.receive("pay", self._account, {
                "type": "sheet", "channel": shown.channel, "handle": shown.handle, "amount": shown.amount,
                "title": shown.title, "payee": shown.payee,
            })


def payer_of(phone: Phone) -> str:
    """A phone's user id at Alipay."""
    return str(BUYERS + phone.number)
