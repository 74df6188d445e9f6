"""What templates say of an appointment beside visit.py, where it is an examination."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.context import Context
from flows.booking.exams import book, store
from flows.booking.exams.rules import Item
from flows.booking.rules import EXAMINATION

NONE: dict[str, Any] = {
    "exam": "", "preparation": [], "exam_fee": 0, "exam_package": "", "package_fee": 0, "fast_day": "", "fast_time": "",
}


async def of_exam(context: Context, row: Any, *, veiled: bool = False) -> dict[str, Any]:
    """JSON values: exam (its name, "" where it is none, or is not to be named), preparation (lines), exam_fee (fen),
    exam_package and package_fee (name and price of the package that it belongs to), fast_day (ISO) and fast_time
    (HH:MM) from which nothing is eaten any more, "" where one may eat."""
    if row.kind != EXAMINATION or veiled:
        return NONE
    known = await store.of(context.tx, row.id)
    if known is None:
        return NONE
    own = await book.read(context.tx)
    item = own.items.get(known.item) or Item(known.item, known.exam_name)
    facts = NONE | {"exam": known.exam_name, "preparation": list(item.preparation), "exam_fee": known.exam_fee}
    if package := own.package(known.package or ""):
        facts |= {"exam_package": package.name, "package_fee": package.fee}
    return facts | fasting(context, row, item)


def fasting(context: Context, row: Any, item: Item) -> dict[str, str]:
    """fast_day and fast_time as above."""
    if not item.fasting_hours:
        return {"fast_day": "", "fast_time": ""}
    since = context.clock.local(row.start_at) - timedelta(hours=item.fasting_hours)
    return {"fast_day": since.date().isoformat(), "fast_time": f"{since:%H:%M}"}
