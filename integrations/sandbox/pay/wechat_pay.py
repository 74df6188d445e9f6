"""WeChat Pay's API v3, played: checks the merchant's signature, signs what it answers, seals what it tells.

Mounted below `/sandbox/play/wechat-pay`. Answers, codes and states are WeChat Pay's; what is not built is refused as it
would refuse it. The signing is done with `cryptography` alone, not with the functions that our client uses.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from bot import clock
from bot.money import yuan
from integrations.sandbox.pay.purse import CHINA, PlayRefund, Purse, Trade

AUTHORIZATION = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="(?P<mchid>[^"]*)",nonce_str="(?P<nonce>[^"]*)",signature="(?P<signature>[^"]*)"'
    r',timestamp="(?P<timestamp>\d+)",serial_no="(?P<serial>[^"]*)"'
)
NUMBER = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,"
    "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
SUMMARY = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
STATES = {"unpaid": "NOTPAY", "paying": "USERPAYING", "closed": "CLOSED"}
BACKS = {"processing": "PROCESSING", "back": "SUCCESS", "stuck": "ABNORMAL", "closed": "CLOSED"}
Tell = Callable[[str, dict[str, str], bytes], None]
"""Hand a notice to whoever carries it: address, headers, body."""


class No(Exception):
    """An answer that is not 2xx."""

    def __init__(self, status: int, code: str, message: str = "sandbox") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class PlayWeChatPay:
    """One merchant. `own_key` signs (WeChat Pay's), `serial` names it; `merchant_key` verifies who asks."""

    def __init__(
        self, *, merchant_id: str, app_id: str, merchant_key: RSAPublicKey, api_key: bytes, own_key: RSAPrivateKey,
        serial: str, url: str, tell: Tell,
    ) -> None:
        self.merchant_id, self.app_id, self.serial = merchant_id, app_id, serial
        self._merchant_key, self._api_key, self._own_key = merchant_key, api_key, own_key
        self._url, self._tell = url.rstrip("/"), tell
        self.purse = Purse("42")
        self._notify: dict[str, str] = {}
        self._bills: dict[str, bytes] = {}

    def app(self) -> web.Application:
        app = web.Application()
        for kind in ("jsapi", "native", "h5"):
            app.router.add_post(f"/v3/pay/transactions/{kind}", self._answering(self._ask(kind)))
        app.router.add_get("/v3/pay/transactions/out-trade-no/{number}", self._answering(self._query))
        app.router.add_post("/v3/pay/transactions/out-trade-no/{number}/close", self._answering(self._close))
        app.router.add_post("/v3/refund/domestic/refunds", self._answering(self._refund))
        app.router.add_get("/v3/refund/domestic/refunds/{refund}", self._answering(self._refund_query))
        app.router.add_get("/v3/bill/tradebill", self._answering(self._bill))
        app.router.add_get("/v3/billdownload/file", self._download)
        return app

    def pay(self, trade: Trade, payer: str) -> bool:
        """The payer typed the password on the phone."""
        if not self.purse.pay(trade, payer):
            return False
        self.notify(trade.number, "TRANSACTION.SUCCESS", "transaction", self._transaction(trade))
        return True

    def finish_refunds(self) -> None:
        for trade, back in list(self.purse.finish_refunds()):
            self._tell_refund(trade, back)

    def notify(self, number: str, event: str, kind: str, facts: Mapping[str, Any]) -> None:
        """A notice, sealed and signed, to where its order asked for it."""
        nonce = secrets.token_hex(6)
        sealed = AESGCM(self._api_key).encrypt(nonce.encode(), json.dumps(facts).encode(), kind.encode())
        body = json.dumps({
            "id": secrets.token_hex(16), "create_time": _stamp(clock.now()), "resource_type": "encrypt-resource",
            "event_type": event, "summary": "sandbox",
            "resource": {
                "original_type": kind, "algorithm": "AEAD_AES_256_GCM", "associated_data": kind, "nonce": nonce,
                "ciphertext": base64.b64encode(sealed).decode(),
            },
        }).encode()
        self._tell(self._notify[number], {"Content-Type": "application/json", **self._signed(body)}, body)

    # --- what is asked -------------------------------------------------------------------------------------------

    def _ask(self, kind: str) -> Callable[[web.Request, dict[str, Any]], dict[str, Any]]:
        def ask(request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
            number, amount = str(body.get("out_trade_no", "")), body.get("amount", {}).get("total")
            if body.get("mchid") != self.merchant_id or body.get("appid") != self.app_id:
                raise No(400, "APPID_MCHID_NOT_MATCH")
            if not NUMBER.fullmatch(number) or not isinstance(amount, int) or amount < 1 or not body.get("description"):
                raise No(400, "PARAM_ERROR")
            if not str(body.get("notify_url", "")).startswith("http") or "?" in body["notify_url"]:
                raise No(400, "PARAM_ERROR", "notify_url")
            if kind == "jsapi" and not body.get("payer", {}).get("openid"):
                raise No(400, "PARAM_ERROR", "openid")
            if kind == "h5" and not body.get("scene_info", {}).get("payer_client_ip"):
                raise No(400, "PARAM_ERROR", "payer_client_ip")
            facts = json.dumps({"kind": kind, **body}, sort_keys=True)
            trade = self.purse.trades.get(number)
            if trade is None:
                handle = f"wx{CHINA.local(clock.now()):%d%H%M%S}{secrets.token_hex(13)}"
                trade = Trade(
                    number, amount, body["description"], datetime.fromisoformat(body["time_expire"]), facts, handle,
                    clock.now(),
                )
                self.purse.trades[number], self._notify[number] = trade, body["notify_url"]
            elif trade.state == "paid":
                raise No(400, "ORDERPAID")
            elif trade.state == "closed":
                raise No(400, "ORDER_CLOSED")
            elif trade.facts != facts:
                raise No(403, "OUT_TRADE_NO_USED")
            return {
                "jsapi": {"prepay_id": trade.handle},
                "native": {"code_url": f"weixin://wxpay/bizpayurl?pr={trade.handle}"},
                "h5": {"h5_url": f"{self._url}/mweb?prepay_id={trade.handle}"},
            }[kind]

        return ask

    def _query(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        if request.query.get("mchid") != self.merchant_id:
            raise No(400, "PARAM_ERROR", "mchid")
        return self._transaction(self._trade(request.match_info["number"]))

    def _close(self, request: web.Request, body: dict[str, Any]) -> None:
        trade = self._trade(request.match_info["number"])
        if trade.state == "paid":
            raise No(400, "ORDERPAID")
        trade.state = "closed"

    def _refund(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        trade, amount = self._trade(str(body.get("out_trade_no"))), body.get("amount", {})
        if amount.get("total") != trade.amount or not isinstance(amount.get("refund"), int) or amount["refund"] < 1:
            raise No(400, "PARAM_ERROR", "amount")
        known = trade.refunds.get(str(body.get("out_refund_no")))
        if known is not None and known.amount != amount["refund"]:
            raise No(400, "PARAM_ERROR", "out_refund_no")
        back = self.purse.refund(trade, str(body["out_refund_no"]), amount["refund"])
        if back is None:
            raise No(403, "NOT_ENOUGH")
        if known is None and back.state == "back":
            self._tell_refund(trade, back)
        return self._refund_facts(trade, back) | {"status": BACKS[back.state]}

    def _refund_query(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        for trade in self.purse.trades.values():
            if back := trade.refunds.get(request.match_info["refund"]):
                return self._refund_facts(trade, back) | {"status": BACKS[back.state]}
        raise No(404, "RESOURCE_NOT_EXISTS")

    def _bill(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        day = date.fromisoformat(request.query["bill_date"])
        if day >= CHINA.today():
            raise No(400, "INVALID_REQUEST", "not today's")
        lines = self.purse.day(day)
        if not lines:
            raise No(400, "NO_STATEMENT_EXIST")
        text = self._bill_text(lines).encode()
        token = secrets.token_urlsafe(24)
        self._bills[token] = gzip.compress(text)
        return {
            "hash_type": "SHA1", "hash_value": hashlib.sha1(text, usedforsecurity=False).hexdigest(),
            "download_url": f"{self._url}/v3/billdownload/file?token={token}",
        }

    async def _download(self, request: web.Request) -> web.Response:
        """As the real one: asked with a signature, answered without."""
        found = self._bills.get(request.query.get("token", ""))
        if found is None:
            return web.json_response({"code": "RESOURCE_NOT_EXISTS", "message": "sandbox"}, status=404)
        return web.Response(body=found, content_type="application/octet-stream")

    # --- how it is said ------------------------------------------------------------------------------------------

    def _transaction(self, trade: Trade) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "appid": self.app_id, "mchid": self.merchant_id, "out_trade_no": trade.number,
            "trade_state": "REFUND" if trade.refunds else STATES.get(trade.state, "SUCCESS"),
            "trade_state_desc": "sandbox", "attach": "",
        }
        if trade.state == "paid" and trade.paid_at:
            facts |= {
                "transaction_id": trade.channel_number, "trade_type": "JSAPI", "bank_type": "OTHERS",
                "success_time": _stamp(trade.paid_at), "payer": {"openid": trade.payer},
                "amount": {
                    "total": trade.amount, "payer_total": trade.amount, "currency": "CNY", "payer_currency": "CNY"
                },
            }
        return facts

    def _refund_facts(self, trade: Trade, back: PlayRefund) -> dict[str, Any]:
        return {
            "refund_id": back.channel_number, "out_refund_no": back.number, "transaction_id": trade.channel_number,
            "out_trade_no": trade.number, "channel": "ORIGINAL", "user_received_account": "sandbox",
            "create_time": _stamp(back.asked_at), "success_time": _stamp(back.back_at) if back.back_at else None,
            "amount": {
                "total": trade.amount, "refund": back.amount, "payer_total": trade.amount, "payer_refund": back.amount
            },
        }

    def _tell_refund(self, trade: Trade, back: PlayRefund) -> None:
        facts = self._refund_facts(trade, back) | {"mchid": self.merchant_id, "refund_status": BACKS[back.state]}
        self.notify(trade.number, "REFUND.SUCCESS", "refund", facts)

    def _bill_text(self, lines: list[tuple[Trade, PlayRefund | None]]) -> str:
        rows, paid, given = [], 0, 0
        for trade, back in lines:
            at = CHINA.local(back.asked_at if back else trade.paid_at or trade.made_at)
            paid, given = paid + (0 if back else trade.amount), given + (back.amount if back else 0)
            money, refunded = yuan(0 if back else trade.amount), yuan(back.amount if back else 0)
            rows.append([
                f"{at:%Y-%m-%d %H:%M:%S}", self.app_id, self.merchant_id, "0", "", trade.channel_number, trade.number,
                trade.payer, "JSAPI", "REFUND" if back else "SUCCESS", "OTHERS", "CNY", money, "0.00",
                back.channel_number if back else "0", back.number if back else "0", refunded, "0.00",
                "ORIGINAL" if back else "", BACKS[back.state] if back else "", trade.title, "", "0.00000", "0.60%",
                money, refunded, "",
            ])
        sums = [f"{len(rows)}.0", yuan(paid), yuan(given), "0.0", "0.00", yuan(paid), yuan(given)]
        text = [COLUMNS, *(",".join(f"`{cell}" for cell in row) for row in rows), SUMMARY]
        return "\ufeff" + "\r\n".join([*text, ",".join(f"`{cell}" for cell in sums)]) + "\r\n"

    # --- who asks, who answers -----------------------------------------------------------------------------------

    def _answering(self, work: Callable[[web.Request, dict[str, Any]], dict[str, Any] | None]) -> Any:
        async def handler(request: web.Request) -> web.Response:
            raw = await request.read()
            try:
                self._require_signed(request, raw)
                said = work(request, json.loads(raw) if raw else {})
            except No as no:
                body, status = json.dumps({"code": no.code, "message": no.message}).encode(), no.status
            except (ValueError, KeyError, TypeError, AttributeError):
                body, status = json.dumps({"code": "PARAM_ERROR", "message": "sandbox"}).encode(), 400
            else:
                body, status = (b"", 204) if said is None else (json.dumps(said).encode(), 200)
            kind = {"Content-Type": "application/json"} if body else {}
            return web.Response(body=body, status=status, headers={**kind, **self._signed(body)})

        return handler

    def _require_signed(self, request: web.Request, body: bytes) -> None:
        found = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
        if found is None or found["mchid"] != self.merchant_id:
            raise No(401, "SIGN_ERROR")
        if abs(clock.now().timestamp() - int(found["timestamp"])) > 300:
            raise No(401, "SIGN_ERROR", "timestamp")
        path = request.raw_path[request.raw_path.index("/v3/"):]
        said = f"{request.method}\n{path}\n{found['timestamp']}\n{found['nonce']}\n".encode() + body + b"\n"
        try:
            self._merchant_key.verify(base64.b64decode(found["signature"]), said, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            raise No(401, "SIGN_ERROR") from None

    def _signed(self, body: bytes) -> dict[str, str]:
        stamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
        said = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
        signature = base64.b64encode(self._own_key.sign(said, PKCS1v15(), SHA256())).decode()
        return {
            "Wechatpay-Timestamp": stamp, "Wechatpay-Nonce": nonce, "Wechatpay-Signature": signature,
            "Wechatpay-Serial": self.serial, "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    def _trade(self, number: str) -> Trade:
        trade = self.purse.trades.get(number)
        if trade is None:
            raise No(404, "ORDER_NOT_EXIST")
        return trade


def _stamp(moment: datetime) -> str:
    return CHINA.local(moment).isoformat(timespec="seconds")
