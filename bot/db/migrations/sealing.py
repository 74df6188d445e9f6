"""For migrations: a column of text that is sealed from now on, with the rows that are there.

Every step looks at what there is, so that a migration that was broken off where DDL commits by itself goes on where it
stopped: a second column, its rows a batch at a time, then the old column goes and the second takes its name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from bot.db.keys_store import data_key
from bot.db.schema import Sealed
from bot.errors import SettingsError
from bot.keys import KeyRing, WrappedKey

BATCH = 500
Change = Callable[[KeyRing, Any], Any]


def seal(table: str, name: str, *, nullable: bool) -> None:
    """The column `name` of text becomes Sealed("table.name")."""
    about = f"{table}.{name}"
    _become(table, name, Sealed(about), nullable, lambda ring, text: ring.seal(text, about))


def unseal(table: str, name: str, text: Any, *, nullable: bool) -> None:
    """The way back, to a column of the type `text`."""
    about = f"{table}.{name}"
    _become(table, name, text, nullable, lambda ring, blob: ring.open(bytes(blob), about))


def _become(table: str, name: str, new: Any, nullable: bool, change: Change) -> None:
    bind, second, sealing = op.get_bind(), f"{name}_anew", isinstance(new, Sealed)
    there = {each["name"]: each["type"] for each in sa.inspect(bind).get_columns(table)}
    if second not in there:
        if isinstance(there[name], sa.String) != sealing:
            return
        op.add_column(table, sa.Column(second, new, nullable=True))
    if bind.dialect.name == "sqlite":
        op.execute("PRAGMA secure_delete = ON")  # the words do not stay in what the file has left over
        op.execute(f"DROP TABLE IF EXISTS _alembic_tmp_{table}")  # of a migration that was broken off
    if name in there:
        _fill(bind, table, name, second, sealing, change)
    plain = new.load_dialect_impl(bind.dialect) if isinstance(new, sa.TypeDecorator) else new
    with op.batch_alter_table(table, schema=None) as batch_op:
        if name in there:
            batch_op.drop_column(name)
        batch_op.alter_column(second, new_column_name=name, existing_type=plain, nullable=nullable)


def _fill(bind: sa.Connection, table: str, name: str, second: str, sealing: bool, change: Change) -> None:
    """As the values lie in the database: neither side is opened or sealed by its column's type."""
    kinds: tuple[Any, Any] = (sa.String, sa.LargeBinary) if sealing else (sa.LargeBinary, sa.String)
    rows = sa.table(table, sa.column("id", sa.Integer), sa.column(name, kinds[0]), sa.column(second, kinds[1]))
    left = sa.select(rows.c.id, rows.c[name]).where(rows.c[name].is_not(None), rows.c[second].is_(None))
    left = left.order_by(rows.c.id).limit(BATCH)
    one = sa.update(rows).where(rows.c.id == sa.bindparam("key")).values({second: sa.bindparam("anew")})
    ring: KeyRing | None = None
    last = 0
    # Each batch begins behind the last one: what is done is not read through again for every batch of a large table.
    while found := bind.execute(left.where(rows.c.id > last)).all():
        ring, last = ring or _ring(bind), found[-1].id
        bind.execute(one, [{"key": row.id, "anew": change(ring, row[1])} for row in found])


def _ring(bind: sa.Connection) -> KeyRing:
    secrets: Sequence[str] = context.config.attributes.get("secrets", ())
    if not secrets:
        raise SettingsError("DAOYI_SECRET_KEY: this migration seals what is in the database, and needs the secret")
    rows = bind.execute(sa.select(data_key)).all()
    return KeyRing.from_wrapped(secrets, [
        WrappedKey(row.id, row.purpose, row.generation, row.master, bytes(row.wrapped), row.active_from)
        for row in rows
    ])
