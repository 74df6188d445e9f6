"""Filters that staff keep by name: on the server, on every machine, and nobody else's."""

from __future__ import annotations

import re

from bot.access.kept import store
from bot.access.people import store as people
from bot.db.engine import Database
from tests.support.desk import Browser, desk

RIGHTS = {"staff.view": "all", "booking.view": "all"}
LISTED = "/desk/filters?list=appointments"


async def keep(browser: Browser, name: str, address: str, of: str = "appointments") -> str:
    await browser.get("/desk/account")
    return await browser.post("/desk/filters", list=of, name=name, address=address)


async def test_a_filter_is_there_on_every_list_and_every_machine_of_its_owner_only(database: Database) -> None:
    async with desk(database) as here:
        staff = await here.hire("clerk", role=RIGHTS)
        browser = await here.enter(staff)
        page = await browser.get("/desk/booking/appointments?state=booked&page=3&open=x")
        assert 'name="address" value="/desk/booking/appointments?state=booked&sort=time"' in page
        await keep(browser, "  今天 <b> ", "/desk/booking/appointments?state=booked")
        await keep(browser, "今天 <b>", "/desk/booking/appointments?state=held")
        other = await here.enter(staff)
        page = await other.get(LISTED)
        assert 'href="/desk/booking/appointments?state=held"' in page and "state=booked" not in page
        assert other.answer is not None and "今天 &lt;b&gt;" in await other.answer.text()
        page = await other.get("/desk/filters?list=staff")
        assert "这个列表还没有存过" in page and "<h3>预约</h3>" in page and "state=held" in page
        stranger = await here.enter(await here.hire("stranger", role=RIGHTS))
        assert "state=held" not in await stranger.get(LISTED)
        found = re.search(r"/desk/filters/([\w-]+)/drop", await other.get(LISTED))
        assert found
        await stranger.get("/desk/account")
        await stranger.post(f"/desk/filters/{found[1]}/drop")
        assert stranger.status == 404
        await other.get("/desk/account")
        page = await other.post(f"/desk/filters/{found[1]}/drop", list="appointments")
        assert other.status == 200 and "还没有存过" in page


async def test_only_a_page_of_the_desk_can_be_kept(database: Database) -> None:
    async with desk(database) as here:
        browser = await here.enter(await here.hire("clerk", role=RIGHTS))
        for address in ("https://evil.example/desk/", "//evil.example/desk/", "javascript:alert(1)", "/h5/booking/",
                        "/desk/staff/\\evil", "/desk/staff/?q=\r\nX", "/desk/" + "a" * 500):
            await keep(browser, "x", address)
            assert browser.status == 400, address
        await keep(browser, "x", "/desk/staff/", of="no_such_list")
        assert browser.status == 400
        assert "还没有存过" in await browser.get(LISTED)


async def test_who_keeps_too_many_is_told(database: Database) -> None:
    async with desk(database) as here:
        browser = await here.enter(await here.hire("clerk", role=RIGHTS))
        async with database.transaction() as tx:
            owner = await people.by_login(tx, "clerk")
            assert owner is not None
            for n in range(store.MOST):
                assert await store.keep(tx, owner.id, "staff", f"{n}", "/desk/staff/")
        assert f"最多存 {store.MOST} 个" in await keep(browser, "one more", "/desk/staff/")
        assert "最多" not in await keep(browser, "3", "/desk/staff/?state=active", of="staff")
