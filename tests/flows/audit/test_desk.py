"""The trail on the desk."""

from __future__ import annotations

from sqlalchemy import delete, update

from bot.access.audit import store
from bot.db.engine import Database
from tests.support.desk import desk


async def test_an_auditor_searches_exports_and_proves(database: Database) -> None:
    async with desk(database) as here:
        rights = dict.fromkeys(("audit.view", "audit.export", "audit.verify"), "all")
        auditor, clerk = await here.hire("auditor", role=rights), await here.hire("clerk", role={})
        other = await here.enter(clerk)
        await other.get("/desk/audit/")
        assert other.status == 403
        browser = await here.enter(auditor)
        page = await browser.get("/desk/audit/?who=clerk&act=access.refused")
        assert "越权被拒" in page and "权限 查看操作记录" in page and "共 1 条" in page and "audit.view" not in page
        assert '<span class="long" title="Clerk (clerk)">' in page, "a long name pushes nothing out"
        number = page.split('hx-get="/desk/audit/entry/')[1].split('"')[0]
        page = await browser.get(f"/desk/audit/entry/{number}")
        assert "查看操作记录" in page and "打开" in page and ">audit.view<" not in page and "GET" not in page
        assert "没有这样的记录" in await browser.get("/desk/audit/?since=2027-03-02")
        await browser.get("/desk/audit/?export=all")
        assert browser.answer is not None and browser.answer.content_type.endswith("sheet")
        await browser.get("/desk/audit/")
        page = await browser.post("/desk/audit/verify")
        assert "完整。" in page
        anchor = page.split("凭据 <code>")[1].split("<")[0]
        async with database.transaction() as tx:
            await tx.update(update(store.entries).where(store.entries.c.number == 2).values(act="staff.nothing"))
            await tx.update(delete(store.entries).where(store.entries.c.number == 4))
        await browser.get("/desk/audit/")
        page = await browser.post("/desk/audit/verify", anchor=anchor)
        assert "第 2 条的内容被改过" in page and "从第 4 条起有记录被拿走" in page
        acts = await here.acts()
        assert acts.count("audit.verified") == 2 and acts.count("access.exported") == 1


async def test_who_may_only_look_may_not_export_or_prove(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        browser = await here.enter(await here.hire("reader", role={"audit.view": "all"}))
        await browser.get("/desk/audit/?export=page")
        assert browser.status == 403
        await browser.get("/desk/audit/")
        assert "核对完整" not in browser.page
        await browser.get("/desk/account")
        await browser.post("/desk/audit/verify")
        assert browser.status == 403


async def test_hostile_addresses_of_the_search(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        browser = await here.enter(await here.hire("boss", admin=True))
        hostile = ("since=yesterday", "until=9999-12-31", "since=0001-01-01", "act=%25",
                   "who=%27%20OR%201=1--", "about=%3Cscript%3E", "open=999999", "open=x")
        for query in hostile:
            page = await browser.get(f"/desk/audit/?{query}")
            assert browser.status == 200 and "<script>x" not in page
        await browser.get("/desk/audit/entry/999999")
        assert browser.status == 404
