"""The schema: which version the database has, which one this program needs, and how it gets there (Alembic)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, create_engine, func, make_url, select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.db import sqlite_file
from bot.db.engine import Database
from bot.db.faults import not_reached
from bot.db.schema import metadata
from bot.errors import SettingsError

T = TypeVar("T")
FOLDER = Path(__file__).parent / "migrations"


def configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision that this program needs."""
    return ScriptDirectory.from_config(configuration()).get_current_head() or ""


async def revision(url: str) -> str:
    """The revision that the database has; "" for an empty one."""
    return await _with_connection(url, lambda each: MigrationContext.configure(each).get_current_revision() or "")


async def upgrade(url: str, secrets: Sequence[str] = ()) -> None:
    """Bring the database to the newest revision; several that try at once do it one after the other.

    :param secrets: ``settings.secret_keys``, for what is sealed on the way (migrations/sealing.py)
    :raises SettingsError: there is something to seal, and the secrets do not open the keys
    """

    def run(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            # Its driver begins a transaction before the first row only, and DDL before that would stay.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        # Where DDL commits by itself (migrations/going_on.py), two at once would get in each other's way.
        if connection.dialect.name != "sqlite":
            if connection.scalar(select(func.get_lock("daoyi_migrate", 120))) != 1:
                raise SettingsError("DAOYI_DATABASE: another migration has been running for two minutes; wait for it")
        config = configuration(connection)
        config.attributes["secrets"] = tuple(secrets)
        command.upgrade(config, "head")
        if connection.dialect.name != "sqlite":
            connection.execute(select(func.release_lock("daoyi_migrate")))

    await _with_connection(url, run)


async def require_current(database: Database) -> None:
    """:raises SettingsError: the schema is older or newer than this program; it says what to run."""
    have, need = await revision(str(database.url.render_as_string(hide_password=False))), newest()
    if have != need:
        raise SettingsError(
            f"DAOYI_DATABASE: its schema is {have or 'empty'}, this program needs {need}; run: daoyi migrate"
        )


async def _with_connection(url: str, work: Callable[[Connection], T]) -> T:
    arguments = {"async_creator_fn": sqlite_file.connect} if make_url(url).get_backend_name() == "sqlite" else {}
    engine = create_async_engine(url, poolclass=NullPool, connect_args=arguments)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    except Exception as error:
        if problem := not_reached(error, engine.url):
            raise problem from None
        raise
    finally:
        await engine.dispose()


def write_next(title: str, tables: Sequence[str] = ()) -> str:
    """Write the migration from the newest revision to today's tables (only those with these names or prefixes, where
    some are given); gives its path. Read it before you keep it."""
    script = ScriptDirectory.from_config(configuration())
    number = f"{len(list(script.walk_revisions())) + 1:04d}"
    with create_engine("sqlite://").begin() as connection:
        config = configuration(connection)
        command.upgrade(config, "head")
        config.attributes["tables"] = tables
        made = command.revision(config, title, autogenerate=True, rev_id=number)
    return str(made.path) if isinstance(made, Script) else ""


def differences(connection: Connection) -> list[Any]:
    """What today's tables have and the connected database has not, or the other way round; [] when they agree."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    found: list[Any] = compare_metadata(context, metadata)
    return found
