"""Where DDL commits by itself (MariaDB, MySQL, TiDB), a migration that was broken off begins again from its first
statement. Each one looks whether its work was done before, and is left out where it was.

What a later statement of the same migration takes away again cannot be seen so: such a migration looks for itself what
there is, as migrations/sealing.py does. So does one that writes rows (`INSERT … WHERE NOT EXISTS`).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.ddl.base import AddColumn, DropColumn
from alembic.ddl.mysql import MariaDBImpl, MySQLChangeColumn, MySQLImpl
from sqlalchemy.sql import ddl

from bot import logs

log = logs.get(__name__)


def done_before(connection: sa.Connection, step: Any) -> bool:
    """Whether the database is already as this statement would leave it. Statements that may run twice are not asked."""
    seen = sa.inspect(connection)
    match step:
        case ddl.CreateTable():
            return seen.has_table(step.element.name)
        case ddl.DropTable():
            return not seen.has_table(step.element.name)
        case ddl.CreateIndex() | ddl.AddConstraint():
            return _has_key(seen, step.element)
        case ddl.DropIndex() | ddl.DropConstraint():
            return not _has_key(seen, step.element)
        case AddColumn():
            return step.column.name in _columns(seen, step.table_name)
        case DropColumn():
            return step.column.name not in _columns(seen, step.table_name)
        case MySQLChangeColumn() if step.newname != step.column_name:
            there = _columns(seen, step.table_name)
            return step.newname in there and step.column_name not in there
    return False


def _columns(seen: sa.Inspector, table: str) -> set[str]:
    return {each["name"] for each in seen.get_columns(table)}


def _has_key(seen: sa.Inspector, key: Any) -> bool:
    """Whether an index or constraint of this name is there."""
    table = key.table.name
    there = [*seen.get_indexes(table), *seen.get_unique_constraints(table), *seen.get_foreign_keys(table)]
    return any(each["name"] == key.name for each in there)


class _GoingOn(MySQLImpl):
    def _exec(self, construct: Any, *arguments: Any, **options: Any) -> Any:
        if self.connection is not None and done_before(self.connection, construct):
            log.info("migration_step_done_before", step=type(construct).__name__)
            return None
        return super()._exec(construct, *arguments, **options)


# Alembic takes the implementation of a dialect that was declared last.


class GoingOnMySQL(_GoingOn):
    __dialect__ = "mysql"


class GoingOnMariaDB(_GoingOn, MariaDBImpl):
    __dialect__ = "mariadb"
