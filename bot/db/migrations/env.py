"""Alembic's way in; `bot.db.migrate` gives it the connection."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from bot.db.schema import Moment, Sealed, metadata


def render_item(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Write the house's own column types by their names into new migrations."""
    if kind == "type":
        if isinstance(item, Moment):
            autogen.imports.add("from bot.db.schema import Moment")
            return "Moment()"
        if isinstance(item, Sealed):
            autogen.imports.add("from bot.db.schema import Sealed")
            return f"Sealed({item.about!r})"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=render_item,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
