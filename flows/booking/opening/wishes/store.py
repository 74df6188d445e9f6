"""The table of wishes and the only SQL on it.

A wish waits, and ends `won`, `lost`, `skipped` (not theirs to have when it was their turn) or `withdrawn` (by them).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    SmallInteger,
    UniqueConstraint,
    bindparam,
    func,
    select,
    update,
)

from bot.db.schema import Moment, code, key, public_id, table, whole
from bot.db.transaction import Transaction
from flows.booking.exceptions import store as exceptions
from flows.booking.opening.store import DONE, DRAWN, SESSION, draw, draws, end
from flows.booking.standing.missing.store import COUNTED
from flows.booking.standing.store import no_show
from flows.booking.store import appointment, segment, session

WAITING, WON, LOST, SKIPPED, WITHDRAWN = "waiting", "won", "lost", "skipped", "withdrawn"

wish = table(
    "booking_wish",
    key(),
    public_id(),
    Column("draw_id", whole(), ForeignKey(draw.c.id), nullable=False),
    Column("segment_id", whole(), ForeignKey(segment.c.id), nullable=False),  # the time they would like best
    Column("person_id", whole(), nullable=False),
    Column("contact_id", whole(), ForeignKey("contact.id"), nullable=False),
    Column("channel", code(16), nullable=False),
    Column("code", code(12), nullable=False),
    Column("seen", Boolean, nullable=False),  # the doctor has seen them before: a return visit
    Column("lost", SmallInteger, nullable=False),
    Column("weight", SmallInteger, nullable=False),
    Column("state", code(12), nullable=False),
    Column("place", Integer),  # in the order that was drawn, from 1
    Column("appointment_id", whole()),
    Column("reason", code(40)),
    Column("made_at", Moment, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("draw_id", "person_id"),
    UniqueConstraint("draw_id", "code"),
    Index("ix_booking_wish_draw", "draw_id", "state", "place"),
    Index("ix_booking_wish_contact", "contact_id", "state"),
    Index("ix_booking_wish_person", "person_id", "state"),
)


async def add(tx: Transaction, **values: Any) -> bool:
    """False: this person is in the draw already (or, with the smallest of chances, the code is)."""
    return await tx.insert_once(wish, state=WAITING, made_at=tx.now, **values)


async def again(tx: Transaction, wish_id: int, segment_id: int) -> None:
    """Another time of the day is liked best."""
    await tx.update(update(wish).where(wish.c.id == wish_id, wish.c.state == WAITING).values(segment_id=segment_id))


async def anew(tx: Transaction, wish_id: int, segment_id: int, contact_id: int, channel: str) -> None:
    """What was withdrawn is wished anew for the same person, by the same contact or another one."""
    mine = update(wish).where(wish.c.id == wish_id, wish.c.state == WITHDRAWN)
    values = {"segment_id": segment_id, "contact_id": contact_id, "channel": channel, "ended_at": None}
    await tx.update(mine.values(state=WAITING, **values))


def _wishes() -> Select[Any]:
    fields = [draw.c.public_id.label("draw_public"), draw.c.state.label("draw_state"), draw.c.session_id,
              draw.c.opens_at, draw.c.closes_at, draw.c.seed_hash]
    joined = select(*wish.c, *fields, *SESSION).join(draw, draw.c.id == wish.c.draw_id)
    return joined.join(session, session.c.id == draw.c.session_id)


async def wish_of(tx: Transaction, draw_id: int, person_id: int) -> Row[Any] | None:
    return await tx.one(_wishes().where(wish.c.draw_id == draw_id, wish.c.person_id == person_id))


async def wish_by(tx: Transaction, public: str) -> Row[Any] | None:
    return await tx.one(_wishes().where(wish.c.public_id == public))


async def won(tx: Transaction, contact_id: int, appointment_id: int) -> bool:
    mine = select(wish.c.id).where(wish.c.contact_id == contact_id, wish.c.state == WON)
    return await tx.scalar(mine.where(wish.c.appointment_id == appointment_id)) is not None


async def wishes_of(tx: Transaction, contact_id: int, since: datetime) -> Sequence[Row[Any]]:
    """What a contact wished for, the latest first."""
    mine = _wishes().where(wish.c.contact_id == contact_id, wish.c.made_at >= since, wish.c.state != WITHDRAWN)
    return await tx.all(mine.order_by(wish.c.made_at.desc(), wish.c.id.desc()))


async def all_of(tx: Transaction, draw_id: int) -> Sequence[Row[Any]]:
    """All wishes that were not withdrawn, by their place."""
    mine = select(wish).where(wish.c.draw_id == draw_id, wish.c.state != WITHDRAWN)
    return await tx.all(mine.order_by(wish.c.place, wish.c.id))


async def next_waiting(tx: Transaction, draw_id: int, limit: int) -> Sequence[Row[Any]]:
    """Whose turn it is, by the order that was drawn."""
    mine = _wishes().where(wish.c.draw_id == draw_id, wish.c.state == WAITING)
    return await tx.all(mine.order_by(wish.c.place).limit(limit))


async def end_wish(tx: Transaction, wish_id: int, state: str, **more: Any) -> bool:
    """False when it had ended before."""
    mine = update(wish).where(wish.c.id == wish_id, wish.c.state == WAITING)
    if await tx.update(mine.values(state=state, ended_at=tx.now, **more)) != 1:
        return False
    await exceptions.wished(tx, wish_id, more.get("appointment_id"))
    return True


async def has_seen(tx: Transaction, person_id: int, sitting: str | None, clinic: str, since: datetime) -> bool:
    """Whether the person was there, so that the next visit is a return visit; who did not come was not."""
    joined = select(appointment.c.id).join(segment, segment.c.id == appointment.c.segment_id)
    joined = joined.join(session, session.c.id == segment.c.session_id)
    whose = session.c.sitting == sitting if sitting else session.c.sitting.is_(None) & (session.c.clinic == clinic)
    missed = select(no_show.c.id).where(no_show.c.appointment_id == appointment.c.id, no_show.c.state == COUNTED)
    mine = joined.where(appointment.c.person_id == person_id, appointment.c.state == "booked", whose,
                        segment.c.end_at <= tx.now, segment.c.start_at >= since, appointment.c.stopped_at.is_(None),
                        ~missed.exists())
    return await tx.one(mine.limit(1)) is not None


async def lost_before(tx: Transaction, person_id: int, sitting: str | None, clinic: str, since: datetime) -> int:
    """Draws there that the person lost since the last one that they won."""
    whose = session.c.sitting == sitting if sitting else session.c.sitting.is_(None) & (session.c.clinic == clinic)
    joined = select(wish.c.state).join(draw, draw.c.id == wish.c.draw_id)
    joined = joined.join(session, session.c.id == draw.c.session_id)
    mine = joined.where(wish.c.person_id == person_id, wish.c.state.in_((WON, LOST)), whose, wish.c.made_at >= since)
    lost = 0
    for row in await tx.all(mine.order_by(wish.c.made_at.desc(), wish.c.id.desc())):
        if row.state == WON:
            break
        lost += 1
    return lost


# --- all wishes of a draw ---------------------------------------------------------------------------------------------


async def drawn(tx: Transaction, row: Any, places: int, order: Sequence[str]) -> None:
    """Note the order of a draw; the caller has its lock. Until it is done its session's shares stay as they are."""
    mine = update(wish).where(wish.c.draw_id == row.id, wish.c.code == bindparam("its")).values(
        place=bindparam("at")
    )
    if order:
        await tx.execute(mine, [{"its": each, "at": n} for n, each in enumerate(order, 1)])
    await tx.update(update(draw).where(draw.c.id == row.id).values(state=DRAWN, places=places, drawn_at=tx.now))
    await tx.update(update(session).where(session.c.id == row.session_id).values(draw=DRAWN))


