"""The older API of the played WeChat Pay: what a payer's code is scanned for. XML, signed by HMAC both ways."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from xml.etree import ElementTree

from aiohttp import web

from bot import clock
from integrations.sandbox.pay.purse import Purse, Trade

FREE = 100_000
"""Fen up to which nobody is asked for a password."""
LASTS = timedelta(minutes=1)
Fields = dict[str, str]


@dataclass
class Codes:
    """The codes that phones show. `asks` opens the sheet on the phone of who has to type the password."""

    asks: Callable[[str, Trade], None] = lambda payer, trade: None
    shown: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def show(self, payer: str) -> str:
        """18 digits that begin with 13, good for a minute and for once."""
        code = f"13{secrets.randbelow(10**16):016d}"
        self.shown[code] = payer, clock.now() + LASTS
        return code

    def take(self, code: str) -> str:
        """Whose it is; "" where nobody shows it any more."""
        payer, until = self.shown.pop(code, ("", clock.now()))
        return payer if until > clock.now() else ""


class Scanned:
    """Of one merchant, with the older API's key; without one nothing is signed well."""

    def __init__(self, purse: Purse, codes: Codes, merchant_id: str, app_id: str, key: str) -> None:
        self._purse, self._codes, self._merchant_id, self._app_id, self._key = purse, codes, merchant_id, app_id, key

    def routes(self) -> dict[str, Callable[[web.Request], Awaitable[web.Response]]]:
        return {
            "/pay/micropay": self._answering(self._take), "/secapi/pay/reverse": self._answering(self._reverse),
            "/pay/orderquery": self._answering(self._query),
        }

    def _take(self, given: Fields) -> Fields:
        number, amount = given["out_trade_no"], int(given["total_fee"])
        known = self._purse.trades.get(number)
        if known is not None:
            return _no({"paid": "ORDERPAID", "paying": "USERPAYING"}.get(known.state, "ORDERREVERSED"))
        payer = self._codes.take(given["auth_code"])
        if not payer:
            return _no("AUTHCODEEXPIRE")
        ends = datetime.strptime(f"{given['time_expire']}+0800", "%Y%m%d%H%M%S%z")
        trade = Trade(
            number, amount, given["body"], ends, "", f"code{secrets.token_hex(12)}", clock.now(), state="paying",
            way="micropay", meant_for=payer,
        )
        self._purse.trades[number] = trade
        if self._purse.conduct.password or amount > FREE:
            self._codes.asks(payer, trade)
            return _no("USERPAYING")
        self._purse.pay(trade, payer)
        return {"result_code": "SUCCESS", "transaction_id": trade.channel_number, "openid": payer,
                "total_fee": str(amount), "out_trade_no": number, "trade_type": "MICROPAY"}

    def _reverse(self, given: Fields) -> Fields:
        trade = self._purse.trades.get(given["out_trade_no"])
        if trade is None:
            return _no("TRADE_NOT_EXIST")
        if trade.state == "paid" and (left := trade.amount - trade.given_back):
            self._purse.refund(trade, f"reversed{trade.number}"[:32], left)
        trade.state = "reversed"
        return {"result_code": "SUCCESS", "recall": "N"}

    def _query(self, given: Fields) -> Fields:
        trade = self._purse.trades.get(given["out_trade_no"])
        return _no("ORDERNOTEXIST") if trade is None else {"result_code": "SUCCESS", "out_trade_no": trade.number}

    def _answering(self, work: Callable[[Fields], Fields]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(request: web.Request) -> web.Response:
            given = {each.tag: each.text or "" for each in ElementTree.fromstring(await request.read())}
            whole = (given.get("mch_id"), given.get("appid")) == (self._merchant_id, self._app_id)
            if not (whole and self._key and hmac.compare_digest(given.get("sign", ""), self._signature(given))):
                return _xml({"return_code": "FAIL", "return_msg": "sign"})
            said = {"return_code": "SUCCESS", "appid": self._app_id, "mch_id": self._merchant_id,
                    "nonce_str": secrets.token_hex(16), **work(given)}
            return _xml({**said, "sign": self._signature(said)})

        return handler

    def _signature(self, fields: Mapping[str, str]) -> str:
        named = [f"{name}={value}" for name, value in sorted(fields.items()) if value and name != "sign"]
        text = "&".join([*named, f"key={self._key}"])
        return hmac.new(self._key.encode(), text.encode(), sha256).hexdigest().upper()


def _no(code: str) -> Fields:
    return {"result_code": "FAIL", "err_code": code, "err_code_des": "sandbox"}


def _xml(fields: Mapping[str, str]) -> web.Response:
    root = ElementTree.Element("xml")
    for name, value in fields.items():
        ElementTree.SubElement(root, name).text = value
    return web.Response(body=ElementTree.tostring(root, encoding="utf-8"), content_type="text/xml")
