"""Counting tries. A try is counted before it is judged, so a hundred at once are a hundred and not one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Index, Integer, Row, delete, func, select, update

from bot import keys
from bot.db.schema import Moment, hashed, key, table
from bot.db.transaction import Transaction

FORGOTTEN = timedelta(hours=24)
LONGEST = timedelta(hours=1)
STEP = 500
"""So many subjects are named in a question; of more, all that are locked out are looked through."""

tries = table(
    "access_try",
    key(),
    Column("subject", hashed(), nullable=False, unique=True),
    Column("count", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("locked_until", Moment),
    Index("ix_access_try_last_at", "last_at"),
)


@dataclass(frozen=True, slots=True)
class Limit:
    """After ``free`` tries in a row each further one has to wait, twice as long every time: ``first`` the first."""

    free: int
    first: timedelta


def wait(count: int, limit: Limit) -> timedelta:
    """How long the door stays shut after the ``count``-th try that did not succeed; at most an hour."""
    if count < limit.free:
        return timedelta(0)
    return min(limit.first * 2 ** min(count - limit.free, 12), LONGEST)


async def count(tx: Transaction, subject: str, limit: Limit) -> datetime | None:
    """Count a try. None: go on and judge it; else the moment until which this subject is locked out. Commit it."""
    row = await _row(tx, _hash(subject))
    new = row.last_at < tx.now - FORGOTTEN
    if not new and row.locked_until is not None and row.locked_until > tx.now:
        until: datetime = row.locked_until
        return until
    number = 1 if new else row._mapping[tries.c.count] + 1
    mine = update(tries).where(tries.c.id == row.id)
    await tx.update(mine.values(count=number, last_at=tx.now, locked_until=_until(tx, number, limit)))
    return None


async def _row(tx: Transaction, name: bytes) -> Row[Any]:
    """A subject's count under its lock until the transaction ends: tries at once are counted one after the other."""
    return await tx.lock_or_make(tries, {"subject": name}, count=0, last_at=tx.now, locked_until=None)


async def locked(tx: Transaction, subjects: Sequence[str]) -> dict[str, datetime]:
    """Subject -> until when it is locked out; those that are not are left out."""
    by_hash = {_hash(subject): subject for subject in subjects}
    shut = select(tries.c.subject, tries.c.locked_until).where(*_shut(tx))
    if len(by_hash) <= STEP:
        shut = shut.where(tries.c.subject.in_(by_hash))
    found = {bytes(row.subject): row.locked_until for row in await tx.all(shut)}
    return {by_hash[each]: until for each, until in found.items() if each in by_hash}


async def count_locked(tx: Transaction) -> int:
    """How many subjects of any kind are locked out."""
    return int(await tx.scalar(select(func.count()).select_from(tries).where(*_shut(tx))))


async def forgive(tx: Transaction, subject: str) -> None:
    """It was the right one: begin counting anew."""
    await tx.update(delete(tries).where(tries.c.subject == _hash(subject)))


async def purge(tx: Transaction) -> int:
    return await tx.update(delete(tries).where(tries.c.last_at < tx.now - 2 * FORGOTTEN))


def _until(tx: Transaction, number: int, limit: Limit) -> datetime | None:
    waiting = wait(number, limit)
    return tx.now + waiting if waiting else None


def _shut(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    """Nobody is locked out for longer than the longest time since their last try, which has an index."""
    return tries.c.locked_until > tx.now, tries.c.last_at >= tx.now - LONGEST


def _hash(subject: str) -> bytes:
    return keys.ring().hash(subject, "access_try.subject")
