"""A guarded change of one row that is made often: compiled once for each set of columns, on the driver's own cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, bindparam, update

from bot.db.prepared import Prepared
from bot.db.transaction import Transaction


class Change:
    """Of a table with the columns `id` and `state`: only a row in one of the states that are named is changed."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._made: dict[tuple[str, int, tuple[str, ...]], Prepared] = {}

    async def run(self, tx: Transaction, key: int, was: Sequence[str], values: dict[str, Any]) -> bool:
        """False where the row is in none of the states `was` any more."""
        if not tx.writable:
            raise AssertionError("who only reads writes nothing")
        shape = (tx.link.dialect.name, len(was), tuple(values))
        made = self._made.get(shape)
        if made is None:
            made = self._made[shape] = self._prepare(tx, len(was), tuple(values))
        given = {"of": key, **{f"was{n}": each for n, each in enumerate(was)}}
        given |= {f"to_{name}": value for name, value in values.items()}
        (count,) = await tx.link.script([(made, made.args(given))], begin=not tx.link.in_transaction)
        return count == 1

    def _prepare(self, tx: Transaction, states: int, names: Sequence[str]) -> Prepared:
        columns = self._table.c
        was = [bindparam(f"was{n}", type_=columns.state.type) for n in range(states)]
        statement = update(self._table).where(columns.id == bindparam("of", type_=columns.id.type))
        statement = statement.where(columns.state.in_(was))
        return Prepared(
            statement.values({name: bindparam(f"to_{name}", type_=columns[name].type) for name in names}),
            tx.link.dialect,
        )
