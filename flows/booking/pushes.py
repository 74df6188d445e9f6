"""What booking tells of its own accord: booked, changed, cancelled, refused by the hospital; the evening and some
hours before; and what becomes of those who wait.

Each once for an appointment, or for an entry of the waiting list, to each contact concerned. Booked, changed and
cancelled are not told to who did it in the chat: the answer there has said it all. Reminders are written down when it
is booked and withdrawn when it ends; when they come stands in reminding.py.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import time, timedelta
from functools import partial
from typing import Any

from bot.context import Context
from bot.talk import events
from flows.booking import limits, reminding, rules, visit
from flows.booking.exams import evening
from flows.booking.neighbours import Neighbours
from flows.notices.kinds import PushKind
from flows.notices.service import NoticesService

TOLD = "told"
"""What the argument of a flow begins with that we have begun beside a push: the push asks, the flow only listens."""

KINDS = (
    # Answers to what the contact has just done, so that the hour does not matter.
    PushKind("booking.booked", priority=4, quiet="always"),
    PushKind("booking.changed", priority=4, quiet="always"),
    PushKind("booking.cancelled", priority=4, quiet="always", useless_minutes=1440),
    # Somebody may set out for nothing: it cannot be turned off, and goes by text message where all else fails.
    PushKind("booking.refused", priority=2, sms_fallback=True, obligatory=True),
    PushKind("booking.unpaid", priority=4, quiet="always", useless_minutes=720),
    PushKind("booking.pay_link", priority=3, quiet="always", sms_fallback=True, useless_minutes=15),
    PushKind("booking.evening", priority=5),
    PushKind("booking.soon", priority=3),
    # They asked for it and have minutes to answer: nothing goes before it, and where nothing arrives somebody calls.
    PushKind("booking.offer", priority=1, quiet="always", sms_fallback=True, obligatory=True, asks=True),
    PushKind("booking.offer_over", priority=4, useless_minutes=720),
    PushKind("booking.waiting_over", priority=4, useless_minutes=720),
    PushKind("booking.given_up", priority=5, useless_minutes=1440),
)


def _about(row: Any) -> str:
    return f"appointment:{row.public_id}"


async def booked(context: Context, row: Any, facts: dict[str, Any], whom: Collection[int]) -> None:
    """Confirm in writing to the contacts `whom`, and plan the reminders that still lie ahead."""
    await _tell(context, "booked", row, facts, whom)
    await _remind(context, row, facts)


async def changed(
    context: Context, old: Any, row: Any, old_facts: dict[str, Any], facts: dict[str, Any], whom: Collection[int]
) -> None:
    """Say the new time beside the old one; the reminders move along."""
    await _withdraw(context, old)
    if old.kind == rules.EXAMINATION:
        await _evening_of_day(context, old)
    was = {"old_day": old_facts["day"], "old_start": old_facts["start"], "old_end": old_facts["end"]}
    await _tell(context, "changed", row, facts | was, whom)
    await _remind(context, row, facts)


async def _tell(context: Context, what: str, row: Any, facts: dict[str, Any], whom: Collection[int]) -> None:
    """With the page for the contact that booked: only that one surely may open it."""
    for contact_id in whom:
        told = _with_page(context, row, facts) if contact_id == row.contact_id else facts
        await NoticesService(context).push(
            f"booking.{what}", contact_id, _about(row), told, useless_after=row.end_at
        )


async def _remind(context: Context, row: Any, facts: dict[str, Any]) -> None:
    """To whoever booked, and to the person themself where they have a contact of their own."""
    notices, due = NoticesService(context), _due(context, row)
    # The evening's reminder says 明天: after midnight it would be wrong.
    ends = {"evening": context.clock.moment(row.date, time(0, 0)), "soon": row.start_at - timedelta(minutes=15)}
    moments = {"evening": due.evening, "soon": due.soon}
    if row.kind == rules.EXAMINATION:
        del moments["evening"]
        await _evening_of_day(context, row)
    for contact_id in sorted({row.contact_id, *await Neighbours(context).own_contacts(row.person_id)}):
        told = (_with_page(context, row, facts) if contact_id == row.contact_id else facts) | {"early": due.early}
        for kind, at in moments.items():
            if at is not None:
                await notices.push(f"booking.{kind}", contact_id, _about(row), told, due=at, useless_after=ends[kind])


def _due(context: Context, row: Any) -> reminding.Due:
    """When to remind of an appointment."""
    local, terms = context.clock.local, limits.of_reminding(context.settings)
    return reminding.due(row.date, local(row.start_at), local(context.now), terms)


async def _evening_of_day(context: Context, row: Any) -> None:
    """Examinations of one day are reminded of together."""
    await evening.remind(context, row, partial(_due, context), context.clock.moment(row.date, time(0, 0)))


async def cancelled(context: Context, row: Any, facts: dict[str, Any], whom: Collection[int]) -> None:
    await _withdraw(context, row)
    if row.kind == rules.EXAMINATION:
        await _evening_of_day(context, row)
    for contact_id in whom:
        await NoticesService(context).push("booking.cancelled", contact_id, _about(row), facts)


async def refused(context: Context, row: Any, facts: dict[str, Any]) -> None:
    await _withdraw(context, row)
    if row.kind == rules.EXAMINATION:
        await _evening_of_day(context, row)
    await NoticesService(context).push("booking.refused", row.contact_id, _about(row), facts)


async def pay_link(context: Context, row: Any, order: str, facts: dict[str, Any]) -> None:
    """A way to pay online, for whom staff booked; once for an order of the cashier. `url` is among the facts."""
    told = facts | {"minutes": context.settings.payment.minutes}
    await NoticesService(context).push("booking.pay_link", row.contact_id, f"fee:{order}", told)


async def unpaid(context: Context, row: Any, facts: dict[str, Any]) -> None:
    """Its fee was not paid in time: the slot went back."""
    await NoticesService(context).push("booking.unpaid", row.contact_id, _about(row), facts)


async def offer(context: Context, row: Any, facts: dict[str, Any]) -> None:
    """Whose turn it is has until the hold ends; afterwards nobody needs to hear of it. The push itself asks, on
    whichever way it comes, and flow `offer` listens for the answer."""
    facts = _with_page(context, row, facts) | {"options": yes_or_no(context)}
    await NoticesService(context).push(
        "booking.offer", row.contact_id, _about(row), facts, useless_after=row.hold_until
    )
    events.begin(context.tx, row.contact_id, "offer", f"{TOLD}:{row.public_id}")


async def offer_answered(context: Context, row: Any) -> None:
    """Taken, declined or over: nobody is asked, or called, any more."""
    await NoticesService(context).over("booking.offer", _about(row))


def yes_or_no(context: Context) -> list[tuple[int, str]]:
    """The answers to what is kept for somebody, numbered as the flow that listens for them shows them."""
    say = context.wording.render
    return [(1, say("booking/chat/label_offer_yes")), (2, say("booking/chat/label_offer_no"))]


async def offer_over(context: Context, entry: Any, facts: dict[str, Any]) -> None:
    await NoticesService(context).push("booking.offer_over", entry.contact_id, _of(entry), facts)


async def waiting_over(context: Context, entry: Any, facts: dict[str, Any]) -> None:
    """Nothing came, or not theirs to have; `reason` (began, stopped, rule) and `why` among the facts."""
    await NoticesService(context).push("booking.waiting_over", entry.contact_id, _of(entry), facts)


async def given_up(context: Context, entry: Any, facts: dict[str, Any]) -> None:
    """Somebody else who looks after the person gave it up: whoever joined is told."""
    await NoticesService(context).push("booking.given_up", entry.contact_id, _of(entry), facts)


def _of(entry: Any) -> str:
    return f"waiting:{entry.public_id}"


def _with_page(context: Context, row: Any, facts: dict[str, Any]) -> dict[str, Any]:
    """The page of the appointment beside its facts."""
    return facts | {"url": visit.page(context, f"mine/{row.public_id}")}


async def _withdraw(context: Context, row: Any) -> None:
    for kind in ("booked", "changed", "evening", "soon"):
        await NoticesService(context).withdraw(f"booking.{kind}", _about(row))


async def hush(context: Context, row: Any) -> None:
    """Its session is stopped: the reminders of the visit say nothing."""
    for kind in ("evening", "soon"):
        await NoticesService(context).withdraw(f"booking.{kind}", _about(row))
    if row.kind == rules.EXAMINATION:
        await _evening_of_day(context, row)


async def remind(context: Context, row: Any, facts: dict[str, Any]) -> None:
    """The reminders speak again, with these facts."""
    await _remind(context, row, facts)
