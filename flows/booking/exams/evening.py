"""One reminder the evening before for all the examinations of a day: a package is one visit to the person who comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.context import Context
from flows.booking import visit
from flows.booking.exams import book, store
from flows.booking.exams.facts import fasting
from flows.booking.exams.rules import Item
from flows.booking.neighbours import Neighbours
from flows.booking.reminding import Due
from flows.notices.service import NoticesService

KIND = "booking.evening"


async def remind(context: Context, row: Any, due: Callable[[Any], Due], ends: datetime) -> None:
    """Plan it anew for the day of `row` (which was booked, moved or cancelled), in the place of what was planned
    before. `due`: when to remind of an appointment; `ends`: when it is useless."""
    notices, rows = NoticesService(context), await _of_day(context, row)
    for each in rows:
        await notices.withdraw(KIND, _about(each))
    when = due(rows[0]) if rows else None
    if when is None or when.evening is None:
        return
    first, neighbours = rows[0], Neighbours(context)
    person = await neighbours.anybody(first.person_id)
    facts = visit.facts_of(first, person, await neighbours.catalogue(), context)
    facts |= {"early": when.early}
    if not facts["veiled"]:
        facts |= await _told(context, rows)
    page = {"url": visit.page(context, "mine/" if len(rows) > 1 else f"mine/{first.public_id}")}
    for contact_id in sorted({first.contact_id, *await neighbours.own_contacts(first.person_id)}):
        told = facts | (page if contact_id == first.contact_id else {})
        await notices.push(KIND, contact_id, _about(first), told, due=when.evening, useless_after=ends)


async def _of_day(context: Context, row: Any) -> list[Any]:
    """What the contact booked for the person on that day and is still to come, in time."""
    found = await store.active_of(context.tx, row.person_id, context.now, row.date)
    same = [each for each in found if each.date == row.date and each.contact_id == row.contact_id]
    same = [each for each in same if each.stopped_at is None]
    return sorted((each for each in same if each.state == "booked"), key=lambda each: (each.start_at, each.id))


async def _told(context: Context, rows: list[Any]) -> dict[str, Any]:
    """As facts.py tells one; `exams`: all of them."""
    own = await book.read(context.tx)
    told = []
    for row in rows:
        item = own.items.get(row.item) or Item(row.item, row.exam_name)
        told.append({
            "day": row.date.isoformat(), "start": row.start_wall, "end": row.end_wall, "exam": row.exam_name,
            "building": row.building, "floor": row.floor, "zone": row.zone, "room": row.room,
            "preparation": list(item.preparation), **fasting(context, row, item),
        })
    package = own.package(rows[0].package or "")
    return told[0] | {"exams": told, "days": 1, "exam_package": package.name if package else ""}


def _about(row: Any) -> str:
    return f"appointment:{row.public_id}"
