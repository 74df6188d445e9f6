"""Alembic's way in; `bot.db.migrate` gives it the connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from alembic import context

from bot.db.migrations import going_on
from bot.db.schema import Code, Hashed, LongText, Moment, Sealed, Whole, metadata

HOUSE: dict[type, Callable[[Any], str]] = {
    Moment: lambda item: "",
    Sealed: lambda item: repr(item.about),
    Code: lambda item: repr(item.length),
    Hashed: lambda item: "",
    LongText: lambda item: "",
    Whole: lambda item: "",
}


def render_item(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Write the house's own column types by their names into new migrations."""
    if kind != "type" or type(item) not in HOUSE:
        return False
    autogen.imports.add(f"from bot.db.schema import {type(item).__name__}")
    return f"{type(item).__name__}({HOUSE[type(item)](item)})"


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """Only the tables that were asked for, where some were (`daoyi migrate --new … --tables …`)."""
    wanted = context.config.attributes.get("tables")
    return kind != "table" or not wanted or any(name == each or str(name).startswith(f"{each}_") for each in wanted)


def include_object(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    return include_name(name, kind, None)


assert going_on.GoingOnMySQL.__dialect__  # which Alembic uses from here on
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=render_item,
    render_as_batch=True,
    compare_type=True,
    include_name=include_name,
    include_object=include_object,
)
with context.begin_transaction():
    context.run_migrations()
