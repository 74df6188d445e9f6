"""The tables of shares and the only SQL on them.

A slot that is kept for a channel is in state `kept` and bears the channel's name; the row of `booking_share` counts
the kept slots of one segment and channel, and is the gate through which that channel takes them. The name stays on the
slot while it is held or taken, so that it comes back to its share. When the share is released its row is gone, and
what comes back then is everybody's. Locks: segment, share, slot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    SmallInteger,
    UniqueConstraint,
    case,
    delete,
    func,
    select,
    update,
)

from bot.db.lookup import Lookup, asked
from bot.db.schema import Moment, code, key, public_id, table, whole
from bot.db.transaction import Transaction
from flows.booking.pool.shares.rules import Rule
from flows.booking.store import segment, session, slot

RENEW = "booking.shares"
"""Topic: the shares of a session, or of all of them, are to be cut as the rules say. Should it be lost, the sweep does
the same."""

share = table(
    "booking_share",
    key(),
    Column("segment_id", whole(), ForeignKey(segment.c.id), nullable=False),
    Column("channel", code(16), nullable=False),
    Column("free", Integer, nullable=False),
    Column("release_at", Moment, nullable=False),
    UniqueConstraint("segment_id", "channel"),
    Index("ix_booking_share_release_at", "release_at"),
)

# "" and -1 stand for "any", so that the unique key holds (NULLs are all different).
rule = table(
    "booking_share_rule",
    key(),
    public_id(),
    Column("clinic", code(32), nullable=False),
    Column("doctor", code(32), nullable=False),  # "": the general clinic
    Column("weekday", SmallInteger, nullable=False),  # 0 is Monday
    Column("half", code(8), nullable=False),
    Column("session", code(64), nullable=False),
    Column("channel", code(16), nullable=False),
    Column("percent", SmallInteger, nullable=False),
    Column("release_minutes", Integer, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", code(64), nullable=False),
    UniqueConstraint("clinic", "doctor", "weekday", "half", "session", "channel", name="uq_booking_share_rule_what"),
)

# --- taking and giving back --------------------------------------------------------------------------------------


async def take(tx: Transaction, segment_id: int, channel: str) -> tuple[int, int] | None:
    """Through the channel's own gate: (slot id, number) of the lowest slot kept for it, still to be moved on; None
    where the share is used up, released, or its segment closed."""
    open_one = select(segment.c.id).where(segment.c.id == segment_id, segment.c.state == "open")
    gate = update(share).where(_of(segment_id, channel), share.c.free > 0, open_one.exists())
    if not await tx.update(gate.values(free=share.c.free - 1)):
        return None
    lowest = select(slot.c.id, slot.c.number).where(
        slot.c.segment_id == segment_id, slot.c.state == "kept", slot.c.channel == channel
    )
    row = await tx.one(lowest.order_by(slot.c.number).limit(1))
    if row is None:
        raise AssertionError(f"segment {segment_id} counts a slot kept for {channel} that is not there")
    return row.id, row.number


async def lasting(tx: Transaction, slot_id: int) -> str:
    """The channel whose share a slot comes back to; "" where it is everybody's, or the share was released."""
    joined = select(slot.c.channel).join(
        share, (share.c.segment_id == slot.c.segment_id) & (share.c.channel == slot.c.channel)
    )
    return str(await tx.scalar(joined.where(slot.c.id == slot_id)) or "")


async def put_back(tx: Transaction, segment_id: int, channel: str) -> bool:
    """One more in the share, the slot to be moved; False where it was released."""
    return await tx.update(update(share).where(_of(segment_id, channel)).values(free=share.c.free + 1)) == 1


def one_less(segment_id: int, channel: str) -> Any:
    """What takes a `put_back` back whose slot was somebody's already."""
    return update(share).where(_of(segment_id, channel)).values(free=share.c.free - 1)


# --- releasing ---------------------------------------------------------------------------------------------------


