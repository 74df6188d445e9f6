"""The private MariaDB server and the databases that tests are given."""

from __future__ import annotations

from collections.abc import Iterator

import pymysql
import pytest

from bot.db.engine import Database
from tests.support.database import MariaTemplate
from tests.support.mariadb import MariaDB
from tests.support.programs import MissingProgram, find


@pytest.fixture
def own_server() -> Iterator[MariaDB]:
    server = MariaDB()
    server.start()
    yield server
    server.remove()


@pytest.mark.mariadb
def test_what_was_committed_outlives_kill_9(own_server: MariaDB) -> None:
    name = own_server.create()
    own_server.query("CREATE TABLE slot (id INT PRIMARY KEY, who VARCHAR(20)) ENGINE=InnoDB", database=name)
    own_server.query("INSERT INTO slot VALUES (1, %s)", "张三", database=name)
    own_server.kill()
    assert not own_server.running
    with pytest.raises(pymysql.err.OperationalError):
        own_server.connect()
    own_server.start()
    assert own_server.query("SELECT id, who FROM slot", database=name) == [(1, "张三")]
    own_server.restart()
    assert own_server.query("SELECT count(*) FROM slot", database=name) == [(1,)]


@pytest.mark.mariadb
def test_no_network_and_whole_unicode(mariadb_server: MariaDB) -> None:
    wanted = "('skip_networking', 'character_set_server')"
    rows = dict(mariadb_server.query(f"SHOW VARIABLES WHERE variable_name IN {wanted}"))
    assert rows == {"skip_networking": "ON", "character_set_server": "utf8mb4"}


@pytest.mark.mariadb
def test_dropping_does_not_wait_for_a_forgotten_lock(mariadb_server: MariaDB) -> None:
    name = mariadb_server.create()
    mariadb_server.query("CREATE TABLE t (id INT PRIMARY KEY)", database=name)
    forgotten = mariadb_server.connect(name)
    forgotten.autocommit(False)
    with forgotten.cursor() as cursor:
        cursor.execute("SELECT * FROM t")
    mariadb_server.drop(name)
    assert mariadb_server.query("SHOW DATABASES LIKE %s", name) == []


async def test_an_empty_database_is_empty_on_both_kinds(database_url: str, database_kind: str) -> None:
    assert database_url.startswith({"sqlite": "sqlite+aiosqlite:///", "mariadb": "mysql+aiomysql://"}[database_kind])
    database = Database(database_url)
    await database.start()
    tables = {
        "sqlite": "SELECT count(*) FROM sqlite_master",
        "mariadb": "SELECT count(*) FROM information_schema.tables WHERE table_schema = database()",
    }
    async with database.engine.connect() as connection:
        found = await connection.exec_driver_sql(tables[database_kind])
        assert found.scalar() == 0
    await database.close()


@pytest.mark.mariadb
def test_a_used_database_is_given_out_as_it_was_born(mariadb_server: MariaDB, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(url: str) -> None:
        name = mariadb_server.query("SHOW DATABASES LIKE 'one'")[0][0]
        for statement in (
            "CREATE TABLE site (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(9)) ENGINE=InnoDB",
            "CREATE TABLE room (id INT AUTO_INCREMENT PRIMARY KEY, site INT, FOREIGN KEY (site) REFERENCES site (id))",
            "CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB",
            "INSERT INTO site (name) VALUES ('main')",
        ):
            mariadb_server.query(statement, database=name)

    monkeypatch.setattr("tests.support.database.build_schema", build)
    monkeypatch.setattr(MariaTemplate, "NAME", "one")
    monkeypatch.setattr(MariaTemplate, "BORN", "one_born")
    template = MariaTemplate(mariadb_server)
    mariadb_server.query("INSERT INTO room (site) VALUES (1)", database="one")
    mariadb_server.query("INSERT INTO log () VALUES ()", database="one")
    mariadb_server.query("DELETE FROM log", database="one")
    holder = mariadb_server.connect("one")
    holder.autocommit(False)
    with holder.cursor() as cursor:
        cursor.execute("UPDATE site SET name = 'held'")
    assert template.fresh() == mariadb_server.url("one")
    assert mariadb_server.query("SELECT id, name FROM site", database="one") == [(1, "main")]
    assert mariadb_server.query("SELECT count(*) FROM room", database="one") == [(0,)]
    mariadb_server.query("INSERT INTO log () VALUES ()", database="one")
    assert mariadb_server.query("SELECT id FROM log", database="one") == [(1,)]
    for name in ("one", "one_born"):
        mariadb_server.drop(name)


def test_a_missing_program_is_named_with_its_package() -> None:
    with pytest.raises(MissingProgram, match=r"no-such-server is not on this machine; on Debian: apt-get install shop"):
        find("no-such-server", package="shop")
