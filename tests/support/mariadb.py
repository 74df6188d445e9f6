"""A private MariaDB server for tests (bot/bench/private_mariadb.py), and plain connections to look at it."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pymysql
from pymysql.constants import CLIENT

from bot.bench.private_mariadb import PrivateMariaDB
from tests.support import memory
from tests.support.programs import find

PACKAGE = "mariadb-server"


class MariaDB(PrivateMariaDB):
    """`durable=False` leaves the flush of each commit to the operating system, which a kill -9 of the server survives;
    only measurements need True. `data` is what another server has kept, to begin with a copy of it."""

    def __init__(self, *, durable: bool = False, data: Path | None = None) -> None:
        super().__init__(durable=durable, find=partial(find, package=PACKAGE), within=memory.room(2048))
        self._numbers = itertools.count(1)
        if data is not None:
            shutil.copytree(data, self._data)

    def keep(self, folder: Path) -> None:
        """End it in order and leave its data in `folder`, for others to begin with."""
        self.stop()
        shutil.copytree(self._data, folder, dirs_exist_ok=True)

    def connect(self, database: str | None = None, **options: Any) -> pymysql.Connection[Any]:
        """A plain connection, each statement committed by itself, to look at things from outside."""
        return pymysql.connect(
            unix_socket=str(self.socket), user="root", database=database, charset="utf8mb4", autocommit=True, **options
        )

    def query(self, sql: str, *parameters: Any, database: str | None = None) -> list[tuple[Any, ...]]:
        """Rows of one statement."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters or None)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def script(self, statements: Sequence[str], database: str) -> None:
        """Statements without rows, sent in one go: to wait for each of them takes longer than most of them take."""
        connection = self.connect(database, client_flag=CLIENT.MULTI_STATEMENTS)
        try:
            with connection.cursor() as cursor:
                cursor.execute(";".join(statements))
                while cursor.nextset():
                    continue
        finally:
            connection.close()

    def create(self, name: str = "") -> str:
        """A fresh empty database; its name is made where none is given."""
        name = name or f"t{os.getpid()}_{next(self._numbers)}"
        self.query(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        return name

    def drop(self, name: str) -> None:
        self.disconnect(name)
        self.query(f"DROP DATABASE IF EXISTS `{name}`")

    def disconnect(self, name: str) -> None:
        """Throw out whoever still holds a connection to the database, and with it locks that would make us wait."""
        for (number,) in self.query("SELECT id FROM information_schema.processlist WHERE db = %s", name):
            try:
                self.query(f"KILL {int(number)}")
            except pymysql.err.OperationalError:
                continue  # gone by itself meanwhile
