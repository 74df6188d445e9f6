"""The table of sessions. The browser has a random token; the table only its keyed hash."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Column, ForeignKey, Index, Row, String, select, update

from bot import keys
from bot.access.people.store import staff
from bot.db.schema import Moment, code, hashed, key, new_public_id, public_id, table, whole
from bot.db.transaction import Transaction

Stage = Literal["factor", "enrol", "password", "full"]
"""What is still to be done: the code of the second factor, setting one up, a new password; ``full``: nothing."""
TOUCH = timedelta(seconds=60)
HALFWAY = timedelta(minutes=10)
"""How long somebody may stand between the password and the rest."""

session = table(
    "access_session",
    key(),
    public_id(),
    Column("token", hashed(), nullable=False, unique=True),
    Column("staff_id", whole(), ForeignKey("access_staff.id"), nullable=False),
    Column("stage", code(8), nullable=False),
    Column("address", code(45), nullable=False),
    Column("browser", String(200), nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_why", code(12)),
    Index("ix_access_session_staff", "staff_id", "ended_at"),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """An open session. ``mark`` binds forms to it: it changes with the token."""

    id: int
    public_id: str
    staff_id: int
    stage: Stage
    mark: str


async def begin(
    tx: Transaction, staff_id: int, stage: Stage, *, address: str, browser: str, hours: float
) -> str:
    """A new session; gives its token, 43 characters, which is nowhere else."""
    token = secrets.token_urlsafe(32)
    life = timedelta(hours=hours) if stage == "full" else HALFWAY
    await tx.insert(
        session, public_id=new_public_id(), token=_hash(token), staff_id=staff_id, stage=stage, address=address[:45],
        browser=browser[:200], begun_at=tx.now, seen_at=tx.now, until=tx.now + life,
    )
    return token


async def find(tx: Transaction, token: str, now: datetime, idle: timedelta) -> Visit | None:
    """The session of this token, if it is open, not idle for too long, and its owner still works here."""
    if not 20 <= len(token) <= 100:
        return None
    open_one = select(session).join(staff, staff.c.id == session.c.staff_id).where(
        session.c.token == _hash(token), session.c.ended_at.is_(None), session.c.until > now,
        session.c.seen_at > now - idle, staff.c.state == "active",
    )
    row = await tx.one(open_one)
    if row is None:
        return None
    return Visit(row.id, row.public_id, row.staff_id, row.stage, bytes(row.token).hex())


async def stale(tx: Transaction, visit: Visit, now: datetime) -> bool:
    """Whether it is time to write down that the session is in use (at most once a minute)."""
    seen = await tx.scalar(select(session.c.seen_at).where(session.c.id == visit.id))
    return bool(seen and now - seen > TOUCH)


async def touch(tx: Transaction, visit: Visit) -> None:
    await tx.update(update(session).where(session.c.id == visit.id).values(seen_at=tx.now))


async def end(tx: Transaction, session_id: int, why: str) -> bool:
    """Guarded: True for the one call that ended it."""
    running = update(session).where(session.c.id == session_id, session.c.ended_at.is_(None))
    return await tx.update(running.values(ended_at=tx.now, ended_why=why)) == 1


async def end_of(tx: Transaction, staff_id: int, why: str, *, but: int = 0) -> int:
    """End all sessions of a member, except the one with key ``but``."""
    running = update(session).where(session.c.staff_id == staff_id, session.c.ended_at.is_(None))
    return await tx.update(running.where(session.c.id != but).values(ended_at=tx.now, ended_why=why))


async def listed(tx: Transaction, staff_id: int, now: datetime, idle: timedelta) -> Sequence[Row[Any]]:
    """The open ones, the one used last first."""
    mine = select(session).where(
        session.c.staff_id == staff_id, session.c.ended_at.is_(None), session.c.until > now,
        session.c.seen_at > now - idle, session.c.stage == "full",
    )
    return await tx.all(mine.order_by(session.c.seen_at.desc()))


async def by_public_id(tx: Transaction, public: str, staff_id: int) -> Row[Any] | None:
    """A session of this very member."""
    return await tx.one(select(session).where(session.c.public_id == public, session.c.staff_id == staff_id))


def _hash(token: str) -> bytes:
    return keys.ring().hash(token, "access_session.token")