async def any_lost(tx: Transaction, draw_id: int) -> bool:
    return await tx.one(select(wish.c.id).where(wish.c.draw_id == draw_id, wish.c.state == LOST).limit(1)) is not None


async def finish(tx: Transaction, row: Any) -> None:
    """The draw is done: as many places as were won where somebody lost (some may have been kept for other channels);
    what is left is anybody's from now on."""
    mine = select(wish.c.state, func.count().label("many")).where(wish.c.draw_id == row.id).group_by(wish.c.state)
    many = {each.state: each.many for each in await tx.all(mine)}
    if many.get(LOST):
        await tx.update(update(draw).where(draw.c.id == row.id).values(places=many.get(WON, 0)))
    await end(tx, row.id, row.session_id, DONE)


async def count_listed(tx: Transaction, states: Sequence[str], clinics: Collection[str] | None = None) -> int:
    """How many draws there are in these states; `clinics` None: of all."""
    query = draws().where(draw.c.state.in_(states))
    if clinics is not None:
        query = query.where(session.c.clinic.in_(clinics))
    return int(await tx.scalar(select(func.count()).select_from(query.subquery())))


async def listed(
    tx: Transaction, states: Sequence[str], limit: int, offset: int = 0, clinics: Collection[str] | None = None
) -> Sequence[Row[Any]]:
    """Draws with how many wished (`wishes`) and won (`won`), the latest opening first; `clinics` None: of all."""
    mine = wish.c.draw_id == draw.c.id
    count = select(func.count()).select_from(wish)
    fields = (count.where(mine, wish.c.state != WITHDRAWN).scalar_subquery().label("wishes"),
              count.where(mine, wish.c.state == WON).scalar_subquery().label("won"))
    query = draws().add_columns(*fields).where(draw.c.state.in_(states))
    if clinics is not None:
        query = query.where(session.c.clinic.in_(clinics))
    return await tx.all(query.order_by(draw.c.opens_at.desc(), draw.c.id.desc()).limit(limit).offset(offset))
