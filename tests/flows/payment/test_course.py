"""The course of an order is told in the order in which it happened, though channels tell their moments in seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from flows.payment.history.course import course

BEGAN = datetime(2027, 3, 1, 1, 0, 0, 700_000, tzinfo=UTC)
WHOLE = BEGAN.replace(microsecond=0)


def test_nothing_is_told_before_what_it_follows() -> None:
    at = [BEGAN + timedelta(milliseconds=n) for n in range(4)]
    order = SimpleNamespace(
        created_at=at[0], amount=2500, created_by="contact:1", settled_at=at[2], state="settled", ended_at=None
    )
    paid = SimpleNamespace(
        created_at=at[1], channel="wechat", amount=2500, use="applied", paid_at=WHOLE, ended_at=None, state="paid"
    )
    back = SimpleNamespace(
        created_at=at[2], amount=100, why="asked", created_by="staff:1", approved_at=None, sent_at=at[3], back_at=WHOLE,
        state="back", refusal=None, approved_by=None,
    )
    told = [step.what for step in course(order, [paid], [back])]
    assert told == ["opened", "begun", "paid", "settled", "refund_wanted", "refund_sent", "refund_back"]
