"""The tables of draws and the only SQL on them; those of wishes stand in wishes/store.py.

A draw is of one session: `coming` until its wishes were drawn, `drawn` while winners are given their holds and losers
are told, `done`, or `void` (the session was stopped, or the office withdrew it before the opening).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
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
    delete,
    select,
    update,
)

from bot.db.lookup import Lookup, asked, most
from bot.db.schema import Moment, Sealed, code, key, public_id, table, whole
from bot.db.transaction import Transaction
from flows.booking.store import segment, session

COMING, DRAWN, DONE, VOID = "coming", "drawn", "done", "void"

fair = table(
    "booking_fair",
    key(),
    public_id(),
    Column("clinic", code(32), nullable=False),
    Column("doctor", code(32), nullable=False),  # "": all sessions of the clinic
    Column("seconds", SmallInteger, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", code(64), nullable=False),
    UniqueConstraint("clinic", "doctor"),
)

draw = table(
    "booking_draw",
    key(),
    public_id(),
    Column("session_id", whole(), ForeignKey(session.c.id), nullable=False, unique=True),
    Column("state", code(8), nullable=False),
    Column("opens_at", Moment, nullable=False),
    Column("closes_at", Moment, nullable=False),
    Column("seed", Sealed("booking_draw.seed"), nullable=False),
    Column("seed_hash", code(64), nullable=False),
    Column("places", Integer),  # slots there were when it was drawn
    Column("made_at", Moment, nullable=False),
    Column("drawn_at", Moment),
    Column("done_at", Moment),
    Index("ix_booking_draw_state", "state", "closes_at"),
)

SESSION: list[Any] = [
    session.c[name] for name in ("site", "clinic", "doctor", "sitting", "date", "half", "kind", "fee")
]
SESSION += [session.c.code.label("session_code"), session.c.state.label("session_state")]
"""What is told of the session that is drawn."""

# --- which sessions are drawn ------------------------------------------------------------------------------------


async def fairs(tx: Transaction) -> Sequence[Row[Any]]:
    return await _fairs.rows(tx)


_fairs = Lookup(lambda: select(fair).order_by(fair.c.clinic, fair.c.doctor))


async def set_fair(tx: Transaction, clinic: str, doctor: str, seconds: int, who: str) -> None:
    values = {"seconds": seconds, "made_at": tx.now, "made_by": who}
    if not await tx.insert_once(fair, clinic=clinic, doctor=doctor, **values):
        await tx.update(update(fair).where(fair.c.clinic == clinic, fair.c.doctor == doctor).values(**values))


async def drop_fair(tx: Transaction, public: str) -> Row[Any] | None:
    row = await tx.one(select(fair).where(fair.c.public_id == public))
    if row is not None:
        await tx.update(delete(fair).where(fair.c.id == row.id))
    return row


async def sessions(tx: Transaction, first: date) -> Sequence[Any]:
    """Open sessions from a day on of clinics that a fair is of, or that are to be drawn, with their draw if there is
    one: id, code, clinic, sitting, date, draw_id, draw_state, opens_at, closes_at. By key, as everybody locks them."""
    return await _drawn.rows(tx, date=first)


def _sessions() -> Select[Any]:
    fields = [session.c[name] for name in ("id", "code", "clinic", "sitting", "date")]
    joined = select(*fields, draw.c.id.label("draw_id"), draw.c.state.label("draw_state"), draw.c.opens_at,
                    draw.c.closes_at).join(draw, draw.c.session_id == session.c.id, isouter=True)
    mine = session.c.clinic.in_(select(fair.c.clinic)) | (draw.c.state == COMING)
    found = joined.where(mine, session.c.date >= asked(session.c.date), session.c.state == "open")
    return found.order_by(session.c.id)


_drawn = Lookup(_sessions)


# --- draws -------------------------------------------------------------------------------------------------------


async def announce(
    tx: Transaction, session_id: int, opens: datetime, closes: datetime, seed: str, seed_hash: str
) -> Row[Any] | None:
    """None: another worker was faster."""
    made = await tx.insert_once(
        draw, session_id=session_id, state=COMING, opens_at=opens, closes_at=closes, seed=seed, seed_hash=seed_hash,
        made_at=tx.now,
    )
    if not made:
        return None
    await tx.update(update(session).where(session.c.id == session_id).values(draw=COMING))
    return await tx.one(select(draw).where(draw.c.session_id == session_id))


async def move(tx: Transaction, draw_id: int, opens: datetime, closes: datetime) -> None:
    """The clinic opens at another time; nothing happens to a draw that gathers already."""
    mine = update(draw).where(draw.c.id == draw_id, draw.c.state == COMING, draw.c.opens_at > tx.now)
    await tx.update(mine.values(opens_at=opens, closes_at=closes))


async def withdraw(tx: Transaction, draw_id: int, session_id: int) -> bool:
    """Not drawn after all, said before anybody could wish."""
    mine = update(draw).where(draw.c.id == draw_id, draw.c.state == COMING, draw.c.opens_at > tx.now)
    if not await tx.update(mine.values(state=VOID, done_at=tx.now)):
        return False
    await tx.update(update(session).where(session.c.id == session_id).values(draw=None))
    return True


async def draw_of(tx: Transaction, session_id: int) -> Row[Any] | None:
    return await tx.one(draws().where(draw.c.session_id == session_id))


async def draw_by(tx: Transaction, public: str) -> Row[Any] | None:
    return await tx.one(draws().where(draw.c.public_id == public))


async def draw_at(tx: Transaction, draw_id: int) -> Row[Any] | None:
    return await tx.one(draws().where(draw.c.id == draw_id))


def draws() -> Select[Any]:
    """Draws with their sessions."""
    return select(*draw.c, *SESSION).join(session, session.c.id == draw.c.session_id)


async def due(tx: Transaction, limit: int) -> Sequence[int]:
    """Draws whose wishes are to be drawn, or whose winners are still to get their holds."""
    return [row.id for row in await _due.rows(tx, now=tx.now, most=limit)]


_due = Lookup(lambda: select(draw.c.id).where(
    ((draw.c.state == COMING) & (draw.c.closes_at <= asked(draw.c.closes_at, "now"))) | (draw.c.state == DRAWN)
).order_by(draw.c.closes_at).limit(most()))


async def share_lock(tx: Transaction, draw_id: int) -> str:
    """The state of a draw that is not drawn before this transaction ends; many may have this lock at once. Not on
    TiDB, which refuses LOCK IN SHARE MODE, nor on MySQL, from which it cannot be told: there one goes after the other.
    """
    many = getattr(tx.link.dialect, "is_mariadb", False)
    mine = select(draw.c.state).where(draw.c.id == draw_id).with_for_update(read=many)
    return str(await tx.scalar(mine) or "")


async def lock(tx: Transaction, draw_id: int) -> str:
    """The state of a draw, alone: after everybody who was wishing."""
    return str(await tx.scalar(select(draw.c.state).where(draw.c.id == draw_id).with_for_update()) or "")


async def end(tx: Transaction, draw_id: int, session_id: int, state: str) -> None:
    """What is left is anybody's from now on."""
    await tx.update(update(draw).where(draw.c.id == draw_id).values(state=state, done_at=tx.now))
    await tx.update(update(session).where(session.c.id == session_id).values(draw=None))


async def segments(tx: Transaction, session_id: int) -> Sequence[Row[Any]]:
    """(id, start_at, shared, free) of the open segments, `free` without what is kept for channels."""
    mine = select(segment.c.id, segment.c.start_at, segment.c.shared, segment.c.free)
    return await tx.all(
        mine.where(segment.c.session_id == session_id, segment.c.state == "open").order_by(segment.c.start_at)
    )
