"""Statements compiled once and run on the driver's own cursor.

SQLAlchemy's async layer costs about half a millisecond of CPU a statement. Fine everywhere, but not for the handful
of statements that every single turn needs; those are compiled at start and sent as scripts (several statements in
one round trip), which is where the time of a turn goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any, cast

from sqlalchemy import Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from bot.db import wire

_ROW = re.compile(r"\b(VALUES|IN) (\([^()]*\))")
"""What an INSERT or a list is repeated by: with one row, or one value, in brackets."""


class Prepared:
    """One compiled statement. `sql` is in the driver's own parameter style; `args(values)` gives its tuple, on MySQL as
    literals that `sql % args` takes; `shape` says how each column of a row is read from MySQL's text protocol."""

    __slots__ = ("_many", "_parameters", "shape", "sql")

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect))
        self.sql = str(compiled)
        binds = compiled.binds
        fixed = {name: bind.value for name, bind in binds.items() if bind.value is not None}
        self._parameters: tuple[tuple[str, Any, Callable[[Any], Any] | None], ...] = tuple(
            (name, fixed.get(name), _writer(binds[name].type, dialect)) for name in compiled.positiontup or ()
        )
        self._many: dict[int, Prepared] = {}
        self.shape: tuple[Callable[[bytes], Any] | None, ...] = ()
        if isinstance(statement, Select) and dialect.name != "sqlite":
            self.shape = tuple(_reader(column.type, dialect) for column in statement.selected_columns)

    def args(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        get = values.get
        return tuple([
            get(name, fixed) if convert is None else convert(get(name, fixed))
            for name, fixed, convert in self._parameters
        ])

    def times(self, count: int) -> Prepared:
        """The same for `count` at once: so many rows behind VALUES, so many values behind IN. The arguments are those
        of each, one after the other."""
        made = self._many.get(count)
        if made is None:
            made = self._many[count] = copy(self)
            made.sql = _ROW.sub(lambda row: f"{row[1]} {_repeated(row[1], row[2], count)}", self.sql, count=1)
        return made


def _repeated(word: str, row: str, count: int) -> str:
    return ",".join([row] * count) if word == "VALUES" else f"({','.join([row[1:-1]] * count)})"


def _python(kind: TypeEngine[Any], dialect: Dialect) -> type:
    own = kind.dialect_impl(dialect)
    return (own.impl_instance if isinstance(own, TypeDecorator) else own).python_type


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """From a value to what the dialect's link puts into the statement."""
    if dialect.name == "sqlite":
        return kind.dialect_impl(dialect).bind_processor(dialect)
    write = wire.LITERALS[_python(kind, dialect)]
    # What a plain type's processor does is for the driver's cursor; only the house's own types say more.
    if not isinstance(kind, TypeDecorator) or type(kind).process_bind_param is TypeDecorator.process_bind_param:
        return write
    bind = kind.process_bind_param
    return lambda value: write(bind(value, dialect))


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[bytes], Any] | None:
    """From the bytes of MySQL's text protocol; a sealed value stays sealed."""
    python = _python(kind, dialect)
    if python is bytes:
        return None
    try:
        return wire.READERS[python]
    except KeyError:
        raise TypeError(f"a prepared statement cannot read {kind!r}") from None
