"""What a stop hits, until when a patient may choose and what, and whom the office calls. Pure; moments are aware, and
`now` may be of any zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal

from flows.booking.stops.refusals import AlreadyStopped, NothingToStop

Answer = Literal["keep", "same", "other", "cancel"]
ANSWERED = ("kept", "moved", "other", "cancelled")
CHANGEABLE = ("open", "kept", "stayed")
"""States of a choice in which the old appointment still stands, so that another answer may be given."""
SHORTEST = timedelta(minutes=30)
"""So long anybody may think it over, as long as their time has not begun."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be stopped: a session, whole (`from_time` None) or its segments that begin at `from_time` or later.
    `reason` is what patients read; `substitute` is the code of the doctor who sees them instead, or None."""

    session_id: int
    reason: str
    from_time: time | None = None
    substitute: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One segment of the session as it is. `stop_id` is the stop it is under already, `substitute` who sits there
    since then."""

    id: int
    start_wall: str
    start: datetime
    end: datetime
    state: str
    stop_id: int | None
    substitute: str | None


@dataclass(frozen=True, slots=True)
class Terms:
    """Settings: how long one may choose, how long before the visit that ends, and when the office calls who has not
    looked."""

    choose: timedelta
    before: timedelta
    call_after: timedelta
    call_before: timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one patient stands. `arrived`: a message came to their phone for certain; `lost`: no way was left."""

    state: str
    start: datetime
    until: datetime
    told_at: datetime
    seen: bool
    arrived: bool
    lost: bool
    called: str | None


def affected(parts: Sequence[Part], wish: Wish, now: datetime) -> list[Part]:
    """The segments that a stop changes: those that are not over and lie in the part, and are not under a stop with
    the same substitute (or none) already. Raises NothingToStop, AlreadyStopped."""
    since = f"{wish.from_time:%H:%M}" if wish.from_time else ""
    inside = [part for part in parts if part.start_wall >= since and part.end > now]
    if not inside:
        raise NothingToStop()
    fresh = [part for part in inside if part.stop_id is None or part.substitute != wish.substitute]
    if not fresh:
        raise AlreadyStopped()
    return fresh


def until(start: datetime, now: datetime, terms: Terms) -> datetime:
    """Until when a patient whose time begins at `start` may think it over."""
    usual = min(now + terms.choose, start - terms.before)
    return max(usual, min(now + SHORTEST, start))


def told_at(now: datetime, morning: datetime | None, start: datetime) -> datetime:
    """When to tell: at once, but nobody is woken for what is far away. `morning` is the end of the quiet hours, None
    outside of them."""
    return morning if morning is not None and start - morning >= timedelta(hours=4) else now


def answers(
    state: str, *, substitute: bool, slot: bool, now: datetime, end: datetime, doctors: bool = True
) -> list[Answer]:
    """What may be chosen (again). Nothing once the old appointment has ended or its time is over. `doctors`: others
    could see them; of a device there are none."""
    if state not in CHANGEABLE or now >= end:
        return []
    found: list[Answer] = []
    if substitute:
        found.append("keep")
    if slot:
        found.append("same")
    return [*found, "other", "cancel"] if doctors else [*found, "cancel"]


def to_call(each: Standing, now: datetime, terms: Terms) -> bool:
    """Whether somebody should ring them up before they travel: nothing chosen, and not seen though it is time, or
    nothing chosen when the time to choose is over and nobody sits there instead."""
    if each.state != "open" or each.called == "reached" or now >= each.start:
        return False
    if now >= each.until:
        return True
    if each.seen:
        return False
    return each.lost or now >= each.told_at + terms.call_after or now >= each.start - terms.call_before


def spread(people: Sequence[tuple[int, datetime]], slots: Iterable[tuple[int, datetime]]) -> dict[int, int]:
    """Which kept slot goes to whom, both in the order of their times: (appointment, until) with (slot, start). A slot
    that begins before its patient has had time to choose is passed over."""
    found: dict[int, int] = {}
    waiting = list(people)
    for slot_id, start in slots:
        fits = next((each for each in waiting if each[1] < start), None)
        if fits is not None:
            found[fits[0]] = slot_id
            waiting.remove(fits)
    return found


def nearest(rows: Sequence[Any], start: datetime, most: int) -> list[Any]:
    """Of each doctor (`sitting`) the time that is nearest to `start`, the nearest doctor first, at most so many.
    `rows` have sitting and start_at."""
    best: dict[str, Any] = {}
    for row in rows:
        known = best.get(row.sitting or "")
        if known is None or abs(row.start_at - start) < abs(known.start_at - start):
            best[row.sitting or ""] = row
    return sorted(best.values(), key=lambda row: abs(row.start_at - start))[:most]


def told(fate: str, *, seen: bool) -> str:
    """How far the notice came: who has seen of it knows, whichever way it came and whatever became of the message."""
    return "arrived" if seen else fate
