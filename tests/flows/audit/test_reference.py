"""Somebody is told a reference because something failed; a clerk finds by it what it was, on the desk."""

from __future__ import annotations

import re
import sqlite3
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.db.engine import Database
from bot.db.journal import journal
from bot.errors import Conflict, OutsideUnavailable, Refusal
from tests.support.desk import Desk, desk
from tests.support.world import World

CLERK = {"audit.journal": "all"}


async def fails(here: Desk, error: Exception) -> str:
    """The reference that a patient's page tells when it fails so."""
    stranger = await here.browser()
    with mock.patch("flows.directory.pages.catalogue_at", side_effect=error):
        page = await stranger.get("/h5/directory/")
    found = re.search(r"找人工时请说这个编号：<span>([^<]+)<", page)
    assert found, page
    return found[1]


@pytest.mark.parametrize(
    "error, told", [(RuntimeError("x"), "程序出错 (RuntimeError)"), (OutsideUnavailable("away"), "对方连不上")]
)
async def test_the_reference_of_a_page_that_failed(database: Database, error: Exception, told: str) -> None:
    async with desk(database) as here:
        reference = await fails(here, error)
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        page = await clerk.get(f"/desk/audit/journal?request={reference}")
        assert "页面没办成" in page and told in page and "没有登录的人" in page and "共 1 条" in page
        page = await clerk.get("/desk/audit/journal?kind=page.&since=2027-03-01")
        assert reference in page


async def test_what_is_no_fault_of_ours_fills_nothing(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        stranger = await here.browser()
        await stranger.get("/h5/directory/departments/nowhere")
        await fails(here, Conflict("older"))
        async with here.database.reading() as tx:
            assert not await tx.all(select(journal))


async def test_the_reference_of_a_chat_that_failed(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        world = World(sqlite_database)

        async def broken(*_: Any) -> None:
            raise LookupError

        with mock.patch("bot.talk.dispatcher.work_of", lambda inbound: broken):
            answer = await world.said("a", "您好")
        reference = answer.messages[0].text.rsplit("：", 1)[1].strip()
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        page = await clerk.get(f"/desk/audit/journal?request={reference}")
        assert "会话里没办成" in page and "程序出错 (LookupError)" in page and "微信" in page and "本人或家人" in page


async def test_a_journal_that_cannot_be_written_hides_no_page(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        with mock.patch("bot.web.failures._who", side_effect=RuntimeError):
            assert await fails(here, RuntimeError("x"))


async def test_a_database_that_is_away_is_not_asked_again(sqlite_database: Database) -> None:
    away = OperationalError("SELECT", {}, sqlite3.OperationalError("database is locked"))
    async with desk(sqlite_database) as here:
        with mock.patch.object(Database, "run", side_effect=AssertionError) as run:
            await fails(here, away)
            assert not run.called
            assert await fails(here, LookupError())
            assert run.call_args.kwargs == {"tries": 1}


async def test_a_page_does_not_wait_for_its_line(sqlite_database: Database) -> None:
    """Somebody else has the only place to write, and does not give it back."""
    async with desk(sqlite_database) as here, here.database.transaction():
        with mock.patch("bot.web.failures.PATIENCE", 0.05):
            assert await fails(here, RuntimeError("x"))


async def test_a_no_with_a_line_of_its_own_gets_no_second_one(database: Database) -> None:
    async with desk(database) as here:
        stranger = await here.browser()

        async def noted(*_: Any) -> None:
            async with here.database.transaction() as tx:
                tx.note("booking.hold", actor="public", failed="taken")
                raise Refusal

        for refuses in (noted, Refusal()):
            with mock.patch("flows.directory.pages.catalogue_at", side_effect=refuses):
                await stranger.get("/h5/directory/")
        async with here.database.reading() as tx:
            assert [row.kind for row in await tx.all(select(journal))] == ["booking.hold", "page.failed"]


@pytest.mark.parametrize("reach", ["department", "own"])
async def test_who_sees_some_clinics_finds_the_reference_too(database: Database, reach: str) -> None:
    async with desk(database) as here:
        reference = await fails(here, RuntimeError("x"))
        async with database.transaction() as tx:
            for kind in ("job.dead", "talk.failed"):
                tx.note(kind, actor="job:x", failed="no")
            for row in tx.notes:
                row["request_id"] = reference
            tx.note("page.failed", actor="public", failed="no", clinic="1102")
            tx.notes[-1]["request_id"] = reference
        nurse = await here.enter(await here.hire("nurse", clinics=["1101"], role={"audit.journal": reach}))
        page = await nurse.get(f"/desk/audit/journal?request={reference}")
        assert "页面没办成" in page and "会话里没办成" in page and "共 2 条" in page
        assert "没有这样的记录" in await nurse.get("/desk/audit/journal")
