"""Databases for tests: empty ones, and ones with today's schema that are made once and then only copied or wiped."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import shutil
import sqlite3
from pathlib import Path

import flows
import integrations
from bot.db.engine import Database
from bot.db.migrate import newest, upgrade
from bot.db.schema import metadata
from tests.support.mariadb import MariaDB


def sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def build_schema(url: str) -> None:
    """Give an empty database today's schema. The one place that knows how."""
    asyncio.run(upgrade(url) if newest() else create_all(url))


async def create_all(url: str) -> None:
    """The tables as the stores declare them, without migrations."""
    for package in (flows, integrations):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if module.name.rpartition(".")[2] == "store":
                importlib.import_module(module.name)
    database = Database(url)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
    finally:
        await database.close()


class SqliteTemplate:
    """One file with the schema; each test gets a copy."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "template.sqlite"
        build_schema(sqlite_url(self._file))
        with sqlite3.connect(self._file) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def fresh(self, path: Path) -> str:
        """URL of a new database in the file `path`."""
        shutil.copyfile(self._file, path)
        return sqlite_url(path)


class MariaTemplate:
    """One database with the schema that tests use in turn, and beside it a copy of the rows it was born with.

    Emptying the tables that a test has filled takes milliseconds; making dozens of tables takes a part of a second.
    """

    NAME = "daoyi_test"
    BORN = "daoyi_test_born"

    def __init__(self, server: MariaDB) -> None:
        self._server = server
        server.create(self.NAME)
        build_schema(server.url(self.NAME))
        server.create(self.BORN)
        self._tables = self._query("SELECT table_name FROM information_schema.tables WHERE table_schema = database()")
        self._filled = self._with_rows()
        for name in self._filled:
            self._query(f"CREATE TABLE `{self.BORN}`.`{name}` AS SELECT * FROM `{self.NAME}`.`{name}`")

    def fresh(self) -> str:
        """URL of the database, as it was born: whoever still holds a connection to it is thrown out."""
        self._server.disconnect(self.NAME)
        touched = {*self._with_rows(), *self._filled, *self._counted()}
        emptied = [f"TRUNCATE `{name}`" for name in sorted(touched)]
        filled = [f"INSERT INTO `{name}` SELECT * FROM `{self.BORN}`.`{name}`" for name in self._filled]
        self._server.script(["SET foreign_key_checks = 0", *emptied, *filled], self.NAME)
        return self._server.url(self.NAME)

    def _with_rows(self) -> list[str]:
        if not self._tables:
            return []
        return self._query(" UNION ALL ".join(f"(SELECT '{name}' FROM `{name}` LIMIT 1)" for name in self._tables))

    def _counted(self) -> list[str]:
        """Tables whose rows are gone again, but whose keys would go on where they had stopped."""
        return self._query(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s AND auto_increment > 1", self.NAME
        )

    def _query(self, sql: str, *parameters: str) -> list[str]:
        return [row[0] for row in self._server.query(sql, *parameters, database=self.NAME)]
