"""What is shown as one: a package with its parts, and all that is held together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.db.transaction import Transaction
from flows.booking.exams import store
from flows.booking.rules import EXAMINATION

PACKAGE, HELD = "package", "held"


async def cards(tx: Transaction, rows: Iterable[Any]) -> dict[tuple[Any, ...], list[Any]]:
    """Appointments in their order, those of one card together and in time: a person's examinations of one package,
    whatever was moved to another time; all of a bundle while it is held. The key says which card it is."""
    listed = list(rows)
    known = await store.of_several(tx, [row.id for row in listed if row.kind == EXAMINATION])
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in listed:
        key: tuple[Any, ...] = (row.id,)
        exam = known.get(row.id)
        if exam is not None and row.state == "held":
            key = HELD, exam.bundle
        elif exam is not None and exam.package:
            key = PACKAGE, row.person_id, exam.package
        found.setdefault(key, []).append(row)
    return {key: sorted(own, key=lambda row: (row.start_at, row.id)) for key, own in found.items()}
