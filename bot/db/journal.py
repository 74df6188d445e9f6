"""The journal: what was booked and what failed, kept for at least a year so that staff can look it up.

A row is noted by `tx.note` and written in the packet that ends the transaction: it costs no round trip, in a rush
neither. What failed is noted even where the refusal rolls everything else back. Nothing personal stands in it: a person
is the key of their row, and `about` names a thing by its public id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Index, Row, Select, and_, bindparam, delete, func, insert, or_, select

from bot.db.prepared import Prepared
from bot.db.schema import Moment, code, key, table, whole
from bot.db.transaction import Transaction

journal = table(
    "journal",
    key(),
    Column("at", Moment, nullable=False),
    Column("kind", code(32), nullable=False),  # area.act
    Column("failed", Boolean, nullable=False),
    Column("reason", code(64), nullable=False),  # of what failed, a slug; else ""
    Column("about", code(96), nullable=False),
    Column("person_id", whole()),
    Column("clinic", code(32), nullable=False),  # where it belongs, for who may see that only; "" for nowhere
    Column("doctor", code(32), nullable=False),
    Column("channel", code(16), nullable=False),
    Column("actor", code(64), nullable=False),
    Column("request_id", code(40), nullable=False),
    Index("ix_journal_at", "at"),
    Index("ix_journal_person", "person_id", "id"),
    Index("ix_journal_request", "request_id"),
    Index("ix_journal_kind", "kind", "id"),
    Index("ix_journal_failed", "failed", "id"),
    Index("ix_journal_about", "about", "at"),
)
_KEPT = [column for column in journal.c if column.name != "id"]
_prepared: dict[str, Prepared] = {}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; "", None and empty leave a filter out. ``kind`` may be the beginning of one (``booking.``).
    ``clinics`` and ``doctor`` are who may see only that: None is everything; ``nowhere`` are kinds of lines without a
    clinic that they may see as well."""

    kind: str = ""
    failed: bool | None = None
    request_id: str = ""
    about: str = ""
    persons: Sequence[int] | None = None
    since: datetime | None = None
    until: datetime | None = None
    clinics: Sequence[str] | None = None
    doctor: str = ""
    nowhere: Sequence[str] = ()


def steps(tx: Transaction) -> list[tuple[Prepared, tuple[Any, ...]]]:
    """What was noted, as steps of a script; nothing is noted any more afterwards."""
    rows, tx.notes = tx.notes, []
    return [_step(tx, row) for row in rows]


def failures(tx: Transaction) -> list[tuple[Prepared | str, tuple[Any, ...]]]:
    """The lines of what failed, which outlive the transaction."""
    return [_step(tx, row) for row in tx.notes if row["failed"]]


async def write_notes(tx: Transaction) -> None:
    """Write what was noted, in one round trip."""
    if tx.notes:
        await tx.link.begin_if_needed(True)
        await tx.link.script(list(steps(tx)))


async def find(tx: Transaction, wanted: Wanted, *, limit: int, offset: int = 0) -> Sequence[Row[Any]]:
    """The newest first."""
    found = select(journal).where(*_where(wanted)).order_by(journal.c.at.desc(), journal.c.id.desc())
    return await tx.all(found.limit(limit).offset(offset))


async def count(tx: Transaction, wanted: Wanted, *, most: int) -> int:
    """How many, counted no further than ``most``."""
    some: Select[Any] = select(journal.c.id).where(*_where(wanted)).limit(most)
    return int(await tx.scalar(select(func.count()).select_from(some.subquery())))


async def purge(tx: Transaction, before: datetime, *, limit: int) -> int:
    """Forget up to ``limit`` lines from before that moment; gives how many."""
    old = select(journal.c.id).where(journal.c.at < before).order_by(journal.c.at).limit(limit)
    ids = [row.id for row in await tx.all(old)]
    return await tx.update(delete(journal).where(journal.c.id.in_(ids))) if ids else 0


def _where(wanted: Wanted) -> list[Any]:
    where: list[Any] = []
    for name in ("request_id", "about"):
        if value := getattr(wanted, name):
            where.append(journal.c[name] == value)
    if wanted.kind:
        where.append(journal.c.kind.startswith(wanted.kind, autoescape=True))
    if wanted.failed is not None:
        where.append(journal.c.failed.is_(wanted.failed))
    if wanted.persons is not None:
        where.append(journal.c.person_id.in_(wanted.persons))
    if wanted.since:
        where.append(journal.c.at >= wanted.since)
    if wanted.until:
        where.append(journal.c.at < wanted.until)
    if wanted.clinics is not None:
        mine: list[Any] = [journal.c.clinic.in_(wanted.clinics)]
        if wanted.doctor:
            mine.append(journal.c.doctor == wanted.doctor)
        if wanted.nowhere:
            mine.append(and_(journal.c.clinic == "", journal.c.kind.in_(wanted.nowhere)))
        where.append(or_(*mine))
    return where


def _step(tx: Transaction, row: Mapping[str, Any]) -> tuple[Prepared, tuple[Any, ...]]:
    dialect = tx.link.dialect
    prepared = _prepared.get(dialect.name)
    if prepared is None:
        values = {column.name: bindparam(column.name, type_=column.type) for column in _KEPT}
        prepared = _prepared[dialect.name] = Prepared(insert(journal).values(values), dialect)
    return prepared, prepared.args(row)
