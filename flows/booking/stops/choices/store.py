"""Reads and writes of choices and calls; their tables stand in stops/store.py. An answer is given by a guarded UPDATE:
of two taps the first one wins.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, literal, or_, select, update

from bot.db.schema import new_public_id
from bot.db.transaction import Transaction
from flows.booking.stops.rules import CHANGEABLE, Terms
from flows.booking.stops.store import OPEN, REPLACED, RUNNING, call, choice, stop
from flows.booking.store import appointment, segment, session
from flows.notices.store import SENT, WAITING, push

_STOP = [
    stop.c.public_id.label("stop"), stop.c.kind, stop.c.source, stop.c.reason, stop.c.state.label("stop_state"),
    stop.c.session_id,
]
_VISIT = [
    appointment.c.public_id.label("appointment"), appointment.c.person_id, appointment.c.number,
    appointment.c.state.label("appointment_state"), segment.c.start_at, segment.c.end_at, segment.c.start_wall,
    segment.c.end_wall, session.c.date, session.c.half, session.c.clinic, session.c.doctor,
    session.c.kind.label("visit_kind"),
    func.coalesce(segment.c.substitute, session.c.substitute).label("substitute"),
]


def _choices() -> Select[Any]:
    joined = select(*choice.c, *_STOP, *_VISIT).select_from(choice).join(stop, stop.c.id == choice.c.stop_id)
    joined = joined.join(appointment, appointment.c.id == choice.c.appointment_id)
    joined = joined.join(segment, segment.c.id == appointment.c.segment_id)
    return joined.join(session, session.c.id == segment.c.session_id)


def _to_come(now: datetime) -> Select[Any]:
    return _choices().where(choice.c.state == OPEN, segment.c.start_at > now, appointment.c.state == "booked")


async def add(
    tx: Transaction, *, stop_id: int, appointment_id: int, contact_id: int, until: datetime, slot_id: int | None,
    slot_until: datetime | None,
) -> str:
    """Ask; the old appointment is marked as nobody's to travel for. Gives the public id."""
    public = new_public_id()
    await tx.insert(
        choice, public_id=public, stop_id=stop_id, appointment_id=appointment_id, contact_id=contact_id, state=OPEN,
        until=until, slot_id=slot_id, slot_until=slot_until, made_at=tx.now,
    )
    await mark(tx, appointment_id, tx.now)
    return public


async def mark(tx: Transaction, appointment_id: int, at: datetime | None) -> None:
    """Whether an appointment stands in a stopped session without an answer."""
    await tx.update(update(appointment).where(appointment.c.id == appointment_id).values(stopped_at=at))


async def by_public(tx: Transaction, public: str) -> Row[Any] | None:
    """A choice with its stop and its visit."""
    return await tx.one(_choices().where(choice.c.public_id == public))


async def by_id(tx: Transaction, choice_id: int) -> Row[Any] | None:
    return await tx.one(_choices().where(choice.c.id == choice_id))


async def lock(tx: Transaction, choice_id: int) -> str:
    """The state, which nobody changes until the transaction ends."""
    return str(await tx.scalar(select(choice.c.state).where(choice.c.id == choice_id).with_for_update()) or "")


async def lock_people(tx: Transaction, stop_id: int) -> None:
    """Nobody whom a stop asked chooses, cancels or changes until the transaction ends. To be called before anything of
    their choices is written: whoever chooses locks the appointment first."""
    asked_of = select(choice.c.appointment_id).where(choice.c.stop_id == stop_id)
    ids = [row.appointment_id for row in await tx.all(asked_of)]
    mine = select(appointment.c.id).where(appointment.c.id.in_(ids))
    await tx.all(mine.order_by(appointment.c.id).with_for_update())


async def of_appointment(tx: Transaction, appointment_id: int) -> Row[Any] | None:
    """The latest choice about an appointment."""
    mine = _choices().where(choice.c.appointment_id == appointment_id)
    return await tx.one(mine.order_by(choice.c.id.desc()).limit(1))


async def asked(tx: Transaction, contact_id: int, persons: Sequence[int]) -> Sequence[Row[Any]]:
    """What may still be chosen (again) by this contact or for these persons, the next visit first; unanswered ones
    before all others."""
    whose = or_(choice.c.contact_id == contact_id, appointment.c.person_id.in_(persons))
    mine = _choices().where(
        whose, choice.c.state.in_(CHANGEABLE), appointment.c.state == "booked", segment.c.end_at > tx.now,
        stop.c.state == RUNNING,
    )
    return await tx.all(mine.order_by(choice.c.state != OPEN, segment.c.start_at, choice.c.id))


