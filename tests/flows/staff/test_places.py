"""Two places of one name at two sites are told apart: in the list of staff, beside it, and in its file."""

from __future__ import annotations

import re

from bot.db.engine import Database
from flows.directory import store as directory
from integrations.his.port import Clinic, Department, Place, Site
from tests.support.desk import desk


async def test_the_site_stands_beside_a_name_that_is_there_twice(sqlite_database: Database) -> None:
    place = Place(building="门诊楼", floor="2", area="B", room="")
    homes = {"c1": ("d1", "s1", "骨科"), "c2": ("d2", "s2", "骨科"), "c3": ("d1", "s1", "眼科")}
    async with desk(sqlite_database) as here:
        async with sqlite_database.transaction() as tx:
            await directory.replace(tx, {
                "sites": [Site("s1", "清梧医院 本部", "", ""), Site("s2", "清梧医院 东院区", "", "")],
                "departments": [Department("d1", "s1", "外科", "", False), Department("d2", "s2", "外科", "", False)],
                "clinics": [Clinic(code, home, site, name, (), place, "", "", None, None, None, False, True)
                            for code, (home, site, name) in homes.items()],
                "doctors": [], "rooms": [],
            }, "digest")
        one = await here.hire("one", departments=["d1"], clinics=["c2", "c3"])
        boss = await here.enter(await here.hire("boss", admin=True))
        page = await boss.get("/desk/staff/")
        assert "外科 · 本部、骨科 · 东院区、眼科" in page
        page = await boss.get("/desk/staff/departments")
        assert "<td>本部</td>" in re.sub(r" class=\"\w+\"", "", page) and "清梧医院" not in page
        page = await boss.get(f"/desk/staff/person/{one.public_id}")
        assert "骨科 · 东院区" in page and "骨科 · 本部" in page and "眼科 ·" not in page