async def end(tx: Transaction, segment_id: int, channel: str) -> list[int]:
    """The share is no more; gives its slots that are still kept. The caller holds the segment's lock."""
    if not await tx.update(delete(share).where(_of(segment_id, channel))):
        return []
    mine = select(slot.c.id).where(slot.c.segment_id == segment_id, slot.c.state == "kept", slot.c.channel == channel)
    return [row.id for row in await tx.all(mine.with_for_update())]


async def dissolve(tx: Transaction, session_id: int) -> bool:
    """All shares of a session end before it is changed: what is kept is free again. The caller holds its segments'
    locks. False: it had none."""
    own = select(segment.c.id).where(segment.c.session_id == session_id)
    mine = select(share.c.segment_id, share.c.free).where(share.c.segment_id.in_(own))
    rows = await tx.all(mine.order_by(share.c.id).with_for_update())
    if not rows:
        return False
    await tx.update(delete(share).where(share.c.segment_id.in_({row.segment_id for row in rows})))
    kept = update(slot).where(slot.c.session_id == session_id, slot.c.state == "kept")
    await tx.update(kept.values(state="free", channel=None))
    for row in rows:
        more = update(segment).where(segment.c.id == row.segment_id)
        await tx.update(more.values(free=segment.c.free + row.free, shared=False))
    return True


# --- cutting -----------------------------------------------------------------------------------------------------


async def lock(tx: Transaction, session_id: int) -> None:
    """Keep everybody out of this session."""
    own = select(segment.c.id).where(segment.c.session_id == session_id)
    await tx.all(own.order_by(segment.c.id).with_for_update())


async def slots(tx: Transaction, session_id: int) -> Sequence[Row[Any]]:
    """(id, segment_id, state, channel) of a session's slots by number, locked after its shares."""
    own = select(segment.c.id).where(segment.c.session_id == session_id)
    await tx.all(select(share.c.id).where(share.c.segment_id.in_(own)).order_by(share.c.id).with_for_update())
    mine = select(slot.c.id, slot.c.segment_id, slot.c.state, slot.c.channel).where(slot.c.session_id == session_id)
    return await tx.all(mine.order_by(slot.c.number).with_for_update())


async def mark(tx: Transaction, ids: Sequence[int], channel: str | None, *, was: str, state: str) -> None:
    """These slots belong to a share, or (`channel` None) to everybody."""
    if ids:
        mine = update(slot).where(slot.c.id.in_(ids), slot.c.state == was)
        if await tx.update(mine.values(state=state, channel=channel)) != len(ids):
            raise AssertionError(f"slots {ids} were not all {was}")


async def note(tx: Transaction, segment_id: int, left: Mapping[str, int], release_at: Mapping[str, datetime]) -> None:
    """The shares of a segment are these, with so many left; the caller holds its lock and has moved the slots."""
    await tx.update(delete(share).where(share.c.segment_id == segment_id))
    await tx.insert_many(share, [
        {"segment_id": segment_id, "channel": each, "free": left[each], "release_at": release_at[each]}
        for each in left
    ])
    free = select(func.count()).where(slot.c.segment_id == segment_id, slot.c.state == "free")
    counted = int(await tx.scalar(free) or 0)
    await tx.update(update(segment).where(segment.c.id == segment_id).values(free=counted, shared=bool(left)))


async def sittings(tx: Transaction, only: int | None = None) -> Sequence[Any]:
    """Segments to come of sessions that a rule may fit, a row for each channel that slots bear the name of (`slots` of
    them, `kept` still): session_id, code, clinic, doctor, date, half, begins (of its first segment, be it over or
    stopped), segment_id, capacity, free, start_at, shared, channel, slots, kept. `only` is one session alone."""
    # By day there is an index; a wall's day is one apart at most.
    since = tx.now.date() - timedelta(days=1)
    return await (_every if only is None else _single).rows(tx, now=tx.now, since=since, only=only)


