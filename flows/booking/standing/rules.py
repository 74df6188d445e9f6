"""When one may check in, who counts as not having come, and what follows. Pure; moments are aware."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from bot.settings_standing import Standing
from flows.booking.fitting.rules import judge
from flows.booking.standing.refusals import (
    AppealedAlready,
    CheckInNotYet,
    CheckInOver,
    PersonLocked,
    TooManyAppeals,
    TooManyCancelled,
)

NOBODY_CAME = 5
"""Where so many or more were due in a clinic on a day and not one is known to have come, nobody could check in."""

Coming = Literal["in_time", "late"]


@dataclass(frozen=True, slots=True)
class Visit:
    """A booked appointment when its segment is over. `by_hospital`: the session was stopped, given to a substitute, or
    staff noted that it was the hospital's doing."""

    end: datetime
    came: bool
    by_hospital: bool


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of a clinic's day: whether the clinic writes no-shows down at all (None follows the setting),
    whether the hospital's system tells who came and when it last did, how many were due and how many came."""

    clinic: bool | None
    tells: bool
    told_at: datetime | None
    due: int
    came: int


@dataclass(frozen=True, slots=True)
class Locked:
    """An open lock. `until` is the hospital's wall clock."""

    count: int
    until: datetime
    days: int | None = None


# --- coming ----------------------------------------------------------------------------------------------------------


def coming(start: datetime, last: datetime, now: datetime, minutes: int) -> Coming:
    """Whether somebody who comes now is in time or late. `last` is the end of the session; all on the wall clock.

    Raises CheckInNotYet, CheckInOver."""
    opens = start - timedelta(minutes=minutes)
    if now < opens:
        raise CheckInNotYet(day=start.date(), start=start, opens_day=opens.date(), opens_time=opens.time())
    if now >= last:
        raise CheckInOver(day=last.date(), end=last)
    return "in_time" if now <= start else "late"


def near(number: int, current: int | None, most: int) -> bool:
    """Whether it is somebody's turn soon. `current` is the highest number that the doctor has taken in."""
    return most > 0 and current is not None and 0 < number - current <= most


# --- not coming ------------------------------------------------------------------------------------------------------


def known(what: Knowledge, terms: Standing, end: datetime) -> bool:
    """Whether it can be known of a visit that ended at `end` that somebody did not come: a hospital without check-in
    must not brand anybody."""
    if what.clinic is False or terms.no_shows == "off":
        return False
    if what.came == 0 and what.due >= NOBODY_CAME:
        return False
    if what.tells:
        # The hospital's own book has the last word, so it is read once more when nobody can come any more.
        return what.told_at is not None and what.told_at >= deadline(end, terms)
    return terms.no_shows == "on" or what.clinic is True


def deadline(end: datetime, terms: Standing) -> datetime:
    """When who has not come has not come."""
    return end + timedelta(minutes=terms.no_show_minutes)


def missed(visit: Visit, now: datetime, terms: Standing) -> bool:
    """Whether it is a no-show."""
    return not visit.came and not visit.by_hospital and now >= deadline(visit.end, terms)


def recent(missed_at: datetime, now: datetime, terms: Standing) -> bool:
    """Whether a no-show is young enough to count."""
    return now - timedelta(days=terms.within_days) < missed_at <= now


def locks(moments: Sequence[datetime], now: datetime, terms: Standing) -> bool:
    """Whether these no-shows (when they were missed) lock the person."""
    return sum(recent(moment, now, terms) for moment in moments) >= terms.most_no_shows


def together(clinic: str, other: str, apart: Collection[str]) -> bool:
    """Whether the no-shows of two clinics are counted together; those `apart` count for themselves."""
    return clinic == other or (clinic not in apart and other not in apart)


def locked_until(now: datetime, terms: Standing) -> datetime:
    return now + timedelta(days=terms.lock_days)


def check_lock(lock: Locked | None, person: str, now: datetime, terms: Standing) -> None:
    """Raise where the person is locked. `person` is the name as it may be shown."""
    if lock is not None and now < lock.until:
        days = lock.days or terms.within_days
        raise PersonLocked(person=person, count=lock.count, days=days, until_day=lock.until.date())


def check_cancelled(
    moments: Sequence[datetime], now: datetime, terms: Standing, excepted: Collection[str] = ()
) -> frozenset[str]:
    """Raise where a contact cancelled too often; `moments` are its cancellations on the wall clock. Gives the
    exceptions that it took."""
    within = timedelta(days=terms.cancelled_days)
    recent = sorted(moment for moment in moments if moment > now - within)
    if len(recent) <= terms.most_cancelled:
        return frozenset()
    free = recent[-terms.most_cancelled - 1] + within
    return judge([TooManyCancelled(most=terms.most_cancelled, days=within.days, until_day=free.date())], excepted)


# --- appeals ---------------------------------------------------------------------------------------------------------


def check_appeal(before: tuple[str, date] | None, waiting: int, terms: Standing) -> None:
    """Raise where no appeal is taken. `before` is (state, day) of one against the same; `waiting` those of the contact
    that have no answer yet."""
    if before is not None:
        raise AppealedAlready(state=before[0], made_day=before[1])
    if waiting >= terms.most_appeals:
        raise TooManyAppeals(most=terms.most_appeals)
