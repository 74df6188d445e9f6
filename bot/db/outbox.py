"""The outbox: what must be done after a commit, as rows that no crash can lose.

A row is `ready`, then `taken` by one worker under a lease, then `done`, `dropped` (useless by now) or `dead` (staff
must look). The table is the truth; Redis only wakes the workers. Claiming is a guarded UPDATE, so any number of
workers may try; rows of one lane are given out strictly one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    Select,
    SmallInteger,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    literal,
    null,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.mysql import insert as mysql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot import clock, keys, logs
from bot.db.link import Step
from bot.db.lookup import Lookup, asked, most
from bot.db.prepared import Prepared
from bot.db.schema import Moment, Sealed, code, key, table
from bot.db.transaction import Transaction
from bot.errors import KeysError

log = logs.get(__name__)

UNREADABLE_WAIT, UNREADABLE_TRIES = timedelta(minutes=1), 15
READY, TAKEN, DONE, DROPPED, DEAD = "ready", "taken", "done", "dropped", "dead"

outbox = table(
    "outbox",
    key(),
    Column("topic", code(64), nullable=False),
    Column("key", code(160), unique=True),
    Column("lane", code(80)),
    Column("payload", Sealed("outbox.payload"), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("state", code(8), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("useless_after", Moment),
    Column("attempts", Integer, nullable=False),
    Column("owner", code(40)),
    Column("leased_until", Moment),
    Column("error", code(500)),
    Column("request_id", code(40), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index("ix_outbox_state_due", "state", "priority", "due_at"),
    Index("ix_outbox_lane_state", "lane", "state"),
    Index("ix_outbox_finished", "state", "finished_at"),
)

_COLUMNS = ("topic", "key", "lane", "payload", "priority", "due_at", "useless_after", "request_id", "created_at")
_prepared: dict[str, Prepared] = {}


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One claimed row. `payload` is its JSON text; `attempts` counts this try as well."""

    id: int
    topic: str
    key: str | None
    lane: str | None
    payload: str
    priority: int
    attempts: int
    due_at: datetime
    useless_after: datetime | None
    request_id: str
    owner: str


def insert_step(tx: Transaction, row: dict[str, Any]) -> tuple[Prepared, tuple[Any, ...]]:
    """The insert of one row as a step of a script; a row whose key is there already changes nothing."""
    dialect = tx.link.dialect
    prepared = _prepared.get(dialect.name)
    if prepared is None:
        values = {name: bindparam(name, type_=outbox.c[name].type) for name in _COLUMNS}
        values |= {"state": literal(READY, outbox.c.state.type), "attempts": literal(0)}
        statement: Any
        if dialect.name == "sqlite":
            statement = sqlite_insert(outbox).values(values).on_conflict_do_nothing()
        else:
            # A no-op update, not INSERT IGNORE: IGNORE would also swallow a value that is too long.
            statement = mysql_insert(outbox).values(values).on_duplicate_key_update(id=outbox.c.id)
        prepared = _prepared[dialect.name] = Prepared(statement, dialect)
    return prepared, prepared.args(row)


async def write_rows(tx: Transaction) -> None:
    """Write the rows that `tx.put` gathered, in their order, in one round trip."""
    if tx.outbox:
        rows, tx.outbox = tx.outbox, []
        await tx.link.begin_if_needed(True)
        await tx.link.script([insert_step(tx, row) for row in rows])


async def claim(tx: Transaction, owner: str, *, limit: int, lease_s: float) -> list[OutboxRow]:
    """Take up to `limit` due rows for `owner` until the lease ends, the most urgent first.

    A row whose earlier neighbour in the lane is unfinished stays. Rows whose lease ran out are taken by
    `reclaim`, not here, so that a database that was away for a while does not make everything happen twice.
    """
    now = clock.now()
    ids = [row.id for row in await _next.rows(tx, now=now, most=limit)]
    if not ids:
        return []
    until = now + timedelta(seconds=lease_s)
    takes = [_step(tx, "take", of=each, to_owner=owner, to_leased_until=until) for each in ids]
    _, taken = await _mine.behind(tx, takes, owner=owner, first=min(ids), last=max(ids))
    rows = []
    for found in taken:
        if found.id not in ids:
            continue  # ours since an earlier claim
        row = OutboxRow(**{**found._mapping, "payload": ""})
        try:
            rows.append(replace(row, payload=keys.ring().open(bytes(found.payload), "outbox.payload")))
        except KeysError:
            # Its key is not here (yet): one such row must not keep every other from being carried out.
            log.error("outbox_row_unreadable", topic=row.topic, attempt=row.attempts)
            if row.attempts >= UNREADABLE_TRIES:
                await finish(tx, row, DEAD, "unreadable")
            else:
                await postpone(tx, row, now + UNREADABLE_WAIT, "unreadable")
    return _first_of_each_lane(rows)