async def of_stop(tx: Transaction, stop_id: int) -> Sequence[Row[Any]]:
    return await tx.all(_choices().where(choice.c.stop_id == stop_id).order_by(segment.c.start_at, choice.c.id))


async def of_stops(tx: Transaction, stops: Collection[int]) -> Sequence[Row[Any]]:
    """All choices of these stops, for the office."""
    mine = _choices().where(choice.c.stop_id.in_(stops))
    return await tx.all(mine.order_by(segment.c.start_at, choice.c.id)) if stops else []


async def to_come(tx: Transaction) -> Sequence[Row[Any]]:
    """Unanswered, and their time has not begun: whom the office may have to call."""
    return await tx.all(_to_come(tx.now).order_by(segment.c.start_at, choice.c.id))


async def count_calls(
    tx: Transaction, terms: Terms, *, clinics: Collection[str] | None, kinds: Collection[str], about: str
) -> int:
    """How many of those `to_come` the office has to call, as `rules.to_call` has it. `clinics` None is all; `about` is
    how the pushes of these `kinds` name a choice, before its public id."""
    name = literal(about) + choice.c.public_id
    told = select(push.c.id).where(push.c.kind.in_(kinds), push.c.about == name, push.c.state.in_((SENT, WAITING)))
    late = or_(segment.c.start_at <= tx.now + terms.call_before, choice.c.made_at <= tx.now - terms.call_after)
    unseen = and_(choice.c.seen_at.is_(None), or_(late, ~told.exists()))
    not_reached = func.coalesce(choice.c.called, "") != "reached"
    mine = _to_come(tx.now).where(not_reached, or_(choice.c.until <= tx.now, unseen))
    if clinics is not None:
        mine = mine.where(session.c.clinic.in_(clinics))
    return int(await tx.scalar(mine.with_only_columns(func.count())))


async def resting(tx: Transaction, appointments: Collection[int]) -> dict[int, Row[Any]]:
    """Appointment -> its choice that a new stop takes the place of."""
    mine = select(choice).where(choice.c.appointment_id.in_(appointments), choice.c.state.in_(CHANGEABLE))
    return {row.appointment_id: row for row in await tx.all(mine)}


async def took_over(tx: Transaction, stop_id: int) -> bool:
    """Whether this stop took the place of an earlier one for anybody."""
    mine = select(choice.c.appointment_id).where(choice.c.stop_id == stop_id)
    old = select(choice.c.id).where(choice.c.appointment_id.in_(mine), choice.c.state == REPLACED)
    return await tx.one(old.limit(1)) is not None


async def answer(
    tx: Transaction, choice_id: int, was: Collection[str], state: str, who: str, became: int | None = None
) -> bool:
    """False: somebody was faster. `who` "" is nobody: the time ran out, or the stop was ended."""
    mine = update(choice).where(choice.c.id == choice_id, choice.c.state.in_(was))
    more: dict[str, Any] = {"answered_at": tx.now, "answered_by": who, "became": became} if who else {}
    return await tx.update(mine.values(state=state, **more)) == 1


async def drop_slot(tx: Transaction, choice_id: int) -> None:
    await tx.update(update(choice).where(choice.c.id == choice_id).values(slot_id=None, slot_until=None))


async def saw(tx: Transaction, choice_id: int, by: str) -> None:
    """Their first look: at the page, in the chat, or on the phone with us."""
    mine = update(choice).where(choice.c.id == choice_id, choice.c.seen_at.is_(None))
    await tx.update(mine.values(seen_at=tx.now, seen_by=by))


async def add_call(tx: Transaction, choice_id: int, result: str, note: str, who: str) -> None:
    await tx.insert(call, choice_id=choice_id, result=result, note=note, called_at=tx.now, called_by=who)
    await tx.update(update(choice).where(choice.c.id == choice_id).values(called=result))


async def calls(tx: Transaction, choice_id: int) -> Sequence[Row[Any]]:
    """The latest first."""
    return await tx.all(select(call).where(call.c.choice_id == choice_id).order_by(call.c.id.desc()))
