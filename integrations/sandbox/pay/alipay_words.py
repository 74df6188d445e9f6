"""How the played Alipay says how a trade or a refund stands, asked or not."""

from __future__ import annotations

from datetime import datetime

from bot.money import yuan
from integrations.sandbox.pay.alipay_wire import Facts
from integrations.sandbox.pay.purse import CHINA, PlayRefund, Trade

DONE = {"code": "10000", "msg": "Success"}


def trade_facts(trade: Trade, *, over: bool) -> Facts:
    """`over`: nothing can be paid any more."""
    said: Facts = {
        "out_trade_no": trade.number, "trade_no": trade.handle, "total_amount": yuan(trade.amount),
        "subject": trade.title, "trade_status": "TRADE_CLOSED" if over else "WAIT_BUYER_PAY",
    }
    if trade.state == "paid" and trade.paid_at:
        status = "TRADE_CLOSED" if trade.given_back == trade.amount else "TRADE_SUCCESS"
        at = stamp(trade.paid_at)
        said |= {"trade_status": status, "buyer_id": trade.payer, "gmt_payment": at, "send_pay_date": at}
    return said


def refund_facts(trade: Trade, back: PlayRefund, *, moment: bool) -> Facts:
    """`moment`: when it was back is asked for, too."""
    said: Facts = {
        "out_trade_no": trade.number, "trade_no": trade.handle, "out_request_no": back.number,
        "total_amount": yuan(trade.amount), "refund_amount": yuan(back.amount),
    }
    if back.state != "back" or back.back_at is None:
        return said
    return said | {"refund_status": "REFUND_SUCCESS"} | ({"gmt_refund_pay": stamp(back.back_at)} if moment else {})


def stamp(moment: datetime) -> str:
    return f"{CHINA.local(moment):%Y-%m-%d %H:%M:%S}"
