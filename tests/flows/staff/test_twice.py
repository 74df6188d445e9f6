"""A second tap on a member or a role is the first; what somebody else changed meanwhile is told."""

from __future__ import annotations

import re
from typing import Any

from bot.access.roles import store as roles
from bot.db.engine import Database
from tests.support.desk import Browser, desk

RIGHTS = dict.fromkeys(("staff.view", "staff.edit", "staff.grant", "staff.roles", "staff.matrix"), "all")


async def tapped(browser: Browser, path: str, **sent: Any) -> int:
    """The form of `path` as a page shows its token, sent; gives the answer's status."""
    await browser.get(path)
    await browser.post(path, **sent)
    return browser.status


async def test_a_member_is_changed_once(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        chief = await here.enter(await here.hire("chief", role=RIGHTS))
        deputy = await here.enter(await here.hire("deputy", role=RIGHTS))
        one = await here.hire("one")
        path = f"/desk/staff/person/{one.public_id}"
        seen = re.search(r'name="version" value="(\d+)"', await chief.get(path))
        assert seen is not None
        sent = {"version": seen[1], "name": "王静", "number": "7", "places": "1", "roles": "1", "active": "on"}
        before = (await here.acts()).count("staff.changed")
        for _ in range(2):
            assert await tapped(chief, path, **sent) == 303
        assert (await here.acts()).count("staff.changed") == before + 1
        assert await tapped(deputy, path, **{**sent, "name": "王敬", "place": "clinic:none"}) == 409
        assert 'value="王敬"' in deputy.page and "您的还没有保存" in deputy.page
        again = re.search(r'name="version" value="(\d+)"', deputy.page)
        assert again is not None
        assert await tapped(deputy, path, **{**sent, "name": "王敬", "version": again[1]}) == 303


async def test_a_role_is_saved_once(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        chief = await here.enter(await here.hire("chief", role=RIGHTS))
        deputy = await here.enter(await here.hire("deputy", role=RIGHTS))
        assert await tapped(chief, "/desk/staff/roles/new", name="登记处", note="") == 303
        async with sqlite_database.reading() as tx:
            role = next(each for each in await roles.all_roles(tx) if each.name == "登记处")
        path = f"/desk/staff/roles/{role.public_id}"
        sent = {"version": str(role.version), "name": "登记处", "note": "窗口", "right:patients.find": "all"}
        before = (await here.acts()).count("staff.role_saved")
        for _ in range(2):
            assert await tapped(chief, path, **sent) == 303
        assert (await here.acts()).count("staff.role_saved") == before + 1
        assert await tapped(deputy, path, **{**sent, "note": "大厅", "right:patients.find": "own"}) == 409
        assert 'value="大厅"' in deputy.page and 'name="right:patients.find" value="own" checked' in deputy.page
        page = await deputy.get(f"/desk/staff/roles/new?like={role.public_id}")
        token = chief.token
        assert 'name="right:patients.find" value="all" checked' in page and 'name="name" value=""' in page
        for _ in range(2):
            await chief.post(f"{path}/remove", csrf=token)
            assert chief.location == "/desk/staff/roles"
        await deputy.get("/desk/staff/roles/new")
        await deputy.post(f"{path}/remove")
        assert deputy.status == 404 and "重新打开" not in deputy.page, "what is not there is not offered again"
