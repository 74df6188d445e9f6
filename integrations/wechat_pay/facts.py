"""What WeChat Pay says of a payment or a refund, in our words. Answers, queries and notices say it alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.errors import OutsideError
from integrations.paying.port import Back, RefundState, Standing, State

CHINA = ZoneInfo("Asia/Shanghai")
STATES: Mapping[str, State] = {
    "SUCCESS": "paid", "REFUND": "paid", "NOTPAY": "unpaid", "USERPAYING": "paying", "ACCEPT": "paying",
    "CLOSED": "closed", "REVOKED": "closed", "PAYERROR": "failed",
}
REFUNDS: Mapping[str, RefundState] = {
    "SUCCESS": "back", "CLOSED": "closed", "PROCESSING": "processing", "ABNORMAL": "stuck"
}
CURRENCY = "CNY"
T = TypeVar("T")


def standing_of(said: Mapping[str, Any]) -> Standing:
    """A state that we do not know is one that is not over.

    :raises KeyError, TypeError, ValueError: it does not say what it must, or is about money of another country
    """
    number, state = str(said["out_trade_no"]), STATES.get(str(said.get("trade_state")), "paying")
    if state != "paid":
        return Standing(number, state)
    return Standing(
        number, "paid", amount=_fen(said["amount"], "total", "total_amount"),
        channel_number=str(said["transaction_id"]), payer=str(said.get("payer", {}).get("openid", "")),
        paid_at=_moment(said.get("success_time")),
    )


def standings_of(said: Mapping[str, Any]) -> tuple[Standing, ...]:
    """The orders of a payment of several, each as if it had been paid alone."""
    shared = {"payer": said.get("combine_payer_info", {})}
    return tuple(standing_of({**shared, **each}) for each in said["sub_orders"])


def back_of(said: Mapping[str, Any]) -> Back:
    """A refund; its answer and query call the state `status`, its notice `refund_status`.

    :raises KeyError, TypeError, ValueError: as `standing_of`
    """
    status = str(said.get("status") or said.get("refund_status"))
    return Back(
        str(said["out_refund_no"]), REFUNDS.get(status, "processing"), amount=_fen(said["amount"], "refund"),
        channel_refund=str(said.get("refund_id", "")), back_at=_moment(said.get("success_time")),
    )


def told(read: Callable[[Mapping[str, Any]], T], said: Mapping[str, Any], otherwise: type[OutsideError]) -> T:
    """What an answer says.

    :raises OutsideError: `otherwise`, where it does not say what it must
    """
    try:
        return read(said)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise otherwise("answer: incomplete", system="wechat_pay") from None


def _fen(amount: Mapping[str, Any], *names: str) -> int:
    if amount.get("currency", CURRENCY) != CURRENCY:
        raise ValueError("another currency")
    value = next((amount[name] for name in names if name in amount), None)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("an amount is a whole number of fen")
    return value


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str) or not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=CHINA)
