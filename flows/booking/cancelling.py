"""Until when an appointment may be cancelled or given another time. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from flows.booking.fitting.rules import judge
from flows.booking.refusals import CancelTooLate
from flows.booking.rules import Cancelling


def cancel_until(start: datetime, booked_on: date, terms: Cancelling, *, moved: bool = False) -> datetime:
    """Until when an appointment at `start`, made on `booked_on`, may be cancelled; where the hospital `moved` it, as
    long as it has not begun."""
    if moved:
        return start
    today = booked_on == start.date()
    if terms.same_day == "always" or (terms.same_day == "booked_today" and today):
        return start - terms.before
    return datetime.combine(start.date() - timedelta(days=1), terms.evening, start.tzinfo)


def check_cancel(
    start: datetime, booked_on: date, terms: Cancelling, now: datetime, moved: bool = False,
    excepted: Collection[str] = (),
) -> frozenset[str]:
    """Raise where it is too late; gives the exceptions that it took. An exception lasts until the visit begins."""
    until = cancel_until(start, booked_on, terms, moved=moved)
    if now < until:
        return frozenset()
    no = CancelTooLate(until_day=until.date(), until_time=until.time(), day=start.date())
    return judge([no], excepted if now < start else ())
