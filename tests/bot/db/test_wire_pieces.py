"""An answer that comes in pieces is read on where it was left, and one that cannot be read leaves nothing to others."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Integer, Text, column, literal_column, select, text

from bot.db import wire
from bot.db.engine import Database
from bot.db.prepared import Prepared
from tests.bot.db.test_wire import packets
from tests.support.mariadb import MariaDB

LIST = [b"\x011\xfb", b"\x0212\xfc\x05\x00hello", *(b"\x012\x01x" for _ in range(300))]
ANSWER = packets(b"\x02", b"def1", b"def2", b"\xfe\0\0\2\0", *LIST, b"\xfe\0\0\x0a\0", b"\0\x07\0\x0a\0\0\0",
                 b"\x01", b"def", b"\xfe\0\0\2\0", b"\x019", b"\xfe\0\0\2\0")
READ = [[(1, None), (12, b"hello"), *[(2, b"x")] * 300], 7, [(9,)]]


class Server:
    """Somebody on a line who answers in these pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self._reader, self._pieces = self, list(pieces)

    async def _execute_command(self, command: int, sql: bytes) -> None:
        pass

    async def read(self, most: int) -> bytes:
        return self._pieces.pop(0)


def cut(answer: bytes, places: list[int]) -> list[bytes]:
    ends = [0, *sorted(places), len(answer)]
    return [answer[first:last] for first, last in pairwise(ends) if first < last]


@given(st.lists(st.integers(1, len(ANSWER) - 1) | st.integers(1, 60), max_size=8))
async def test_in_whatever_pieces_it_comes_it_is_the_same_answer(places: list[int]) -> None:
    shapes: list[wire.Shape] = [(int, None), (), (int,)]
    server: Any = Server(*cut(ANSWER, places))
    assert await wire.run(server, "", shapes) == READ


async def test_a_long_list_is_read_once_however_many_pieces_it_comes_in() -> None:
    read: list[bytes] = []

    def noted(value: bytes) -> int:
        read.append(value)
        return int(value)

    server: Any = Server(*cut(ANSWER, list(range(100, len(ANSWER), 100))))
    assert await wire.run(server, "", [(noted, None), (), (int,)]) == READ
    assert len(read) == len(LIST)


@pytest.mark.mariadb
async def test_who_comes_after_an_answer_that_could_not_be_read_reads_their_own(mariadb_server: MariaDB) -> None:
    """What was still on its way is nobody's."""
    name = mariadb_server.create()
    database = Database(mariadb_server.url(name), size=1)
    many = select(column("word", Integer), literal_column("REPEAT('a', 999)", Text)).select_from(
        text("(SELECT 'x' AS word FROM seq_1_to_999) AS words")
    )
    wrong, right = (Prepared(each, database.dialect) for each in (many, select(literal_column("7", Integer))))
    try:
        for _ in range(3):
            with pytest.raises(ValueError, match="invalid literal"):
                async with database.reading() as tx:
                    await tx.link.script([(wrong, ())])
            async with database.reading() as tx:
                assert await tx.link.script([(right, ())]) == [[(7,)]]
    finally:
        await database.close()
        mariadb_server.drop(name)
