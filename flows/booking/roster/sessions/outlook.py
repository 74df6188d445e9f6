"""What patterns make of the days that are to be seen: from today to a week beyond each clinic's horizon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from bot.context import Context
from flows.booking.fees import store as fee_rules
from flows.booking.fees.rules import Fees
from flows.booking.neighbours import Neighbours, clinic_rules
from flows.booking.offers import BEYOND
from flows.booking.roster.patterns.rules import Pattern, Planned, plan
from flows.booking.roster.sessions import store


@dataclass(frozen=True, slots=True)
class Lost:
    """`pattern` does not sit on `day`: the hospital's session `other`, or the pattern `other`, has the half day."""

    day: date
    pattern: Pattern
    by: Literal["hospital", "pattern"]
    other: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """`planned` by day; what is `lost`; and the days it goes from and to, both included."""

    planned: list[Planned]
    lost: list[Lost]
    first: date
    last: date


async def outlook(context: Context, every: Sequence[Pattern], clinics: set[str]) -> Outlook:
    """Of these clinics, as if `every` were all patterns in force.

    Of a session of ours and one of the hospital's for the same doctor (or general clinic) and half day, the one that
    was there first and is open stays, and the other is not made; so neither side ever touches the other's.
    """
    catalogue = await Neighbours(context).catalogue()
    first = context.clock.local(context.now).date()
    ends = {each: first + timedelta(days=clinic_rules(catalogue, each, context).horizon_days) + BEYOND
            for each in clinics}
    last = max(ends.values(), default=first)
    doctors = {each.terms.doctor for each in every if each.terms.doctor and each.terms.clinic in clinics}
    # A doctor's patterns elsewhere count: nobody sits in two clinics at once.
    concerned = [each for each in every if each.terms.clinic in clinics or each.terms.doctor in doctors]
    fees = await fee_rules.read(context.tx)
    planned, clashes = plan(concerned, first, last)
    planned = [priced_one for each in planned if (priced_one := priced(each, fees)) is not None]
    seated = await store.seated(context.tx, store.HOSPITAL, first, last, doctors, clinics)
    there = await store.known(context.tx, first, last, clinics)

    def seen(day: date, pattern: Pattern) -> bool:
        return day <= ends.get(pattern.terms.clinic, date.min)

    found = Outlook([], [], first, last)
    found.lost.extend(
        Lost(each.day, each.pattern, "pattern", each.other) for each in clashes if seen(each.day, each.pattern)
    )
    for each in planned:
        if not seen(each.day, each.pattern):
            continue
        terms, mine = each.pattern.terms, there.get(each.code)
        other = seated.get((terms.whom, each.day, terms.half))
        if other is not None and (mine is None or mine.state != "open"):
            found.lost.append(Lost(each.day, each.pattern, "hospital", other))
        else:
            found.planned.append(each)
    return found


def priced(planned: Planned, fees: Fees) -> Planned | None:
    """With the fee of its day, where its pattern leaves that to the clinic's rule; None where the rule has none."""
    terms = planned.pattern.terms
    if terms.fee is not None:
        return planned
    fee = fees.on(terms.clinic, terms.kind, planned.day)
    return None if fee is None else replace(planned, pattern=replace(planned.pattern, terms=replace(terms, fee=fee)))
