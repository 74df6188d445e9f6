"""After a rotation: seal what is stored with the current data key, a batch at a time, beside the running business."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Column, LargeBinary, Table, and_, literal, or_, select, type_coerce, update
from sqlalchemy.sql.elements import ColumnElement

from bot import keys, logs
from bot.db.engine import Database
from bot.db.schema import Sealed, metadata
from bot.db.transaction import Transaction
from bot.errors import KeysError

log = logs.get(__name__)

BATCH = 200


@dataclass(slots=True)
class Resealed:
    """What became of one column. ``broken`` values could not be opened and were left as they are."""

    column: str
    seen: int = 0
    changed: int = 0
    broken: int = 0


def sealed_columns(tables: list[Table] | None = None) -> list[Column[Any]]:
    """Every ``Sealed`` column of the tables (all that are imported by default), in a fixed order."""
    chosen = sorted(metadata.tables.values(), key=lambda one: one.name) if tables is None else tables
    return [column for one in chosen for column in one.columns if isinstance(column.type, Sealed)]


async def reencrypt(
    database: Database, tables: list[Table] | None = None, tell: Callable[[Resealed], None] | None = None
) -> list[Resealed]:
    """Seal every value that an older key sealed with the current one; can be broken off and started again.

    :param tell: called after each column, for whoever waits at the terminal
    """
    done: list[Resealed] = []
    for column in sealed_columns(tables):
        result = await _column(database, column)
        log.info("column_resealed", column=result.column, changed=result.changed, broken=result.broken)
        done.append(result)
        if tell:
            tell(result)
    return done


async def _column(database: Database, column: Column[Any]) -> Resealed:
    result = Resealed(f"{column.table.name}.{column.name}")
    last: tuple[Any, ...] | None = None
    stale: list[Any] = []

    async def seal(tx: Transaction) -> tuple[int, int]:
        return await _seal(tx, column, stale)

    while True:
        async with database.reading() as tx:
            rows = await tx.all(_batch(column, last))
        if not rows:
            return result
        result.seen += len(rows)
        stale = [row for row in rows if not keys.ring().is_current(row[-1])]
        if stale:
            # Counted apart: a deadlock runs the batch again from its start.
            changed, broken = await database.run(seal)
            result.changed += changed
            result.broken += broken
        last = tuple(rows[-1][:-1])


def _batch(column: Column[Any], last: tuple[Any, ...] | None) -> Any:
    identity = list(column.table.primary_key.columns)
    query = select(*identity, _raw(column)).where(column.is_not(None)).order_by(*identity).limit(BATCH)
    return query if last is None else query.where(_after(identity, last))


def _after(identity: list[Column[Any]], last: tuple[Any, ...]) -> ColumnElement[bool]:
    """(a, b) > (x, y), written so that every database uses the primary key for it."""
    cases = []
    for place, column in enumerate(identity):
        same = [one == value for one, value in zip(identity[:place], last[:place], strict=True)]
        cases.append(and_(*same, column > last[place]))
    return or_(*cases)


async def _seal(tx: Transaction, column: Column[Any], rows: list[Any]) -> tuple[int, int]:
    changed = broken = 0
    about = cast(Sealed, column.type).about
    for row in rows:
        try:
            text = keys.ring().open(bytes(row[-1]), about)
        except KeysError:
            broken += 1
            log.error("value_not_opened", table=column.table.name, column=column.name, about=about)
            continue
        same = [one == value for one, value in zip(column.table.primary_key.columns, row[:-1], strict=True)]
        # The old value in the WHERE: what the business wrote meanwhile is newer and is left alone.
        same.append(_raw(column) == literal(row[-1], LargeBinary))
        changed += await tx.update(update(column.table).where(*same).values({column: text}))
    return changed, broken


def _raw(column: Column[Any]) -> ColumnElement[bytes]:
    return type_coerce(column, LargeBinary)
