"""A question that many turns ask: compiled once, asked on the driver's own cursor, read by the types of its columns.

What SQLAlchemy costs a statement (building it, its async layer, its rows) is more than what the database does for it.
Everywhere else that is fine; where hundreds ask the same in a second it is most of a turn.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Column, Dialect, Integer, Select, bindparam

from bot.db.link import Result, Step
from bot.db.prepared import Prepared
from bot.db.schema import Sealed
from bot.db.transaction import Transaction

Convert = Callable[[Any], Any]


class Lookup:
    """`make` gives the SELECT, with bindparams that know their types for what `rows` and `first` are given."""

    def __init__(self, make: Callable[[], Select[Any]]) -> None:
        self._make = make
        self._made: dict[str, _Compiled] = {}

    async def rows(self, tx: Transaction, **values: Any) -> Sequence[Any]:
        """Named rows, as SQLAlchemy's are."""
        return (await self.behind(tx, [], **values))[1]

    async def behind(self, tx: Transaction, before: list[Step], /, **values: Any) -> tuple[list[Result], list[Any]]:
        """Asked behind other statements, in one packet with them: what these gave, and the named rows."""
        made = self.compiled(tx.link.dialect)
        *given, found = await _script(tx, [*before, (made.prepared, made.prepared.args(values))])
        assert isinstance(found, list)
        return given, made.read(found)

    async def first(self, tx: Transaction, **values: Any) -> Any | None:
        """The first row, or None."""
        rows = await self.rows(tx, **values)
        return rows[0] if rows else None

    def about(self, **values: Any) -> Question:
        """What `rows` would ask, to be asked ahead together with others."""
        return Question(self, tuple(values.items()))

    def compiled(self, dialect: Dialect) -> _Compiled:
        made = self._made.get(dialect.name)
        if made is None:
            made = self._made[dialect.name] = _Compiled(self._make(), dialect)
        return made


@dataclass(frozen=True, slots=True)
class Question:
    """A Lookup and what it is asked about."""

    lookup: Lookup
    values: tuple[tuple[str, Any], ...]

    async def rows(self, tx: Transaction) -> Sequence[Any]:
        """As Lookup.rows; where it was asked `ahead`, what was found then."""
        known = tx.ahead.pop(self, None)
        return known if known is not None else await self.lookup.rows(tx, **dict(self.values))

    async def first(self, tx: Transaction) -> Any | None:
        """The first row, or None."""
        rows = await self.rows(tx)
        return rows[0] if rows else None


@asynccontextmanager
async def ahead(tx: Transaction, questions: Sequence[Question]) -> AsyncIterator[None]:
    """Within this all of them have been asked, in their order and in one packet: each answer is there for whoever asks
    first, once, and forgotten at the end. For a use case that has to look at several things before it decides; locks
    stand in front, so that all the rest is read under them. What is written within is not seen in the answers.
    """
    made = [each.lookup.compiled(tx.link.dialect) for each in questions]
    steps: list[Step] = [
        (each.prepared, each.prepared.args(dict(question.values)))
        for each, question in zip(made, questions, strict=True)
    ]
    found = await _script(tx, steps)
    tx.ahead = {question: each.read(rows) for question, each, rows in zip(questions, made, found, strict=True)
                if isinstance(rows, list)}
    try:
        yield
    finally:
        tx.ahead = {}


async def _script(tx: Transaction, steps: list[Step]) -> list[Result]:
    return await tx.link.script(steps, begin=tx.writable and not tx.link.in_transaction)


def asked(column: Column[Any], name: str = "") -> BindParameter[Any]:
    """What is given for a column, under its name or another one."""
    return bindparam(name or column.name, type_=column.type)


def most() -> BindParameter[int]:
    """How many rows at most, given as `most`."""
    return bindparam("most", type_=Integer())


class _Compiled:
    def __init__(self, statement: Select[Any], dialect: Dialect) -> None:
        self.prepared = Prepared(statement, dialect)
        columns = list(statement.selected_columns)
        self._row = _named([str(column.key) for column in columns])
        # MySQL's bytes were read by the statement's shape already; only what is sealed is left to be opened.
        self._converts = [
            (place, convert) for place, column in enumerate(columns) if (convert := _convert(column.type, dialect))
        ]

    def read(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        out = []
        for values in found:
            row = list(values)
            for place, convert in self._converts:
                row[place] = convert(row[place])
            out.append(self._row(*row))
        return out


def _convert(kind: Any, dialect: Dialect) -> Convert | None:
    if dialect.name != "sqlite":
        return (lambda value: kind.process_result_value(value, dialect)) if isinstance(kind, Sealed) else None
    made: Convert | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return made


def _named(names: Sequence[str]) -> Callable[..., Any]:
    make: Callable[..., Any] = namedtuple  # its names are known only here
    found = make("Found", names)
    found._mapping = property(lambda row: row._asdict())
    row: Callable[..., Any] = found
    return row
