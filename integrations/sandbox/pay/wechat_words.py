"""What the played WeChat Pay says of trades and refunds, in its own words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from integrations.sandbox.pay.purse import CHINA, PlayRefund, Trade

STATES = {"unpaid": "NOTPAY", "paying": "USERPAYING", "closed": "CLOSED", "reversed": "REVOKED"}
BACKS = {"processing": "PROCESSING", "back": "SUCCESS", "stuck": "ABNORMAL", "closed": "CLOSED"}
TYPES = {"jsapi": "JSAPI", "native": "NATIVE", "h5": "MWEB", "micropay": "MICROPAY"}


class No(Exception):
    """An answer that is not 2xx."""

    def __init__(self, status: int, code: str, message: str = "sandbox") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


def transaction(trade: Trade, app_id: str, merchant_id: str) -> dict[str, Any]:
    """A payment as queries and notices tell it."""
    paid = trade.state == "paid" and trade.paid_at is not None
    facts: dict[str, Any] = {
        "appid": app_id, "mchid": merchant_id, "out_trade_no": trade.number, "attach": "", "trade_state": _state(trade),
        "trade_state_desc": "sandbox",
    }
    if paid and trade.paid_at is not None:
        facts |= {
            "transaction_id": trade.channel_number, "trade_type": TYPES[trade.way], "bank_type": "OTHERS",
            "success_time": stamp(trade.paid_at), "payer": {"openid": trade.payer},
            "amount": {
                "total": trade.amount, "payer_total": trade.amount, "currency": "CNY", "payer_currency": "CNY",
            },
        }
    return facts


def part(trade: Trade, merchant_id: str) -> dict[str, Any]:
    """An order of several that are paid together."""
    facts: dict[str, Any] = {
        "mchid": merchant_id, "out_trade_no": trade.number, "attach": trade.number,
        "trade_state": _state(trade),
        "amount": {"total_amount": trade.amount, "payer_amount": trade.amount, "currency": "CNY"},
    }
    if trade.state == "paid" and trade.paid_at:
        facts |= {
            "transaction_id": trade.channel_number, "trade_type": TYPES[trade.way],
            "success_time": stamp(trade.paid_at),
        }
    return facts


def refund(trade: Trade, back: PlayRefund) -> dict[str, Any]:
    """What an answer, a query and a notice of a refund have in common; they differ in how they call its state."""
    return {
        "refund_id": back.channel_number, "out_refund_no": back.number, "transaction_id": trade.channel_number,
        "out_trade_no": trade.number, "channel": "ORIGINAL", "user_received_account": "sandbox",
        "create_time": stamp(back.asked_at),
        **({"success_time": stamp(back.back_at)} if back.back_at else {}),
        "amount": {
            "total": trade.amount, "refund": back.amount, "payer_total": trade.amount, "payer_refund": back.amount,
            "currency": "CNY",
        },
    }


def _state(trade: Trade) -> str:
    return STATES.get(trade.state) or ("REFUND" if trade.refunds else "SUCCESS")


def stamp(moment: datetime) -> str:
    return CHINA.local(moment).isoformat(timespec="seconds")
