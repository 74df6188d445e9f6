"""Who may wait for what, until when, and who is offered a slot until when. Pure; `now` is the hospital's wall clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flows.booking.fitting.rules import judge
from flows.booking.refusals import (
    AlreadyWaiting,
    ClinicClosed,
    ListFull,
    NotFull,
    NotYetOpen,
    SessionStopped,
    TooManyWaiting,
    WaitTooLate,
)
from flows.booking.rules import ClinicRules


@dataclass(frozen=True, slots=True)
class Limits:
    """`before`: nobody is offered a slot that begins sooner. `wishes`: days with a doctor one person may wait for.
    `longest`: persons that wait for one session."""

    before: timedelta
    wishes: int
    longest: int


@dataclass(frozen=True, slots=True)
class Session:
    """What is waited for. `last` is the start of its last segment, None where none is open; `left` are free slots that
    anybody may book; `waiting` how many wait already."""

    day: date
    half: str
    whom: str
    open: bool
    last: datetime | None
    left: int
    waiting: int


def check_session(session: Session, clinic: ClinicRules, now: datetime, limits: Limits) -> None:
    """Raise the reason why nobody may begin to wait for it now."""
    if not clinic.open:
        raise ClinicClosed(clinic=clinic.name)
    if not session.open:
        raise SessionStopped(day=session.day, half=session.half)
    if session.day > clinic.last_day(now):
        opens = clinic.opens(session.day, now)
        raise NotYetOpen(day=session.day, opens_day=opens.date(), opens_time=opens.time())
    if session.left:
        raise NotFull(day=session.day, half=session.half)
    if session.last is None or now >= until(session.last, limits):
        raise WaitTooLate(day=session.day, half=session.half, hours=limits.before / timedelta(hours=1))
    if session.waiting >= limits.longest:
        raise ListFull(day=session.day, half=session.half, most=limits.longest)


def check_wishes(
    mine: Collection[tuple[date, str]], new: tuple[date, str], person: str, limits: Limits,
    excepted: Collection[str] = (),
) -> frozenset[str]:
    """Raise where the person waits for enough already. `mine` are (day, whom): both halves of a day are one wish. Gives
    the exceptions that it took."""
    wishes = set(mine)
    if new in wishes or len(wishes) < limits.wishes:
        return frozenset()
    return judge([TooManyWaiting(person=person, most=limits.wishes)], excepted)


def check_new(already: int | None, person: str) -> None:
    """Raise where the person waits for all of it; `already` is how many stand before them."""
    if already is not None:
        raise AlreadyWaiting(person=person, ahead=already)


def until(last: datetime, limits: Limits) -> datetime:
    """Until when a slot may come: later nobody would get there."""
    return last - limits.before


def offer_until(start: datetime, now: datetime, minutes: int, limits: Limits) -> datetime | None:
    """Until when a slot that begins at `start` is kept for whom it is offered; None: too near to be offered."""
    if too_near(start, now, limits):
        return None
    return min(now + timedelta(minutes=minutes), start)


def too_near(start: datetime, now: datetime, limits: Limits) -> bool:
    """A slot that begins then is offered to nobody any more: whoever is there may book it."""
    return start - now < limits.before


def back_within(start: datetime, now: datetime, minutes: int) -> timedelta:
    """How long a slot stays away at most before it comes back to the pool at a random moment: half of what is left
    until it begins, where that is less, so that it may still be booked."""
    return max(timedelta(), min(timedelta(minutes=minutes), (start - now) / 2))