def _next_due() -> Select[Any]:
    earlier = outbox.alias("earlier")
    unfinished = or_(earlier.c.state == READY, earlier.c.state == TAKEN)
    blocked = exists().where(and_(earlier.c.lane == outbox.c.lane, unfinished, earlier.c.id < outbox.c.id))
    due = (outbox.c.state == READY, outbox.c.due_at <= asked(outbox.c.due_at, "now"))
    found = select(outbox.c.id).where(*due, or_(outbox.c.lane.is_(None), ~blocked))
    return found.order_by(outbox.c.priority, outbox.c.due_at, outbox.c.id).limit(most())


def _taken() -> Select[Any]:
    fields: list[Any] = [outbox.c[name] for name in OutboxRow.__dataclass_fields__ if name != "payload"]
    fields.append(type_coerce(outbox.c.payload, LargeBinary).label("payload"))
    mine = (outbox.c.state == TAKEN, outbox.c.owner == asked(outbox.c.owner))
    between = outbox.c.id.between(asked(outbox.c.id, "first"), asked(outbox.c.id, "last"))
    return select(*fields).where(*mine, between).order_by(outbox.c.priority, outbox.c.id)


def _held() -> Update:
    """A row that this worker holds."""
    mine = (outbox.c.id == asked(outbox.c.id, "of"), outbox.c.owner == asked(outbox.c.owner, "holder"))
    return update(outbox).where(*mine, outbox.c.state == TAKEN)


def _to(*names: str) -> dict[str, Any]:
    return {name: asked(outbox.c[name], f"to_{name}") for name in names}


_next, _mine = Lookup(_next_due), Lookup(_taken)
_changes: dict[str, Callable[[], Update]] = {
    "take": lambda: update(outbox).where(outbox.c.id == asked(outbox.c.id, "of"), outbox.c.state == READY).values(
        state=TAKEN, attempts=outbox.c.attempts + 1, **_to("owner", "leased_until")
    ),
    "close": lambda: _held().values(leased_until=null(), **_to("state", "error", "finished_at")),
    "give back": lambda: _held().values(state=READY, owner=null(), leased_until=null(), **_to("due_at", "error")),
}


def _step(tx: Transaction, what: str, **values: Any) -> Step:
    name = f"{tx.link.dialect.name} {what}"
    prepared = _prepared.get(name)
    if prepared is None:
        prepared = _prepared[name] = Prepared(_changes[what](), tx.link.dialect)
    return prepared, prepared.args(values)


async def _changed(tx: Transaction, step: Step) -> bool:
    """False: it is not ours any more."""
    (count,) = await tx.link.script([step], begin=not tx.link.in_transaction)
    return count == 1


def _first_of_each_lane(rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """Guard of the lane rule: the claim's condition already leaves one row a lane."""
    first: dict[str, int] = {}
    return [row for row in rows if row.lane is None or first.setdefault(row.lane, row.id) == row.id]


async def reclaim(tx: Transaction) -> int:
    """Give back the rows of workers that died: their lease ran out. Gives how many."""
    now = clock.now()
    return await tx.update(
        update(outbox)
        .where(outbox.c.state == TAKEN, outbox.c.leased_until < now)
        .values(state=READY, owner=None, leased_until=None)
    )


async def finish(tx: Transaction, row: OutboxRow, state: str = DONE, error: str | None = None) -> bool:
    """Close a row that this worker holds; False when it is not ours any more."""
    ended = {"to_state": state, "to_error": error and error[:500], "to_finished_at": clock.now()}
    return await _changed(tx, _step(tx, "close", of=row.id, holder=row.owner, **ended))


async def postpone(tx: Transaction, row: OutboxRow, due: datetime, error: str | None = None) -> bool:
    """Give a row back to be tried again at `due`."""
    again = {"to_due_at": due, "to_error": error and error[:500]}
    return await _changed(tx, _step(tx, "give back", of=row.id, holder=row.owner, **again))


async def renew(tx: Transaction, owner: str, ids: Sequence[int], *, lease_s: float) -> int:
    """Go on holding rows that `owner` still works at; gives how many were its own."""
    mine = update(outbox).where(outbox.c.id.in_(ids), outbox.c.state == TAKEN, outbox.c.owner == owner)
    return await tx.update(mine.values(leased_until=clock.now() + timedelta(seconds=lease_s)))


async def anything_due(tx: Transaction) -> bool:
    """Whether a claim could find something: a read that locks nothing, for idle workers."""
    return await _due.first(tx, now=clock.now()) is not None


_due = Lookup(lambda: select(outbox.c.id).where(
    outbox.c.state == READY, outbox.c.due_at <= asked(outbox.c.due_at, "now")
).limit(1))


async def purge(tx: Transaction, before: datetime, *, limit: int) -> int:
    """Delete up to `limit` rows that were finished before that moment; dead ones stay until staff have seen to them, or
    they were of no use any more."""
    over = or_(outbox.c.state.in_((DONE, DROPPED)), and_(outbox.c.state == DEAD, outbox.c.useless_after < before))
    old = select(outbox.c.id).where(over, outbox.c.finished_at < before).limit(limit)
    ids = [row.id for row in await tx.all(old)]
    return await tx.update(delete(outbox).where(outbox.c.id.in_(ids))) if ids else 0
