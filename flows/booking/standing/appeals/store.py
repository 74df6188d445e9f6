"""The only SQL on appeals."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, update

from bot.db.transaction import Transaction
from flows.booking.standing.store import appeal
from flows.booking.store import appointment, session

OPEN, ACCEPTED, DECLINED = "open", "accepted", "declined"


def _appeals() -> Select[Any]:
    found = select(
        *appeal.c, appointment.c.public_id.label("appointment"), session.c.clinic, session.c.sitting, session.c.date,
        session.c.half,
    ).select_from(appeal)
    found = found.outerjoin(session, session.c.id == appeal.c.session_id)
    return found.outerjoin(appointment, appointment.c.id == appeal.c.appointment_id)


async def add(tx: Transaction, **values: Any) -> bool:
    """False: somebody appealed against the same."""
    return await tx.insert_once(appeal, state=OPEN, made_at=tx.now, **values)


async def about(tx: Transaction, what: str) -> Row[Any] | None:
    return await tx.one(_appeals().where(appeal.c.about == what))


async def by_public(tx: Transaction, public: str) -> Row[Any] | None:
    return await tx.one(_appeals().where(appeal.c.public_id == public))


async def of_contact(
    tx: Transaction, contact_id: int, persons: Collection[int], limit: int = 20
) -> Sequence[Row[Any]]:
    """What a contact appealed against, and what others did for these persons; the latest first."""
    whose = or_(appeal.c.contact_id == contact_id, appeal.c.person_id.in_(persons))
    return await tx.all(_appeals().where(whose).order_by(appeal.c.made_at.desc(), appeal.c.id.desc()).limit(limit))


async def abouts(tx: Transaction, whats: Collection[str]) -> set[str]:
    """Those of these that somebody appealed against."""
    return {row.about for row in await tx.all(select(appeal.c.about).where(appeal.c.about.in_(whats)))}


async def waiting(tx: Transaction, contact_id: int) -> int:
    mine = select(func.count()).select_from(appeal)
    return int(await tx.scalar(mine.where(appeal.c.contact_id == contact_id, appeal.c.state == OPEN)))


async def say(tx: Transaction, appeal_id: int, said: str) -> bool:
    """Words of the patient, while nobody has answered."""
    mine = update(appeal).where(appeal.c.id == appeal_id, appeal.c.state == OPEN)
    return await tx.update(mine.values(said=said)) == 1


async def answer(tx: Transaction, appeal_id: int, state: str, words: str, who: str) -> bool:
    """False: it is answered."""
    mine = update(appeal).where(appeal.c.id == appeal_id, appeal.c.state == OPEN)
    return await tx.update(mine.values(state=state, answer=words, answered_at=tx.now, answered_by=who)) == 1


async def listed(
    tx: Transaction, clinics: Collection[str] | None, *, state: str = "", kind: str = "", clinic: str = "",
    person: int | None = None, since: datetime | None = None, until: datetime | None = None, limit: int = 50,
    offset: int = 0,
) -> tuple[Sequence[Row[Any]], int]:
    """(rows, count) for the console: those that wait for an answer first, the longest first; then the latest.
    `clinics` None: all; else those that are about a session of these; `person` None: of everybody."""
    where: list[ColumnElement[bool]] = [session.c.clinic.in_(clinics)] if clinics is not None else []
    where += [appeal.c.state == state] if state else []
    where += [appeal.c.kind == kind] if kind else []
    where += [session.c.clinic == clinic] if clinic else []
    where += [appeal.c.person_id == person] if person is not None else []
    where += [appeal.c.made_at >= since] if since else []
    where += [appeal.c.made_at < until] if until else []
    found = _appeals().where(*where)
    count = int(await tx.scalar(select(func.count()).select_from(found.subquery())))
    order = appeal.c.made_at if state == OPEN else appeal.c.made_at.desc()
    first = (appeal.c.state != OPEN, order, appeal.c.id)
    return await tx.all(found.order_by(*first).limit(limit).offset(offset)), count
