"""The played WeChat Pay's bills: of what was paid and given back, and of what its account took and gave."""

from __future__ import annotations

import gzip
import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from aiohttp import web

from bot.money import yuan
from integrations.sandbox.pay import wechat_words as words
from integrations.sandbox.pay.purse import CHINA, PlayRefund, Purse, Trade
from integrations.sandbox.pay.wechat_words import No

COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,"
    "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
SUMMARY = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
FUNDS = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"
)
FUND_SUMMARY = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
Line = tuple[Trade, PlayRefund | None]
Work = Callable[[web.Request, dict[str, Any]], dict[str, Any]]


class Bills:
    """Made when they are asked for, fetched once each by what the answer names."""

    def __init__(self, purse: Purse, merchant_id: str, app_id: str) -> None:
        self._purse, self._merchant_id, self._app_id = purse, merchant_id, app_id
        self._packed: dict[str, bytes] = {}

    def trades(self, url: str) -> Work:
        return lambda request, _: self._offer(request, url, self._trade_text)

    def funds(self, url: str) -> Work:
        return lambda request, _: self._offer(request, url, self._fund_text)

    def packed(self, token: str) -> bytes:
        """:raises No: nobody was told of it"""
        if token not in self._packed:
            raise No(404, "RESOURCE_NOT_EXISTS")
        return self._packed[token]

    def _offer(self, request: web.Request, url: str, text_of: Callable[[Sequence[Line]], str]) -> dict[str, Any]:
        day = date.fromisoformat(request.query["bill_date"])
        if day >= CHINA.today():
            raise No(400, "INVALID_REQUEST", "not today's")
        lines = self._purse.day(day)
        if not lines:
            raise No(400, "NO_STATEMENT_EXIST")
        text, token = text_of(lines).encode(), secrets.token_urlsafe(24)
        self._packed[token] = gzip.compress(text)
        return {
            "hash_type": "SHA1", "hash_value": hashlib.sha1(text, usedforsecurity=False).hexdigest(),
            "download_url": f"{url}/v3/billdownload/file?token={token}",
        }

    def _trade_text(self, lines: Sequence[Line]) -> str:
        rows, paid, given = [], 0, 0
        for trade, back in lines:
            paid, given = paid + (0 if back else trade.amount), given + (back.amount if back else 0)
            money, refunded = yuan(0 if back else trade.amount), yuan(back.amount if back else 0)
            rows.append([
                _at(trade, back), self._app_id, self._merchant_id, "0", "", trade.channel_number, trade.number,
                trade.payer, words.TYPES[trade.way], "REFUND" if back else "SUCCESS", "OTHERS", "CNY", money, "0.00",
                back.channel_number if back else "0", back.number if back else "0", refunded, "0.00",
                "ORIGINAL" if back else "", words.BACKS[back.state] if back else "", trade.title, "", "0.00000",
                "0.60%", money, refunded, "",
            ])
        sums = [f"{len(rows)}.0", yuan(paid), yuan(given), "0.0", "0.00", yuan(paid), yuan(given)]
        return _table(COLUMNS, rows, SUMMARY, sums)

    def _fund_text(self, lines: Sequence[Line]) -> str:
        rows, into, out, balance = [], 0, 0, 0
        for trade, back in lines:
            amount = back.amount if back else trade.amount
            into, out = into + (0 if back else amount), out + (amount if back else 0)
            balance += -amount if back else amount
            number, kind = (back.channel_number, "退款") if back else (trade.channel_number, "交易")
            rows.append([
                _at(trade, back), number, trade.channel_number, kind, kind, "支出" if back else "收入", yuan(amount),
                yuan(balance), self._merchant_id, "", number,
            ])
        outs = sum(1 for _, back in lines if back)
        sums = [str(len(rows)), str(len(rows) - outs), yuan(into), str(outs), yuan(out)]
        return _table(FUNDS, rows, FUND_SUMMARY, sums)


def _at(trade: Trade, back: PlayRefund | None) -> str:
    return f"{CHINA.local(back.asked_at if back else trade.paid_at or trade.made_at):%Y-%m-%d %H:%M:%S}"


def _table(columns: str, rows: Sequence[Sequence[str]], summary: str, sums: Sequence[str]) -> str:
    text = [columns, *(",".join(f"`{cell}" for cell in row) for row in rows), summary]
    return "\ufeff" + "\r\n".join([*text, ",".join(f"`{cell}" for cell in sums)]) + "\r\n"
