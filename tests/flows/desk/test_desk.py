"""Who asked for a human, on the desk: read, called back, closed; and what waits for whom on the start page."""

from __future__ import annotations

import re
from datetime import timedelta
from unittest import mock

from bot.access.audit import store as trail
from bot.access.tries import store as tries
from bot.db.engine import Database
from flows.desk import store
from tests.flows.booking import ward
from tests.support.desk import PASSWORD, Desk, desk
from tests.support.world import World

ABOUT = "报告看不懂<script>alert(1)</script>" + "想问医生" * 40


async def ask(world: World, number: int = 1) -> list[str]:
    async with world.context("a") as context:
        assert context.contact is not None
        for each in range(number):
            await store.ask(context.tx, f"once{each}", context.contact.id, ABOUT, "13800001234")
    async with world.context("a") as context:
        return [row.public_id for row in await store.open_requests(context.tx)]


async def test_a_request_is_read_called_and_closed(database: Database) -> None:
    async with desk(database) as here:
        (public,) = await ask(World(database))
        clerk = await here.enter(await here.hire("clerk", role={"desk.requests": "all"}))
        page = await clerk.get("/desk/")
        assert "有人找人工" in page and ">1<" in page and 'href="/desk/desk/"' in page
        page = await clerk.get("/desk/desk/")
        assert "报告看不懂" in page and "13800001234" not in page and "****1234" in page
        assert "<script>alert" not in clerk.page
        await clerk.get(f"/desk/desk/request/{public}")
        page = await clerk.post(f"/desk/desk/request/{public}/number", why="  回 ")
        assert clerk.status == 422 and "13800001234" not in page
        page = await clerk.post(f"/desk/desk/request/{public}/number", why="回电问清楚")
        assert "13800001234" in page
        await clerk.post(f"/desk/desk/request/{public}/done")
        assert clerk.location == "/desk/desk/"
        assert "没有人在等回电" in await clerk.get("/desk/desk/")
        page = await clerk.get("/desk/desk/?state=done")
        assert "报告看不懂" in page and "办结" in page
        await clerk.post(f"/desk/desk/request/{public}/done")  # a second tap on the same button
        assert clerk.location == "/desk/desk/"
        other = await here.enter(await here.hire("other", role={"desk.requests": "all"}))
        await other.get(f"/desk/desk/request/{public}")
        await other.post(f"/desk/desk/request/{public}/done")
        assert other.status == 409
        assert "现在没有等您处理的事" in await clerk.get("/desk/")
        async with database.reading() as tx:
            told = await trail.find(tx, trail.Wanted(act="desk."), limit=9)
        assert [entry.act for entry in told] == ["desk.request_done", "desk.number_shown"]
        assert told[1].facts["why"] == "回电问清楚" and "1380000" not in str([entry.facts for entry in told])


async def test_what_waits_is_shown_by_right(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        await ask(World(sqlite_database), 3)
        other = await here.enter(await here.hire("other", role={"audit.view": "all"}))
        page = await other.get("/desk/")
        assert "有人找人工" not in page and "没有等您处理" not in page
        await other.get("/desk/desk/")
        assert other.status == 403
        nobody = await here.enter(await here.hire("nobody", role={}))
        assert "还没有分配到工作" in await nobody.get("/desk/")
        boss = await here.enter(await here.hire("boss", admin=True))
        assert ">3<" in await boss.get("/desk/")


async def lock_out(here: Desk, login: str) -> None:
    stranger = await here.browser()
    for _ in range(here.settings.desk.tries + 1):
        await stranger.get("/desk/sign-in")
        await stranger.post("/desk/sign-in", login=login, password="a wrong one 12")
    assert stranger.status == 429 and "以后再试" in stranger.page


async def test_who_is_locked_out_is_counted_shown_and_let_in(database: Database) -> None:
    async with desk(database) as here:
        clerk = await here.hire("clerk", role={})
        boss = await here.enter(await here.hire("boss", admin=True))
        await lock_out(here, "clerk")
        page = await boss.get("/desk/")
        assert "暂时锁住的登录" in page and 'href="/desk/staff/?state=locked"' in page
        page = await boss.get("/desk/staff/?state=locked")
        assert ">clerk<" in page and "共 1 条" in page and "暂时锁住" in page
        assert "锁到" in await boss.get(f"/desk/staff/person/{clerk.public_id}")
        await boss.post(f"/desk/staff/person/{clerk.public_id}/unlock")
        assert boss.status == 303 and "staff.unlocked" in await here.acts()
        again = await here.browser()
        await again.get("/desk/sign-in")
        await again.post("/desk/sign-in", login="clerk", password=PASSWORD)
        assert again.location == "/desk/sign-in/code"


async def test_those_who_are_locked_out_are_counted_within_reach(database: Database) -> None:
    async with desk(database) as here:
        world = World(database)
        await ward.open_hospital(world)
        await ward.sync(world)
        await here.hire("held", role={})
        await here.hire("nurse", clinics=["1101"], role={})
        await here.hire("other", clinics=["1102"], role={})
        entered = {}
        for login, places, reach in (("boss", {}, "all"), ("near", {"clinics": ["1101"]}, "department"),
                                     ("whole", {"departments": ["11"]}, "department"), ("self", {}, "own")):
            mine = await here.hire(login, role={"staff.edit": reach, "staff.view": reach}, **places)
            entered[login] = await here.enter(mine)
        with mock.patch("bot.access.people.store.everybody", side_effect=AssertionError):
            assert "暂时锁住" not in await entered["boss"].get("/desk/")
        for login in ("nurse", "other", "held", "self"):
            async with database.transaction() as tx:
                await tries.count(tx, f"login:{login}", tries.Limit(0, timedelta(minutes=5)))
        found = {}
        counted = re.compile(r'state=locked"><strong class="num">(\d+)<')
        with mock.patch("bot.access.people.store.everybody", side_effect=AssertionError):
            for login, browser in entered.items():
                found[login] = counted.findall(await browser.get("/desk/"))
        assert found == {"boss": ["4"], "near": ["1"], "whole": ["2"], "self": ["1"]}


async def test_of_many_names_those_that_are_locked_out_are_found(database: Database) -> None:
    async with database.transaction() as tx:
        await tries.count(tx, "login:a7", tries.Limit(0, timedelta(minutes=5)))
        await tries.count(tx, "login:b", tries.Limit(0, timedelta(minutes=5)))
        many = [f"login:a{each}" for each in range(tries.STEP + 1)]
        assert set(await tries.locked(tx, many)) == {"login:a7"} == set(await tries.locked(tx, many[:9]))
        assert await tries.count_locked(tx) == 2


async def test_what_cannot_be_counted_takes_nothing_else_away(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        await ask(World(sqlite_database), 3)
        boss = await here.enter(await here.hire("boss", admin=True))
        with mock.patch("bot.access.tries.store.count_locked", side_effect=RuntimeError):
            page = await boss.get("/desk/")
        assert boss.status == 200 and ">3<" in page
        assert re.search(r'href="/desk/staff/\?state=locked"><strong class="num"[^>]*>—</strong>', page)


async def test_nobody_below_lets_an_administrator_in(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        boss = await here.hire("boss", admin=True)
        clerk = await here.enter(await here.hire("clerk", role={"staff.view": "all", "staff.edit": "all"}))
        await clerk.get(f"/desk/staff/person/{boss.public_id}")
        await clerk.post(f"/desk/staff/person/{boss.public_id}/unlock")
        assert clerk.status == 403
