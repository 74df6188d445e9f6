"""What falls by lot in the demonstration: which slots are gone when, who came, through which channel. Pure; the same
session falls the same way on every machine, however often its day is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

PAST = -1
LONGEST = 7
"""Nobody books further ahead."""
_GONE = (0.95, 0.88, 0.74, 0.6, 0.48, 0.36, 0.26, 0.15)
"""Of what will be gone in the end, so much is on the day itself, the day before ..."""
_POPULAR, _POPULAR_FULL = 0.06, 4
"""Such a share of the doctors' sessions is full, and is so from that many days before on."""
_MISSED, _CANCELLED, _CHANGED, _LEFT = 0.03, 0.07, 0.03, 0.04
CHANNELS = (("wechat", 58), ("web", 26), ("sms", 7), ("phone", 9))


@dataclass(frozen=True, slots=True)
class Taken:
    """A slot that is gone: through us (`ours`), or given away at the hospital's own windows."""

    number: int
    ours: bool


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an appointment of the past. `before`: what else had been in the same session before it, and ended:
    "", cancelled, changed, released."""

    channel: str
    booked_before: timedelta
    missed: bool
    early: timedelta
    waited: timedelta
    before: str


def gone(code: str, doctor: bool, ahead: int) -> float:
    """The share of a session's slots that is gone when its day lies so many days ahead; PAST in the end."""
    lot = Random(f"busy {code}")
    if doctor and lot.random() < _POPULAR and ahead <= _POPULAR_FULL:
        return 1.0
    whole = lot.uniform(0.64, 0.98) if doctor else lot.uniform(0.55, 0.85)
    if ahead < 0:
        return whole
    return whole * _GONE[ahead] if ahead <= LONGEST else 0.0


def taken(
    code: str, numbers: Iterable[int], *, doctor: bool, share: float, before: int | None, ahead: int
) -> Iterator[Taken]:
    """Which of a session's numbers go between two looks; `before` None: nobody has looked yet. `share` of them go
    through us."""
    was = 0.0 if before is None else gone(code, doctor, before)
    now = gone(code, doctor, ahead)
    for number in numbers:
        lot = Random(f"slot {code} {number}")
        at = lot.random()
        if was <= at < now:
            yield Taken(number, lot.random() < share)


def fate(code: str, number: int, *, often: bool) -> Fate:
    """`often`: somebody who often does not come."""
    lot = Random(f"fate {code} {number}")
    channel = lot.choices([name for name, _ in CHANNELS], [many for _, many in CHANNELS])[0]
    ends = ("cancelled", "changed", "released", "")
    shares = (_CANCELLED, _CHANGED, _LEFT, 1 - _CANCELLED - _CHANGED - _LEFT)
    return Fate(
        channel=channel,
        booked_before=timedelta(days=lot.randrange(LONGEST), minutes=lot.randrange(30, 600)),
        missed=lot.random() < (0.8 if often else _MISSED),
        early=timedelta(minutes=lot.randrange(3, 50), seconds=lot.randrange(60)),
        waited=timedelta(minutes=lot.randrange(2, 28), seconds=lot.randrange(60)),
        before=lot.choices(ends, shares)[0],
    )


def booked_at(fate: Fate, start: datetime, now: datetime, *, fresh: bool) -> datetime:
    """When it was booked: some days before its time, but not later than now. What nobody has looked at before may have
    been booked long ago; all else was, since the last look."""
    before = start - fate.booked_before - timedelta(hours=12)
    just_now = now - timedelta(minutes=fate.booked_before.seconds // 60 % 240 + 2)
    return before if fresh and before < just_now else just_now


def eligible(sex: str, years: int, clinic: object) -> bool:
    """Whether a clinic takes somebody of this sex and age."""
    low, high, only = (getattr(clinic, name) for name in ("min_age", "max_age", "sex"))
    return (low is None or years >= low) and (high is None or years <= high) and only in (None, sex)
