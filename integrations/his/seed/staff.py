"""The seed's staff: every doctor, and beside them the nurses and clerks of each department, drawn by lot."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import get_args

from integrations.his.port import Staff, StaffKind
from integrations.his.seed import book
from integrations.his.seed.doctors import doctors


@cache
def staff() -> tuple[Staff, ...]:
    """By code; a number is unique in the hospital."""
    made = [Staff(each.code, each.number, each.name, "doctor", each.title, (), each.clinics, each.code)
            for each in doctors()]
    plan: dict[StaffKind, list[str]] = {kind: book.hospital()["staff"].get(kind, []) for kind in get_args(StaffKind)}
    for department in book.departments():
        place = 0
        for kind, titles in plan.items():
            for title in titles:
                place += 1
                lot = Random(f"staff {department.code} {place}")
                made.append(Staff(f"S{department.code}{place:02}", f"8{department.code}{place:02}", _name(lot), kind,
                                  title, (department.code,), ()))
    return tuple(sorted(made, key=lambda each: each.code))


def _name(lot: Random) -> str:
    names = book.names()
    given = names["era"][lot.choice((1, 2))]["female"]
    return lot.choice(names["surnames"]) + "".join(lot.sample(given, lot.choice((1, 2, 2))))
