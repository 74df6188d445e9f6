"""The tables of the trail. Nothing here changes or removes a row; the head moves on by one with each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, LargeBinary, Row, func, select, type_coerce, update

from bot.access.audit.chain import ZERO, Entry, anchor, link, seal
from bot.access.origin import address
from bot.db.schema import Moment, Sealed, code, hashed, table, whole
from bot.db.transaction import Transaction

entries = table(
    "audit_entry",
    Column("number", whole(), primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", code(64), nullable=False),
    Column("act", code(48), nullable=False),
    Column("about", code(96), nullable=False),
    Column("address", code(45), nullable=False),
    Column("request_id", code(40), nullable=False),
    Column("facts", Sealed("audit_entry.facts"), nullable=False),
    Column("hash", hashed(), nullable=False),
    Index("ix_audit_entry_at", "at"),
    Index("ix_audit_entry_actor", "actor", "number"),
    Index("ix_audit_entry_act", "act", "number"),
    Index("ix_audit_entry_about", "about", "number"),
)
head = table(
    "audit_head",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", whole(), nullable=False),
    Column("hash", hashed(), nullable=False),
    Column("seal", hashed(), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; "" and None leave a filter out. ``act`` may be the beginning of one (``staff.``), and
    ``actor`` a whole kind of them (``job:``)."""

    actor: str = ""
    act: str = ""
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None


def write(tx: Transaction, actor: str, act: str, about: str, facts: Mapping[str, Any] | None = None) -> None:
    """Write down that ``actor`` did ``act`` to ``about``; it stands in the trail if and when the transaction commits.

    ``facts`` hold what is needed to understand it later, as JSON values, without a password, a code or a full number.
    """
    entry = Entry(0, tx.now, actor[:64], act[:48], about[:96], address(), tx.request_id[:40], dict(facts or {}))
    json.dumps(entry.facts)  # what is no JSON must fail where it was written, not at the commit
    _Pending.of(tx).entries.append(entry)


class _Pending:
    """The entries of a transaction until its end."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    @classmethod
    def of(cls, tx: Transaction) -> _Pending:
        found = tx.last.get("audit")
        if isinstance(found, cls):
            return found
        made = tx.last["audit"] = cls()
        return made

    async def __call__(self, tx: Transaction) -> None:
        row = await _locked_head(tx)
        number, digest = row.number, bytes(row.hash)
        for pending in self.entries:
            number += 1
            entry = replace(pending, number=number)
            digest = link(digest, entry)
            await tx.insert(entries, **_values(entry), hash=digest)
        # Guarded, though the row is locked: a database that does not lock would fork the chain silently.
        moved = await tx.update(
            update(head).where(head.c.id == 1, head.c.number == row.number)
            .values(number=number, hash=digest, seal=seal(number, digest))
        )
        assert moved == 1, "the head of the audit trail moved under its lock"


async def _locked_head(tx: Transaction) -> Row[Any]:
    newest = select(head).where(head.c.id == 1).with_for_update()
    found = await tx.one(newest)
    if found is None:
        await tx.insert_once(head, id=1, number=0, hash=ZERO, seal=seal(0, ZERO))
        found = await tx.one(newest)
        assert found is not None
    return found


async def head_of(tx: Transaction) -> Row[Any] | None:
    return await tx.one(select(head).where(head.c.id == 1))


async def anchor_of(tx: Transaction) -> str:
    """The anchor of the newest row; "" where nothing was written yet."""
    found = await head_of(tx)
    return anchor(found.number, bytes(found.hash)) if found else ""


async def after(tx: Transaction, number: int, limit: int) -> Sequence[Row[Any]]:
    """Whole rows in their order, for verifying."""
    return await tx.all(select(*_raw()).where(entries.c.number > number).order_by(entries.c.number).limit(limit))


async def find(tx: Transaction, wanted: Wanted, *, limit: int, offset: int = 0) -> list[Entry]:
    """The newest first."""
    found = select(entries).where(*_where(wanted)).order_by(entries.c.number.desc()).limit(limit).offset(offset)
    return [entry_of(row) for row in await tx.all(found)]


async def heads(tx: Transaction, wanted: Wanted, *, before: int = 0, limit: int) -> Sequence[Row[Any]]:
    """(number, actor, about), the newest first; those before a number, where one is given."""
    where = [*_where(wanted), *([entries.c.number < before] if before else [])]
    found = select(entries.c.number, entries.c.actor, entries.c.about).where(*where)
    return await tx.all(found.order_by(entries.c.number.desc()).limit(limit))


async def these(tx: Transaction, numbers: Sequence[int]) -> list[Entry]:
    """The newest first."""
    found = select(entries).where(entries.c.number.in_(numbers)).order_by(entries.c.number.desc())
    return [entry_of(row) for row in await tx.all(found)]


async def count(tx: Transaction, wanted: Wanted) -> int:
    return int(await tx.scalar(select(func.count()).select_from(entries).where(*_where(wanted))))


async def one(tx: Transaction, number: int) -> Entry | None:
    row = await tx.one(select(entries).where(entries.c.number == number))
    return entry_of(row) if row else None


def _where(wanted: Wanted) -> list[Any]:
    where: list[Any] = []
    if wanted.about:
        where.append(entries.c.about == wanted.about)
    if wanted.actor:
        kind = wanted.actor.endswith(":")
        where.append(entries.c.actor.startswith(wanted.actor, autoescape=True) if kind else
                     entries.c.actor == wanted.actor)
    if wanted.act:
        where.append(entries.c.act.startswith(wanted.act, autoescape=True))
    if wanted.since:
        where.append(entries.c.at >= wanted.since)
    if wanted.until:
        where.append(entries.c.at < wanted.until)
    return where


def _raw() -> tuple[Any, ...]:
    """Without opening the facts: one that cannot be opened must be reported, not end the proof."""
    plain = [column for column in entries.c if column.name != "facts"]
    return (*plain, type_coerce(entries.c.facts, LargeBinary).label("sealed"))


def entry_of(row: Row[Any], facts: str | None = None) -> Entry:
    opened = json.loads(row.facts if facts is None else facts)
    return Entry(row.number, row.at, row.actor, row.act, row.about, row.address, row.request_id, opened)


def _values(entry: Entry) -> dict[str, Any]:
    facts = json.dumps(dict(entry.facts), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    names = ("number", "at", "actor", "act", "about", "address", "request_id")
    return {name: getattr(entry, name) for name in names} | {"facts": facts}
