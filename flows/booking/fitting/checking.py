"""Asks the rules about a person who wants a place, on every way that leads to one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from bot.context import Context
from flows.booking import rules, store
from flows.booking.exceptions.weighing import Exceptions
from flows.booking.fitting.rules import Counted, check_doctor, check_limits, check_visitor
from flows.booking.neighbours import Person, visitor
from flows.booking.rules import ClinicRules, Place


class Fitting:
    """Whoever takes a place for somebody asks it, under the lock of the person."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.exceptions = Exceptions(context)

    async def check(
        self, person: Person, place: Place, clinic: ClinicRules, others: Sequence[Any] | None = None,
        instead: Collection[int] = (),
    ) -> tuple[int, ...]:
        """Raises the reason why the person may not have it beside `others` (None: all that they have), `instead` of
        these appointments; gives the exceptions that it takes, to be used with it."""
        if others is None:
            others = await store.active_of(self.tx, person.id, self.context.now)
        who, mine, limits = visitor(person), counted(others), clinic.limits_for(place.doctor)

        def check(excepted: Collection[str]) -> frozenset[str]:
            fits = check_visitor(who, clinic, place.day, place.doctor, excepted)
            return fits | check_limits(mine, place, who, limits, excepted)

        return await self.exceptions.weigh(check, person.id, place.clinic, place.doctor, instead)

    async def check_kept(
        self, person: Person, place: Place, clinic: ClinicRules, others: Sequence[Any],
        instead: Collection[int] = (),
    ) -> tuple[int, ...]:
        """The same for a place that the hospital kept for them: how many they have does not matter."""
        who, mine, limits = visitor(person), counted(others), clinic.limits_for(place.doctor)

        def check(excepted: Collection[str]) -> frozenset[str]:
            fits = check_visitor(who, clinic, place.day, place.doctor, excepted)
            return fits | check_doctor(mine, place, who, limits, excepted)

        return await self.exceptions.weigh(check, person.id, place.clinic, place.doctor, instead)


def counted(rows: Iterable[Any]) -> list[Counted]:
    """Appointments as the rules count them."""
    return [Counted(each.date, rules.whom(each.sitting, each.clinic), each.clinic) for each in rows]
