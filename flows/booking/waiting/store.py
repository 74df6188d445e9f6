"""The tables of the waiting list and the only SQL on them.

An entry is `waiting`, then `offered`, and ends `booked`, `declined`, `missed` (the offer ran out), `given_up` (by
them), `skipped` (not theirs to have when it was their turn) or `over` (the session stopped or came too near). `open` is
true until it ends and NULL then, so that the database itself keeps one open entry for a person and session.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Row,
    Select,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
    update,
)

from bot.db.lookup import Lookup, asked
from bot.db.schema import Moment, code, key, public_id, table, whole
from bot.db.transaction import Transaction
from flows.booking.exceptions import store as exceptions
from flows.booking.store import DAYTIME, segment, session, slot

WAITING, OFFERED, BOOKED, DECLINED, MISSED = "waiting", "offered", "booked", "declined", "missed"
GIVEN_UP, SKIPPED, OVER = "given_up", "skipped", "over"

entry = table(
    "booking_waiting",
    key(),
    public_id(),
    Column("session_id", whole(), ForeignKey("booking_session.id"), nullable=False),
    Column("person_id", whole(), nullable=False),
    Column("contact_id", whole(), ForeignKey("contact.id"), nullable=False),
    Column("channel", code(16), nullable=False),
    Column("state", code(12), nullable=False),
    Column("open", Boolean),
    Column("joined_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", code(64)),
    Column("reason", code(40)),  # why it was skipped or is over
    UniqueConstraint("person_id", "session_id", "open"),
    Index("ix_booking_waiting_session", "session_id", "state", "joined_at"),
    Index("ix_booking_waiting_contact", "contact_id", "state"),
    Index("ix_booking_waiting_state", "state"),
)

offer = table(
    "booking_offer",
    key(),
    # Unique: whoever waits is offered one slot, and another process cannot offer them a second one.
    Column("waiting_id", whole(), ForeignKey("booking_waiting.id"), nullable=False, unique=True),
    Column("appointment_id", whole(), ForeignKey("booking_appointment.id"), nullable=False, unique=True),
    Column("state", code(12), nullable=False),  # open, taken, declined, expired, withdrawn
    Column("made_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("ended_at", Moment),
)

_SESSION = [
    session.c[name]
    for name in ("site", "clinic", "doctor", "substitute", "sitting", "date", "half", "kind", "fee")
] + [session.c.code.label("session_code"), session.c.state.label("session_state")]


def with_sessions() -> Select[Any]:
    return select(*entry.c, *_SESSION).join(session, session.c.id == entry.c.session_id)


async def sessions(tx: Transaction, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """These sessions as they are noted, by day."""
    return await tx.all(select(session).where(session.c.id.in_(ids)).order_by(session.c.date, DAYTIME, session.c.id))


async def awaited(tx: Transaction, segment_id: int, channel: str = "") -> bool:
    """Whether anybody (on this channel, where one is named) waits for the session of this segment."""
    joined = select(entry.c.id).join(segment, segment.c.session_id == entry.c.session_id)
    mine = joined.where(segment.c.id == segment_id, entry.c.state == WAITING, *of_channel(channel))
    return await tx.one(mine.limit(1)) is not None


async def session_awaited(tx: Transaction, session_id: int) -> bool:
    mine = select(entry.c.id).where(entry.c.session_id == session_id, entry.c.state == WAITING)
    return await tx.one(mine.limit(1)) is not None


async def add(tx: Transaction, **values: Any) -> bool:
    """False: this person waits for this session already."""
    return await tx.insert_once(entry, state=WAITING, open=True, **values)


async def by_id(tx: Transaction, entry_id: int) -> Row[Any] | None:
    return await tx.one(with_sessions().where(entry.c.id == entry_id))


async def by_public(tx: Transaction, public: str) -> Row[Any] | None:
    return await tx.one(with_sessions().where(entry.c.public_id == public))


async def lock(tx: Transaction, entry_id: int) -> str:
    """The state, which nobody changes until the transaction ends."""
    return str(await tx.scalar(select(entry.c.state).where(entry.c.id == entry_id).with_for_update()) or "")


async def waiting_of(tx: Transaction, contact_id: int, persons: Sequence[int]) -> Sequence[Row[Any]]:
    """What a contact joined, and what others joined for these persons; by day."""
    whose = or_(entry.c.contact_id == contact_id, entry.c.person_id.in_(persons))
    mine = with_sessions().where(whose, entry.c.state == WAITING)
    return await tx.all(mine.order_by(session.c.date, DAYTIME, entry.c.session_id, entry.c.id))


async def open_of_person(tx: Transaction, person_id: int) -> Sequence[Row[Any]]:
    """Entries of a person that have not ended; what is waited for before today is over anyway."""
    return await tx.all(with_sessions().where(entry.c.person_id == person_id, entry.c.open.is_(True)))


async def ahead(tx: Transaction, row: Any) -> int:
    """How many of those who wait joined before this entry."""
    before = or_(entry.c.joined_at < row.joined_at, and_(entry.c.joined_at == row.joined_at, entry.c.id < row.id))
    mine = select(func.count()).select_from(entry)
    return int(await tx.scalar(mine.where(entry.c.session_id == row.session_id, entry.c.state == WAITING, before)))


async def counts(tx: Transaction, sessions: Sequence[int]) -> dict[int, int]:
    """Session id -> how many wait."""
    mine = select(entry.c.session_id, func.count().label("many")).group_by(entry.c.session_id)
    rows = await tx.all(mine.where(entry.c.session_id.in_(sessions), entry.c.state == WAITING))
    return {row.session_id: row.many for row in rows}


async def ends(tx: Transaction, sessions: Sequence[int]) -> dict[int, datetime]:
    """Session id -> start of its last segment that is open."""
    mine = select(segment.c.session_id, func.max(segment.c.start_at).label("last")).group_by(segment.c.session_id)
    rows = await tx.all(mine.where(segment.c.session_id.in_(sessions), segment.c.state == "open"))
    return {row.session_id: row.last for row in rows}


async def end(tx: Transaction, entry_id: int, was: str, state: str, who: str, reason: str | None = None) -> bool:
    """False when it was not `was` any more."""
    mine = update(entry).where(entry.c.id == entry_id, entry.c.state == was)
    values = {"state": state, "open": None, "ended_at": tx.now, "ended_by": who, "reason": reason}
    if await tx.update(mine.values(**values)) != 1:
        return False
    if await exceptions.of_waiting(tx, [entry_id]):
        # Under their locks: one that ends at this moment serves nobody, and would not give back what it is left.
        found = select(entry.c.id).where(entry.c.id.in_(await _others(tx, entry_id)), entry.c.state == WAITING)
        other = await tx.scalar(found.order_by(entry.c.id).with_for_update())
        await exceptions.waited(tx, entry_id, booked=state == BOOKED, other=other)
    return True


async def offered(tx: Transaction, entry_id: int, appointment_id: int, until: datetime) -> None:
    """The turn has come; the caller holds the entry's lock and found it waiting."""
    await tx.insert(
        offer, waiting_id=entry_id, appointment_id=appointment_id, state="open", made_at=tx.now, until=until
    )
    await tx.update(update(entry).where(entry.c.id == entry_id).values(state=OFFERED))
    visit = [entry_id, *await _others(tx, entry_id)]
    if await exceptions.of_waiting(tx, visit):
        await exceptions.offered(tx, visit, entry_id, appointment_id)


