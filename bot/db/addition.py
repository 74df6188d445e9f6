"""A row that is added often: compiled once for each set of columns, on the driver's own cursor."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, bindparam, insert

from bot.db.faults import is_duplicate
from bot.db.prepared import Prepared
from bot.db.transaction import Transaction


class Addition:
    """To a table with a unique key."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._made: dict[tuple[str, tuple[str, ...]], Prepared] = {}

    async def once(self, tx: Transaction, **values: Any) -> bool:
        """As Transaction.insert_once: True when this call made the row."""
        if not tx.writable:
            raise AssertionError("who only reads writes nothing")
        shape = tx.link.dialect.name, tuple(values)
        made = self._made.get(shape)
        if made is None:
            columns = self._table.c
            named = {name: bindparam(name, type_=columns[name].type) for name in values}
            made = self._made[shape] = Prepared(insert(self._table).values(named), tx.link.dialect)
        try:
            # A failed statement leaves the transaction whole on every database we run on.
            await tx.link.script([(made, made.args(values))], begin=not tx.link.in_transaction)
        except Exception as error:
            if is_duplicate(error):
                return False
            raise
        return True
