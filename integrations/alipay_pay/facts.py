"""A trade as Alipay tells it, asked or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.money import fen
from integrations.paying.port import Standing, State

CHINA = ZoneInfo("Asia/Shanghai")
STATES: Mapping[str, State] = {
    "WAIT_BUYER_PAY": "unpaid", "TRADE_SUCCESS": "paid", "TRADE_FINISHED": "paid", "TRADE_CLOSED": "closed",
}


def standing_of(said: Mapping[str, Any]) -> Standing:
    """One of which all went back is told as closed, with the moment it was paid: that one was paid.

    :raises KeyError, ValueError: incomplete
    """
    number, status = str(said["out_trade_no"]), str(said.get("trade_status"))
    state = STATES.get(status, "paying")
    paid_at = said.get("gmt_payment") or said.get("send_pay_date")
    if state == "closed" and paid_at:
        state = "paid"
    if state != "paid":
        return Standing(number, state)
    return Standing(
        number, "paid", amount=fen(str(said["total_amount"])), channel_number=str(said["trade_no"]),
        payer=str(said.get("buyer_open_id") or said.get("buyer_id") or said.get("buyer_user_id") or ""),
        paid_at=moment(paid_at),
    )


def moment(text: Any) -> datetime | None:
    """Alipay writes China's wall clock, at times with parts of a second.

    :raises ValueError: not a moment
    """
    return datetime.fromisoformat(text).replace(tzinfo=CHINA) if isinstance(text, str) and text else None
