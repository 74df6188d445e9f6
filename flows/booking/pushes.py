"""What booking tells of its own accord: booked, changed, cancelled, refused by the hospital; the evening and two
hours before.

Each once for an appointment. Reminders are written down when it is booked and withdrawn when it ends.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from bot.context import Context
from flows.booking import rules, visit
from flows.notices.kinds import PushKind
from flows.notices.service import NoticesService

EVENING = time(19, 0)
HOURS_BEFORE = 2

KINDS = (
    # Answers to what the contact has just done, so that the hour does not matter.
    PushKind("booking.booked", "预约成功", priority=4, quiet="always"),
    PushKind("booking.changed", "预约改期", priority=4, quiet="always"),
    PushKind("booking.cancelled", "预约取消", priority=4, quiet="always", useless_minutes=1440),
    # Somebody may set out for nothing: it cannot be turned off, and goes by text message where all else fails.
    PushKind("booking.refused", "预约作废", priority=2, sms_fallback=True, obligatory=True),
    PushKind("booking.evening", "就诊前一晚提醒", priority=5),
    PushKind("booking.soon", "就诊前两小时提醒", priority=3),
)


def _about(row: Any) -> str:
    return f"appointment:{row.public_id}"


async def booked(context: Context, row: Any, facts: dict[str, Any]) -> None:
    """Confirm in writing, and plan the reminders that still lie ahead."""
    facts = _with_page(context, row, facts)
    await NoticesService(context).push("booking.booked", row.contact_id, _about(row), facts, useless_after=row.end_at)
    await _remind(context, row, facts)


async def changed(context: Context, old: Any, row: Any, old_facts: dict[str, Any], facts: dict[str, Any]) -> None:
    """Say the new time beside the old one; the reminders move along."""
    await _withdraw(context, old)
    facts = _with_page(context, row, facts)
    was = {"old_day": old_facts["day"], "old_start": old_facts["start"], "old_end": old_facts["end"]}
    await NoticesService(context).push(
        "booking.changed", row.contact_id, _about(row), facts | was, useless_after=row.end_at
    )
    await _remind(context, row, facts)


async def _remind(context: Context, row: Any, facts: dict[str, Any]) -> None:
    notices = NoticesService(context)
    local = context.clock.local
    due = rules.reminders(row.date, local(row.start_at), local(context.now), EVENING, HOURS_BEFORE)
    # The evening's reminder says 明天: after midnight it would be wrong.
    ends = {"evening": context.clock.moment(row.date, time(0, 0)), "soon": row.start_at - timedelta(minutes=15)}
    for kind, at in due.items():
        await notices.push(f"booking.{kind}", row.contact_id, _about(row), facts, due=at, useless_after=ends[kind])


async def cancelled(context: Context, row: Any, facts: dict[str, Any]) -> None:
    await _withdraw(context, row)
    await NoticesService(context).push("booking.cancelled", row.contact_id, _about(row), facts)


async def refused(context: Context, row: Any, facts: dict[str, Any]) -> None:
    await _withdraw(context, row)
    await NoticesService(context).push("booking.refused", row.contact_id, _about(row), facts)


def _with_page(context: Context, row: Any, facts: dict[str, Any]) -> dict[str, Any]:
    """The page of the appointment beside its facts."""
    return facts | {"url": visit.page(context, f"mine/{row.public_id}")}


async def _withdraw(context: Context, row: Any) -> None:
    for kind in ("booked", "changed", "evening", "soon"):
        await NoticesService(context).withdraw(f"booking.{kind}", _about(row))
