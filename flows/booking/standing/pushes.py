"""What is told about coming and not coming: near your number, missed, a no-show written down, locked, free again, an
appeal answered. Each once for what it is about, to each contact concerned."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.context import Context
from bot.db.contacts import contact_of
from flows.booking import visit
from flows.notices.kinds import PushKind
from flows.notices.service import NoticesService

KINDS = (
    # They are in the building, or ought to be: at once or never.
    PushKind("booking.near", priority=1, quiet="always", useless_minutes=30),
    PushKind("booking.missed", priority=2, quiet="always", useless_minutes=120),
    PushKind("booking.no_show", priority=4, useless_minutes=7 * 1440),
    # They would find out at the worst moment, when they need a doctor: it cannot be turned off.
    PushKind("booking.locked", priority=3, sms_fallback=True, obligatory=True),
    PushKind("booking.unlocked", priority=4),
    PushKind("booking.appealed", priority=3, obligatory=True),
    PushKind("booking.exception_over", priority=3, obligatory=True),
)


async def near(context: Context, row: Any, facts: dict[str, Any], ahead: int, whom: Collection[int]) -> None:
    """`ahead`: numbers between the last that the doctor took in and this one."""
    await _tell(context, "near", f"appointment:{row.public_id}", facts | {"ahead": ahead}, whom, row, row.end_at)


async def missed(
    context: Context, row: Any, facts: dict[str, Any], last: datetime, whom: Collection[int]
) -> None:
    """The time has begun and nobody is here. `last`: when the session is over."""
    until = f"{context.clock.local(last):%H:%M}"
    await _tell(context, "missed", f"appointment:{row.public_id}", facts | {"until": until}, whom, row, last)


async def told_missed(context: Context, publics: Collection[str]) -> set[str]:
    """Those of these appointments of which it was said already that their time has begun."""
    known = await NoticesService(context).fates(["booking.missed"], [f"appointment:{public}" for public in publics])
    return {public for public in publics if f"appointment:{public}" in known}


async def came(context: Context, row: Any) -> None:
    """Who is here need not hear that they are late."""
    await NoticesService(context).withdraw("booking.missed", f"appointment:{row.public_id}")
    await NoticesService(context).withdraw("booking.soon", f"appointment:{row.public_id}")


async def moved(context: Context, row: Any) -> None:
    """A later place was given: what was still to be said of this one is not said."""
    for kind in ("booked", "changed", "evening", "soon", "missed"):
        await NoticesService(context).withdraw(f"booking.{kind}", f"appointment:{row.public_id}")


async def no_show(context: Context, row: Any, facts: dict[str, Any], whom: Collection[int]) -> None:
    """Facts besides those of the visit: count, most, days (so many of so many in so many days), lock_days."""
    await _tell(context, "no_show", f"no_show:{row.public_id}", facts, whom, row)


async def locked(context: Context, facts: dict[str, Any], whom: Collection[int]) -> None:
    """Facts: about, person, count, days, until_day."""
    await _tell(context, "locked", facts["about"], facts, whom)


async def unlocked(context: Context, facts: dict[str, Any], early: bool, whom: Collection[int]) -> None:
    """`early`: lifted by the office, or because a no-show was struck out."""
    await _tell(context, "unlocked", facts["about"], facts | {"early": early}, whom)


async def appealed(context: Context, appeal: Any, facts: dict[str, Any]) -> None:
    """The answer of the office, to whoever appealed; that a lock is lifted is said with it."""
    await NoticesService(context).withdraw("booking.unlocked", appeal.about, appeal.contact_id)
    theirs = replace(context, contact=await contact_of(context.tx, appeal.contact_id))
    # What they can do now, where the office made an exception; else the answer itself.
    way = (facts["exception"] or {}).get("path") or f"appeals/{appeal.public_id}"
    facts = facts | {"url": visit.page(theirs, way)}
    await NoticesService(context).push("booking.appealed", appeal.contact_id, f"appeal:{appeal.public_id}", facts)


async def exception_over(context: Context, appeal: Any, facts: dict[str, Any]) -> None:
    """What the office let them do it does not let them any more; who has not read of it yet need not."""
    about = f"appeal:{appeal.public_id}"
    theirs = replace(context, contact=await contact_of(context.tx, appeal.contact_id))
    facts = facts | {"url": visit.page(theirs, f"appeals/{appeal.public_id}")}
    await NoticesService(context).push("booking.exception_over", appeal.contact_id, about, facts)


async def _tell(
    context: Context, what: str, about: str, facts: dict[str, Any], whom: Collection[int], row: Any = None,
    useless_after: datetime | None = None,
) -> None:
    """With the page of the appointment for the contact that booked: only that one surely may open it."""
    public = getattr(row, "appointment", None) or getattr(row, "public_id", "")
    for contact_id in whom:
        told = facts
        if row is not None and contact_id == row.contact_id:
            theirs = replace(context, contact=await contact_of(context.tx, contact_id))
            told = facts | {"url": visit.page(theirs, f"mine/{public}")}
        await NoticesService(context).push(f"booking.{what}", contact_id, about, told, useless_after=useless_after)