_open_offer = Lookup(lambda: select(offer.c.id, offer.c.waiting_id).where(
    offer.c.appointment_id == asked(offer.c.appointment_id), offer.c.state == "open"
))


async def open_offer(tx: Transaction, appointment_id: int) -> Any | None:
    """(id, waiting_id) of the offer that this hold is; None: an ordinary hold."""
    return await _open_offer.first(tx, appointment_id=appointment_id)


async def end_offer(tx: Transaction, offer_id: int, state: str) -> None:
    await tx.update(update(offer).where(offer.c.id == offer_id, offer.c.state == "open").values(
        state=state, ended_at=tx.now
    ))


async def held_for(tx: Transaction, entry_id: int) -> int | None:
    """The appointment by which a slot is held for this entry."""
    mine = select(offer.c.appointment_id).where(offer.c.waiting_id == entry_id, offer.c.state == "open")
    return await tx.scalar(mine)


async def offers_of(tx: Transaction, contact_id: int) -> Sequence[int]:
    """Appointments that are held as offers to this contact, the one that ends first first."""
    mine = select(offer.c.appointment_id).join(entry, entry.c.id == offer.c.waiting_id)
    mine = mine.where(entry.c.contact_id == contact_id, offer.c.state == "open", offer.c.until > tx.now)
    return [row.appointment_id for row in await tx.all(mine.order_by(offer.c.until))]


async def cooled(tx: Transaction, slot_id: int) -> Row[Any] | None:
    """(slot_id, number, segment_id) of a slot whose cooling is over; None: it is somebody's, or not yet."""
    mine = select(slot.c.id.label("slot_id"), slot.c.number, slot.c.segment_id)
    return await tx.one(mine.where(slot.c.id == slot_id, slot.c.state == "cooling", slot.c.back_at <= tx.now))


async def _others(tx: Transaction, entry_id: int) -> list[int]:
    """Entries of the same person for the same doctor's day that still wait: what was excepted for one is for all."""
    row: Any = await by_id(tx, entry_id)
    mine = entry.c.id != entry_id, entry.c.person_id == row.person_id, entry.c.state == WAITING
    sitting = session.c.sitting.is_not_distinct_from(row.sitting)
    whose = session.c.date == row.date, session.c.clinic == row.clinic, sitting
    return [each.id for each in await tx.all(with_sessions().where(*mine, *whose).order_by(entry.c.id))]


def of_channel(channel: str) -> tuple[Any, ...]:
    return (entry.c.channel == channel,) if channel else ()
