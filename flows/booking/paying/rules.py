"""When the fee of a registration is asked for, and what is said of it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from flows.booking.rules import EXAMINATION
from flows.payment.dues.rules import Due

When = Literal["hospital", "may", "must"]
How = Literal[
    "free", "hospital", "may", "must", "asked", "due", "checking", "paid", "refunding", "refunded", "none",
]
"""`asked`: it is with the cashier, who was not asked how it stands; `none`: ended before anything was paid."""
COMING = ("held", "booked")


@dataclass(frozen=True, slots=True)
class Terms:
    """`minutes` a slot is kept while its fee is paid; `after`: so much longer, to hear of the last second."""

    minutes: timedelta
    after: timedelta


def asks(when: When, fee: int, kind: str) -> bool:
    """Whether nothing is booked before it is paid."""
    return when == "must" and fee > 0 and kind != EXAMINATION


def pay_until(now: datetime, end: datetime, terms: Terms) -> datetime:
    """Until when a held slot can be paid; never longer than its visit lasts."""
    return min(now + terms.minutes, end)


def told(
    row: Any, when: When, terms: Terms, now: datetime, due: Due | None = None, reader: int | None = None
) -> dict[str, Any]:
    """What templates say of the fee of an appointment; JSON values. how; until (ISO, "" where nothing is to be paid in
    time); order ("" for none); channel; paid and back, and insured of them (fen); can_pay: it may be paid online now;
    again: what was paid goes back, and the visit still takes place; mine: the order is of the `reader`, by the key of a
    contact."""
    facts = {
        "how": _how(row, when, now, due),
        "until": "", "order": row.pay_order or "", "channel": "", "paid": 0, "back": 0, "insured": 0,
    }
    if row.state == "held" and row.pay_order:
        facts["until"] = (row.hold_until - terms.after).isoformat()
    if due is not None:
        facts |= {"channel": due.channel, "paid": due.paid, "back": due.back + due.going, "insured": due.insured}
    coming = row.state == "booked" and row.start_at > now
    again = row.state == "booked" and facts["how"] in ("refunding", "refunded")
    mine = due is not None and due.contact == reader
    return facts | {"can_pay": facts["how"] == "may" and coming, "again": again, "mine": mine}


def _how(row: Any, when: When, now: datetime, due: Due | None) -> How:
    ahead = row.state in COMING and row.end_at > now
    if row.fee <= 0 or row.kind == EXAMINATION:
        return "free" if row.kind != EXAMINATION else "none"
    unpaid: How = when if row.state == "held" else "may" if when != "hospital" else "hospital"
    if not row.pay_order:
        return unpaid if ahead else "none"
    if due is None:
        return "due" if row.state == "held" else "asked"
    if due.state in ("checking", "paid", "refunding", "refunded"):
        return due.state
    if row.state == "held":
        return "due"
    return unpaid if ahead else "none"
