"""Turns in a common transaction wait for nobody: a conversation that is locked elsewhere leaves, and who comes when the
last carrier goes finds another."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import Dialect, select
from sqlalchemy.dialects import mysql

from bot.db.contacts import conversation, open_turn, reach_of
from bot.db.transaction import Transaction
from bot.db.turns import Apart, NoLink, open_turns
from bot.talk import together
from bot.talk.together import Together
from tests.bot.talk.test_together import asked, ends
from tests.support.patience import LONG_S
from tests.support.world import ACCOUNT, World

NAMES = [f"p{number}" for number in range(5)]


@pytest.fixture(autouse=True)
def thoughtful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "PATIENCE_S", LONG_S)


async def meet(world: World) -> None:
    await asyncio.gather(*(world.said(who, "喝茶") for who in NAMES))


async def how_often(world: World) -> list[int]:
    async with world.database.reading() as tx:
        return [row.turns for row in await tx.all(select(conversation.c.turns).order_by(conversation.c.turns))]


@pytest.mark.parametrize("database_kind", [pytest.param("mariadb", marks=pytest.mark.mariadb)], indirect=True)
@pytest.mark.parametrize("what", ["turn", "conversation"])
async def test_one_that_is_locked_elsewhere_leaves_and_the_others_stay(world: World, what: str) -> None:
    """By a turn of another process, and by what locks the conversation alone. Someone new leaves, too, and is made."""
    await meet(world)
    bench, first = Together(world.database, 3), await world.contact_id("p0")
    async with world.database.transaction() as tx:
        if what == "turn":
            await open_turn(tx, ACCOUNT, "wechat", "o-p0", "wechat:main", "elsewhere")
        else:
            await reach_of(tx, first, lock=True)
        turns = (bench.turn(asked(who), ends) for who in [*NAMES, "new"])
        told = await asyncio.gather(*turns, return_exceptions=True)
        assert [isinstance(each, Apart) for each in told] == [True, False, False, False, False, True]
        assert await how_often(world) == [1, 2, 2, 2, 2]
    assert (await world.said("p0", "1")).messages[0].text == "要多热？"
    assert (await world.said("new", "喝茶")).messages
    assert await how_often(world) == [1, 2, 2, 2, 2, 2]


@pytest.mark.parametrize("mariadb", [True, False])
async def test_where_a_lock_cannot_be_stepped_over_it_is_refused(mariadb: bool) -> None:
    """TiDB takes SKIP LOCKED and then locks nothing; MySQL calls itself the same."""
    dialect: Any = mysql.dialect()
    dialect.is_mariadb = mariadb
    link = Listening(dialect)
    await open_turns(Transaction(link, "test"), [asked("p0")])
    assert link.heard[0].endswith("FOR UPDATE SKIP LOCKED" if mariadb else "FOR UPDATE NOWAIT")


class Listening(NoLink):
    def __init__(self, dialect: Dialect) -> None:
        super().__init__(dialect)
        self.heard: list[str] = []

    async def script(self, steps: Any, **how: Any) -> Any:
        self.heard += [prepared.sql for prepared, _ in steps]
        return [[] for _ in steps]


async def test_who_comes_when_the_last_carrier_goes_is_carried(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "CARRIERS", 1)
    await meet(world)
    bench = Together(world.database, 3)
    async with asyncio.timeout(LONG_S):
        for who in NAMES:  # each begins in the moment in which the carrier of the one before it ends
            await bench.turn(asked(who), ends)
    assert await how_often(world) == [2] * len(NAMES)
