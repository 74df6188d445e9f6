"""Decisions of the notices: which way next, when it is quiet, what fits into a channel's template. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

SERVICE, TEMPLATE, SUBSCRIPTION, SMS, CALL = "customer_service", "template", "subscription", "sms", "call_task"
ON_ACCOUNT = (SERVICE, TEMPLATE, SUBSCRIPTION)
CALLS_ON = (TEMPLATE, SUBSCRIPTION)
"""Ways on which a conversation's own words only say that there are some."""
SMS_A_DAY = 10
"""Text messages of ours to one contact in a day: beyond that a fault of ours or of a campaign would cost and annoy."""

# https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html, limits of the values
_LONGEST = {
    "thing": 20, "character_string": 32, "number": 32, "letter": 32, "time": 40, "date": 40, "name": 10, "phrase": 5,
    "phone_number": 17, "car_number": 8, "symbol": 5, "amount": 16, "const": 20,
}
_KEYWORD = re.compile(r"([a-z_]+?)\d+")


@dataclass(frozen=True, slots=True)
class Reach:
    """What could carry a push to a contact now. `followed`: they follow the account, and it is in the settings;
    `quota`: customer-service messages left; `has_*`: the account has a template for the kind; `mobile`: one is known
    and may be used."""

    followed: bool
    quota: int
    has_template: bool
    has_subscription: bool
    mobile: bool


FATES = ("lost", "waiting", "sent", "arrived")
"""How far a push came: no way was left, not yet, the channel took it, it was told that it arrived."""


@dataclass(frozen=True, slots=True)
class Fate:
    state: str
    way: str


def next_way(reach: Reach, tried: Collection[str], *, cost: int = 1, worth_a_call: bool) -> str | None:
    """The first way of the chain that is open and was not tried; None: nobody can be told."""
    open_ways = (
        (SERVICE, reach.followed and reach.quota >= cost),
        (TEMPLATE, reach.followed and reach.has_template),
        (SUBSCRIPTION, reach.followed and reach.has_subscription),
        (SMS, reach.mobile),
        (CALL, worth_a_call),
    )
    return next((way for way, is_open in open_ways if is_open and way not in tried), None)


def fate(state: str, way: str | None, delivered: str | None) -> Fate:
    """Of a push as it is noted."""
    if state == "sent":
        return Fate("arrived" if delivered == "delivered" else "sent", way or "")
    return Fate("waiting" if state == "waiting" else "lost", way or "")


def quiet_until(local: datetime, begin: time, end: time) -> datetime | None:
    """The end of the quiet hours that `local` (the hospital's wall clock) lies in; None outside of them."""
    now = local.time()
    over_midnight = begin > end
    inside = (now >= begin or now < end) if over_midnight else begin <= now < end
    if not inside:
        return None
    day = local.date() + timedelta(days=1) if over_midnight and now >= begin else local.date()
    return datetime.combine(day, end, tzinfo=local.tzinfo)


def read_values(text: str) -> dict[str, str]:
    """Lines `keyword: value` of a values template."""
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def fitting(values: Mapping[str, str]) -> dict[str, str]:
    """Values that the channel takes: none empty, none longer than its keyword's type allows, each on one line."""
    out = {}
    for name, value in values.items():
        kind = _KEYWORD.fullmatch(name)
        longest = _LONGEST.get(kind[1], 200) if kind else 200
        line = " ".join(value.split()) or "-"
        out[name] = line if len(line) <= longest else line[: longest - 1] + "…"
    return out


def split_title(text: str) -> tuple[str, str]:
    """First line, and the rest."""
    title, _, rest = text.partition("\n")
    return title.strip(), rest.strip()


def joined(tried: Sequence[str]) -> str:
    return ",".join(dict.fromkeys(tried))
