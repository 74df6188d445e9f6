"""Statements compiled once and run on the driver's own cursor.

SQLAlchemy's async layer costs about half a millisecond of CPU a statement. Fine everywhere, but not for the handful
of statements that every single turn needs; those are compiled at start and sent as scripts (several statements in
one round trip), which is where the time of a turn goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from sqlalchemy import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement


class Prepared:
    """One compiled statement. `sql` is in the driver's own parameter style; `args(values)` gives its tuple."""

    __slots__ = ("_converters", "_fixed", "_names", "sql")

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect))
        self.sql = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        binds = compiled.binds
        self._fixed: dict[str, Any] = {name: bind.value for name, bind in binds.items() if bind.value is not None}
        self._converters: dict[str, Callable[[Any], Any] | None] = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()
        }

    def args(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        out = []
        for name in self._names:
            value = values[name] if name in values else self._fixed.get(name)
            convert = self._converters[name]
            out.append(value if convert is None else convert(value))
        return tuple(out)
