"""When somebody is reminded of a visit. Pure; moments are the hospital's wall clock (aware)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flows.notices.rules import quiet_until


@dataclass(frozen=True, slots=True)
class Reminding:
    """`evening`: of the day before; `before` and `least`: so long before the visit, and how much sooner than it a
    reminder that had to wait for the end of the quiet hours is still of use. `quiet`: from when to when it is quiet."""

    evening: time
    before: timedelta
    least: timedelta
    quiet: tuple[time, time]


@dataclass(frozen=True, slots=True)
class Due:
    """Moments that lie ahead; None: not reminded then. `early`: the visit begins so early that nobody is woken for it,
    and the evening before is the last word."""

    evening: datetime | None
    soon: datetime | None
    early: bool


def due(day: date, start: datetime, now: datetime, terms: Reminding) -> Due:
    """What lies behind already is left out."""
    soon = before(start, terms)
    evening = _awake(datetime.combine(day - timedelta(days=1), terms.evening, start.tzinfo), terms)
    return Due(
        evening if evening > now else None, soon if soon is not None and soon > now else None, early=soon is None
    )


def before(start: datetime, terms: Reminding) -> datetime | None:
    """The reminder before a visit. One that falls into the quiet hours comes as they end, where there is still time to
    set out; else before they begin, where that is the day of the visit; else nobody is woken: None."""
    wished = start - terms.before
    over = quiet_until(wished, *terms.quiet)
    if over is None:
        return wished
    if start - over >= terms.least:
        return over
    begun = _awake(wished, terms)
    return begun if begun.date() == start.date() else None


def _awake(moment: datetime, terms: Reminding) -> datetime:
    """The last moment before the quiet hours that `moment` lies in; itself outside of them."""
    if quiet_until(moment, *terms.quiet) is None:
        return moment
    begin = datetime.combine(moment.date(), terms.quiet[0], moment.tzinfo)
    if begin > moment:
        begin -= timedelta(days=1)
    return begin - timedelta(minutes=1)
