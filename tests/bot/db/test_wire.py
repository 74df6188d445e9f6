"""The hot path reads MySQL's protocol itself: literals come back as they went, answers are read however they come."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymysql.err import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy import JSON, Column, Integer, LargeBinary, String, bindparam, insert, literal_column, select

from bot.db import wire
from bot.db.engine import Database
from bot.db.link import MysqlLink
from bot.db.prepared import Prepared
from bot.db.schema import table
from tests.support.mariadb import MariaDB

NASTY = ["", "'", "\\", "\\'", "';DROP TABLE contact;--", "%s %d %%", "\0\n\r\x1a\"", "汉字😀", "a\\\\'b", "x" * 300]


@pytest.fixture
async def maria(mariadb_server: MariaDB) -> Any:
    name = mariadb_server.create()
    database = Database(mariadb_server.url(name))
    yield database
    await database.close()
    mariadb_server.drop(name)


async def script(database: Database, *sql: str) -> list[Any]:
    async with database.reading() as tx:
        return await tx.link.script([(each, ()) for each in sql])


def literal(value: Any) -> str:
    return wire.LITERALS[type(value)](value)


async def echo(database: Database, value: Any, shape: Any) -> Any:
    async with database.reading() as tx:
        assert isinstance(tx.link, MysqlLink)
        return (await wire.run(tx.link._driver, f"SELECT {literal(value)}", [(shape,)]))[0][0][0]


@pytest.mark.mariadb
@pytest.mark.parametrize("text", NASTY)
async def test_text_comes_back_as_it_went(maria: Database, text: str) -> None:
    assert await echo(maria, text, bytes.decode) == text


@pytest.mark.mariadb
async def test_any_text_comes_back_as_it_went(maria: Database) -> None:
    async with maria.reading() as tx:
        assert isinstance(tx.link, MysqlLink)
        driver = tx.link._driver
        texts = [chr(n) for n in (*range(0x250), *range(0x2000, 0x2100), 0xFFFF, 0x1F600)]
        sql = ";".join(f"SELECT {wire.text(text)}" for text in texts)
        answers = await wire.run(driver, sql, [(bytes.decode,)] * len(texts))
        assert [rows[0][0] for rows in answers] == texts


@pytest.mark.mariadb
@pytest.mark.parametrize(
    ("value", "shape", "back"),
    [
        (b"\0\xff'\\", None, b"\0\xff'\\"),
        (b"", None, b""),
        (-7, int, -7),
        (2**62, int, 2**62),
        (True, int, 1),
        (datetime.fromisoformat("2027-03-01T08:00:00.123456"), bytes.decode, "2027-03-01 08:00:00.123456"),
        (date(2027, 3, 1), bytes.decode, "2027-03-01"),
        (b"\x01" * 200_000, None, b"\x01" * 200_000),
    ],
)
async def test_values_come_back_as_they_went(maria: Database, value: Any, shape: Any, back: Any) -> None:
    assert await echo(maria, value, shape) == back


def test_a_moment_with_a_time_zone_has_no_literal() -> None:
    with pytest.raises(TypeError):
        wire.moment(datetime.fromisoformat("2027-03-01T00:00:00+00:00"))


@pytest.mark.parametrize("write", wire.LITERALS.values())
def test_nothing_is_null(write: Any) -> None:
    assert write(None) == "NULL"


@pytest.mark.mariadb
async def test_a_script_gives_rows_and_counts_in_order(maria: Database) -> None:
    await script(maria, "CREATE TABLE cup (id INT PRIMARY KEY, leaf VARCHAR(9) NULL)")
    async with maria.reading() as tx:
        assert isinstance(tx.link, MysqlLink)
        sql = (
            "INSERT INTO cup VALUES (1, 'a'), (2, NULL);SELECT id, leaf FROM cup ORDER BY id;"
            "UPDATE cup SET leaf = 'b' WHERE id = 3;SELECT leaf FROM cup WHERE id = 9"
        )
        shapes: list[wire.Shape] = [(), (int, bytes.decode), (), (bytes.decode,)]
        assert await wire.run(tx.link._driver, sql, shapes) == [2, [(1, "a"), (2, None)], 0, []]


@pytest.mark.mariadb
async def test_an_error_in_a_script_is_the_servers_and_the_line_stays_usable(maria: Database) -> None:
    await script(maria, "CREATE TABLE cup (id INT PRIMARY KEY)", "INSERT INTO cup VALUES (1)")
    async with maria.reading() as tx:
        assert isinstance(tx.link, MysqlLink)
        driver = tx.link._driver
        with pytest.raises(IntegrityError):
            await wire.run(driver, "SELECT 1;INSERT INTO cup VALUES (1);SELECT 2", [(int,), (), (int,)])
        with pytest.raises(ProgrammingError):
            await wire.run(driver, "SELECT nothing FROM nowhere", [(int,)])
        assert await wire.run(driver, "SELECT 3", [(int,)]) == [[(3,)]]


@pytest.mark.mariadb
async def test_a_killed_line_is_lost_in_the_words_that_faults_knows(maria: Database, mariadb_server: MariaDB) -> None:
    from bot.db.faults import is_gone

    async with maria.reading() as tx:
        assert isinstance(tx.link, MysqlLink)
        driver = tx.link._driver
        ((number,),) = (await wire.run(driver, "SELECT CONNECTION_ID()", [(int,)]))[0]
        mariadb_server.query(f"KILL {number}")
        with pytest.raises((OperationalError, ConnectionError)) as caught:
            await wire.run(driver, "SELECT 1", [(int,)])
        assert is_gone(caught.value)
        tx.link.broken = True


def packets(*contents: bytes) -> bytes:
    return b"".join(len(c).to_bytes(3, "little") + bytes([n + 1 & 0xFF]) + c for n, c in enumerate(contents))


ROWS = packets(b"\x02", b"def1", b"def2", b"\xfe\0\0\2\0", b"\x011\xfb", b"\x0212\xfc\x05\x00hello", b"\xfe\0\0\x0a\0",
               b"\0\x07\0\x02\0\0\0")
READ = [[(1, None), (12, b"hello")], 7]


@given(st.integers(0, len(ROWS) - 1))
def test_half_an_answer_is_no_answer(length: int) -> None:
    assert wire.read(ROWS[:length], [(int, None), ()]) is None
    assert wire.read(ROWS, [(int, None), ()]) == READ


@given(st.lists(st.sampled_from([b"d", b"def1", b"longer definition", b"\xfe\0\0\2\0"]), min_size=2, max_size=2),
       st.integers(0, 200))
def test_definitions_that_changed_are_read_as_they_are_now(names: list[bytes], length: int) -> None:
    """By one shape, so that each answer finds what another one left; whole and in parts, twice."""
    shape = (int, None)
    for first, second in ((b"def1", b"def2"), names, names):
        answer = packets(b"\x02", first, second, b"\xfe\0\0\2\0", b"\x011\xfb", b"\xfe\0\0\x02\0")
        assert wire.read(answer[: min(length, len(answer) - 1)], [shape]) is None
        assert wire.read(answer, [shape]) == [[(1, None)]]


def test_somebody_elses_answer_is_not_read() -> None:
    with pytest.raises(OperationalError):
        wire.read(b"\x01\0\0\x02\0", [()])


def test_a_server_that_asks_for_a_file_gets_none() -> None:
    with pytest.raises(OperationalError):
        wire.read(packets(b"\xfb/etc/passwd"), [()])


cup = table("wire_cup", Column("id", Integer, primary_key=True), Column("leaf", String(9)), Column("raw", LargeBinary))
cup.metadata.remove(cup)


@pytest.mark.mariadb
async def test_a_prepared_statement_knows_its_rows(maria: Database) -> None:
    await script(maria, "CREATE TABLE wire_cup (id INT PRIMARY KEY, leaf VARCHAR(9), raw BLOB)")
    put = Prepared(insert(cup).values(id=bindparam("id"), leaf=bindparam("leaf"), raw=bindparam("raw")), maria.dialect)
    get = Prepared(select(cup).where(cup.c.leaf == bindparam("leaf")), maria.dialect)
    async with maria.transaction() as tx:
        values = {"id": 1, "leaf": "50%'", "raw": b"\0\1"}
        found = await tx.link.script([(put, put.args(values)), (get, get.args({"leaf": "50%'"}))])
        assert found == [1, [(1, "50%'", b"\0\1")]]


def test_a_type_that_cannot_be_read_is_refused_when_it_is_prepared() -> None:
    from sqlalchemy.dialects.mysql.aiomysql import MySQLDialect_aiomysql

    with pytest.raises(TypeError, match="cannot read"):
        Prepared(select(literal_column("1", JSON())), MySQLDialect_aiomysql())


@pytest.mark.mariadb
async def test_definitions_that_were_seen_before_describe_the_same_rows(maria: Database) -> None:
    for _ in range(3):
        (rows,) = await script(maria, "SELECT 1 AS one, 'zwei' AS two, NULL AS three, NOW(6) AS four")
        assert rows[0][:3] == (1, "zwei", None)
        assert isinstance(rows[0][3], datetime)
    (rows,) = await script(maria, "SELECT 'eins' AS one, 2 AS two")
    assert rows == [("eins", 2)]
