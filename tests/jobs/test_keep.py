"""What was kept long enough is forgotten, in batches, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import func, select

from bot.db.contacts import contact
from bot.db.engine import Database
from bot.db.inbox import inbox
from bot.db.journal import journal
from bot.db.schema import new_public_id
from flows.notices import store as notices
from flows.notices.calls import store as calls
from integrations.his import store as his
from integrations.his.cashier import store as cashier
from jobs import keep
from tests.support import world as support
from tests.support.world import World


async def count(database: Database, table: Any) -> int:
    async with database.reading() as tx:
        return int(await tx.scalar(select(func.count()).select_from(table)))


@pytest.fixture
def few() -> Any:
    with mock.patch.object(keep, "BATCH", 3):
        yield


def ago(now: datetime, days: float) -> datetime:
    return now - timedelta(days=days)


async def test_lines_of_the_journal_are_kept_a_year_at_least(database: Database, few: None) -> None:
    with pytest.raises(ValueError):
        support.test_settings(keep={"journal_days": 365})
    world = World(database, settings=support.test_settings(keep={"journal_days": 366}))
    async with database.transaction() as tx:
        for days in (500, 480, 470, 460, 450, 440, 400, 367, 365, 1):
            row = {"kind": "push.dead", "failed": True, "reason": "x", "about": "", "clinic": "", "doctor": "",
                   "channel": "", "actor": "job:x", "request_id": "r", "at": ago(tx.now, days)}
            await tx.insert(journal, **row)
    await keep.lines(world.workshop.job(name="keep.lines"))
    assert await count(database, journal) == 2


async def test_chats_and_commands_go_after_their_days(database: Database, few: None) -> None:
    world = World(database, settings=support.test_settings(keep={"said_days": 31, "command_days": 7}))
    who = await world.contact_id("a")
    async with database.transaction() as tx:
        for number, days in enumerate((90, 60, 50, 40, 35, 32, 30, 1)):
            await tx.insert(inbox, source="s", external_id=str(number), contact_id=who, kind="text", body="[]",
                            answer="[]", request_id="r", received_at=ago(tx.now, days))
            await tx.execute(his.request.insert().values(
                request_id=f"r{number}", verb="register", digest=b"x" * 32, seen_at=ago(tx.now, days / 6)))
            await tx.execute(cashier.request.insert().values(
                request_id=f"r{number}", digest=b"x" * 32, seen_at=ago(tx.now, days / 6)))
    await keep.said(world.workshop.job(name="keep.said"))
    await keep.commands(world.workshop.job(name="keep.commands"))
    assert await count(database, inbox) == 2
    assert await count(database, his.request) == await count(database, cashier.request) == 5


async def test_only_pushes_that_came_to_an_end_go(database: Database, few: None) -> None:
    world = World(database, settings=support.test_settings(keep={"push_days": 31}))
    who = await world.contact_id("a")
    ended = ("sent", "fell", "useless", "withdrawn", "off")
    async with database.transaction() as tx:
        for number, state in enumerate([*ended, "waiting", "dead", "fell", "fell", *ended]):
            days = 60 if number < 9 else 5
            row = await tx.insert(
                notices.push, public_id=new_public_id(), kind="k", about=str(number), contact_id=who, facts="{}",
                state=state, due_at=tx.now, tried="", seen=False, attempts=0, created_at=ago(tx.now, days))
            if number in (7, 8):
                await calls.add(tx, row, who, "k")
            if number == 8:
                await tx.update(notices.call_task.update().where(notices.call_task.c.push_id == row)
                                .values(state="done"))
    await keep.pushes(world.workshop.job(name="keep.pushes"))
    async with database.reading() as tx:
        left = [(row.about, row.state) for row in await tx.all(select(notices.push).order_by(notices.push.c.id))]
    assert left[:3] == [("5", "waiting"), ("6", "dead"), ("7", "fell")] and len(left) == 3 + len(ended)
    assert await count(database, notices.call_task) == 1 and await count(database, contact) == 1
