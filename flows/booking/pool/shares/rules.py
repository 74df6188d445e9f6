"""Which shares a session has, and how they are cut out of its segments. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

CHANNELS = ("wechat", "alipay", "kiosk", "window", "phone", "sms", "room", "outside")
"""For which a share may be kept; `room` is the doctor's room, `outside` are the platforms of a city or a province."""
ANY_DAY = -1
MOST_MINUTES = 14 * 1440


@dataclass(frozen=True, slots=True)
class Rule:
    """`percent` of every session that it fits is kept for `channel` until `release_minutes` before the session begins.

    `doctor` "" is the general clinic; `weekday` ANY_DAY and `half` "" fit any; `session` is the code of one session
    alone, "" fits all of them.
    """

    clinic: str
    doctor: str
    channel: str
    percent: int
    release_minutes: int
    weekday: int = ANY_DAY
    half: str = ""
    session: str = ""

    @property
    def narrowness(self) -> tuple[bool, bool, bool]:
        """The rule that says more goes before the one that says less."""
        return (bool(self.session), self.weekday != ANY_DAY, bool(self.half))


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session as rules are tried on it."""

    code: str
    clinic: str
    doctor: str
    day: date
    half: str


def fitting(rules: Iterable[Rule], sitting: Sitting) -> dict[str, Rule]:
    """Channel -> the narrowest rule that fits; those that together keep more than the whole lose their last."""
    found: dict[str, Rule] = {}
    for rule in rules:
        if not _fits(rule, sitting):
            continue
        known = found.get(rule.channel)
        if known is None or rule.narrowness > known.narrowness:
            found[rule.channel] = rule
    kept, left = {}, 100
    for channel in CHANNELS:
        rule_of = found.get(channel)
        if rule_of is not None and 0 < rule_of.percent <= left:
            kept[channel] = rule_of
            left -= rule_of.percent
    return kept


def _fits(rule: Rule, sitting: Sitting) -> bool:
    return (
        (rule.clinic, rule.doctor) == (sitting.clinic, sitting.doctor)
        and rule.session in ("", sitting.code)
        and rule.weekday in (ANY_DAY, sitting.day.weekday())
        and rule.half in ("", sitting.half)
    )


def cut(capacities: Sequence[int], percents: Sequence[int]) -> list[list[int]]:
    """How many slots of each segment are kept for each share: `[segment][share]`.

    Each share gets its percentage of the whole, rounded down, spread over the segments as evenly as they allow.
    `percents` are 100 together at most.
    """
    given = [[0] * len(percents) for _ in capacities]
    whole, so_far = sum(capacities), 0
    had = [0] * len(percents)
    for row, capacity in zip(given, capacities, strict=True):
        so_far += capacity
        for share, percent in enumerate(percents):
            row[share] = min(so_far * percent // 100 - had[share], capacity - sum(row))
            had[share] += row[share]
    for share, percent in enumerate(percents):  # what found no room where it was due
        for row, capacity in zip(given, capacities, strict=True):
            more = min(whole * percent // 100 - had[share], capacity - sum(row))
            row[share] += more
            had[share] += more
    return given


def released(begins: datetime, rule: Rule) -> datetime:
    """From when on what is left of a share is everybody's."""
    return begins - timedelta(minutes=rule.release_minutes)
