"""Who asked for a human, on the desk: read, called back, closed; and what waits for whom on the start page."""

from __future__ import annotations

from bot.access.audit import store as trail
from bot.db.engine import Database
from flows.desk import store
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
        page = await clerk.post(f"/desk/desk/request/{public}/number")
        assert "13800001234" in page
        await clerk.post(f"/desk/desk/request/{public}/done")
        assert clerk.location == "/desk/desk/"
        assert "没有人在等回电" in await clerk.get("/desk/desk/")
        page = await clerk.get("/desk/desk/?state=done")
        assert "报告看不懂" in page and "办结" in page
        await clerk.post(f"/desk/desk/request/{public}/done")
        assert clerk.status == 409
        assert "现在没有等您处理的事" in await clerk.get("/desk/")
        async with database.reading() as tx:
            told = await trail.find(tx, trail.Wanted(act="desk."), limit=9)
        assert [entry.act for entry in told] == ["desk.request_done", "desk.number_shown"]
        assert "1380000" not in str([entry.facts for entry in told])


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


async def test_nobody_below_lets_an_administrator_in(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        boss = await here.hire("boss", admin=True)
        clerk = await here.enter(await here.hire("clerk", role={"staff.view": "all", "staff.edit": "all"}))
        await clerk.get(f"/desk/staff/person/{boss.public_id}")
        await clerk.post(f"/desk/staff/person/{boss.public_id}/unlock")
        assert clerk.status == 403