def _sittings() -> Select[Any]:
    every = segment.alias()
    begins = select(func.min(every.c.start_at)).where(every.c.session_id == session.c.id).scalar_subquery()
    fields = [session.c.id.label("session_id"), session.c.code, session.c.clinic, session.c.doctor, session.c.date,
              session.c.half, segment.c.id.label("segment_id"), segment.c.capacity, segment.c.start_at,
              segment.c.free, segment.c.shared]
    kept = func.sum(case((slot.c.state == "kept", 1), else_=0)).label("kept")
    of_clinic = session.c.clinic.in_(select(rule.c.clinic)) | segment.c.shared
    slots = func.count(slot.c.id).label("slots")
    joined = select(*fields, begins.label("begins"), slot.c.channel, slots, kept).select_from(
        session.join(segment, segment.c.session_id == session.c.id).outerjoin(
            slot, (slot.c.segment_id == segment.c.id) & slot.c.channel.is_not(None)
        )
    )
    lately = session.c.date >= asked(session.c.date, "since")
    to_come = (lately, segment.c.start_at > asked(segment.c.start_at, "now"))
    served = func.coalesce(session.c.draw, "") == "drawn"  # its winners are
    mine = joined.where(*to_come, segment.c.state == "open", session.c.state == "open", of_clinic, ~served)
    return mine.group_by(*fields, slot.c.channel).order_by(session.c.id, segment.c.start_at)


_every = Lookup(_sittings)
_single = Lookup(lambda: _sittings().where(session.c.id == asked(session.c.id, "only")))


# --- the rules ---------------------------------------------------------------------------------------------------


async def rules(tx: Transaction) -> Sequence[Row[Any]]:
    return await _rules.rows(tx)


_rules = Lookup(lambda: select(rule).order_by(rule.c.clinic, rule.c.doctor, rule.c.id))


async def rule_of(tx: Transaction, public: str) -> Row[Any] | None:
    return await tx.one(select(rule).where(rule.c.public_id == public))


def as_rule(row: Any) -> Rule:
    return Rule(**{name: getattr(row, name) for name in Rule.__slots__})


async def set_rule(tx: Transaction, wanted: Rule, who: str) -> None:
    """Make it, or change how much is kept and until when."""
    values = {"percent": wanted.percent, "release_minutes": wanted.release_minutes, "changed_at": tx.now,
              "changed_by": who}
    if await tx.insert_once(rule, **{**asdict(wanted), **values}):
        return
    what = ("clinic", "doctor", "weekday", "half", "session", "channel")
    same = [rule.c[name] == getattr(wanted, name) for name in what]
    await tx.update(update(rule).where(*same).values(**values))


async def drop_rule(tx: Transaction, rule_id: int) -> bool:
    return await tx.update(delete(rule).where(rule.c.id == rule_id)) == 1


def _of(segment_id: int, channel: str) -> Any:
    return (share.c.segment_id == segment_id) & (share.c.channel == channel)


# --- single sessions that rules name -----------------------------------------------------------------------------


async def session_codes(tx: Transaction, clinic: str, doctor: str, day: date, half: str) -> list[str]:
    """Open sessions of who is named on the roster ("": the general clinic) on a day, in one half of it or in any."""
    whose = session.c.doctor == doctor if doctor else session.c.doctor.is_(None)
    mine = select(session.c.code).where(session.c.clinic == clinic, whose, session.c.date == day,
                                        session.c.state == "open")
    return [row.code for row in await tx.all(mine.where(session.c.half == half) if half else mine)]


async def session_days(tx: Transaction, codes: Sequence[str]) -> dict[str, tuple[date, str]]:
    """Code -> (day, half)."""
    mine = select(session.c.code, session.c.date, session.c.half).where(session.c.code.in_(codes))
    return {row.code: (row.date, row.half) for row in await tx.all(mine)}
