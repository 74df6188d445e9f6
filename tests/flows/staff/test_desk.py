"""Roles and reach on the desk: what a holder sees, what they may do, and what is refused."""

from __future__ import annotations

import pytest

from bot.access.audit import store
from bot.access.rights import Places, Range
from bot.areas import AREAS
from bot.db.engine import Database
from bot.wording import Wording
from flows.directory import store as directory
from flows.staff import rules
from integrations.his.port import Clinic, Department, Place, Site
from tests.support.desk import Desk, desk

HOMES = {"c1": "d1", "c2": "d1", "c3": "d2"}


async def directory_of(here: Desk) -> None:
    place = Place(building="门诊楼", floor="2", area="B", room="")
    async with here.database.transaction() as tx:
        await directory.replace(tx, {
            "sites": [Site("s1", "本部", "", "")],
            "departments": [Department("d1", "s1", "内科", "", False), Department("d2", "s1", "外科", "", False)],
            "clinics": [Clinic(code=code, department=home, site="s1", name=f"{code} 门诊", subjects=(), place=place,
                               phone="", intro="", min_age=None, max_age=None, sex=None, discreet=False, online=False)
                        for code, home in HOMES.items()],
            "doctors": [], "rooms": [],
        }, "digest")


async def test_a_role_that_may_see_one_clinic_sees_only_that(database: Database) -> None:
    async with desk(database) as here:
        await directory_of(here)
        await here.hire("one", clinics=["c1"])
        await here.hire("two", clinics=["c2"])
        other = await here.hire("three", departments=["d2"])
        head = await here.hire("head", clinics=["c1"], role={"staff.view": "department", "staff.edit": "department"})
        browser = await here.enter(head)
        page = await browser.get("/desk/staff/")
        assert ">one<" in page and ">head<" in page and ">two<" not in page and ">three<" not in page
        page = await browser.get("/desk/staff/departments")
        assert "c1 门诊" in page and "c2 门诊" not in page and "外科" not in page
        for path in ("", "/reset", "/end-sessions"):
            await browser.get("/desk/account")
            await browser.post(f"/desk/staff/person/{other.public_id}{path}", name="Mallory")
            assert browser.status == 404
        await browser.get(f"/desk/staff/person/{other.public_id}")
        assert browser.status == 404
        page = await browser.get(f"/desk/staff/?open={other.public_id}")
        assert "three" not in page
        await browser.get("/desk/staff/?export=all")
        assert browser.status == 403
        for path in ("/desk/staff/roles", "/desk/audit/", "/desk/patients/find"):
            page = await browser.get(path)
            assert browser.status == 403 and "没有这项权限" in page
        assert (await here.acts()).count("access.refused") == 4


async def test_who_sees_a_clinic_cannot_place_people_elsewhere(database: Database) -> None:
    async with desk(database) as here:
        await directory_of(here)
        one = await here.hire("one", clinics=["c1"])
        head = await here.hire("head", clinics=["c1"], role={"staff.view": "department", "staff.edit": "department"})
        browser = await here.enter(head)
        await browser.get(f"/desk/staff/person/{one.public_id}")
        version = browser.page.split('name="version" value="')[1].split('"')[0]
        await browser.post(f"/desk/staff/person/{one.public_id}", name="One", version=version, places="1",
                           place=["clinic:c1", "clinic:c3"], active="on")
        assert browser.status == 403


async def test_nobody_raises_themselves(database: Database) -> None:
    async with desk(database) as here:
        boss = await here.hire("boss", admin=True)
        rights = dict.fromkeys(("staff.view", "staff.edit", "staff.grant", "staff.matrix", "staff.roles"), "all")
        clerk = await here.hire("clerk", role=rights)
        browser = await here.enter(clerk)
        page = await browser.get("/desk/staff/roles")
        mine = page.split(">role of clerk<")[0].rsplit('/desk/staff/roles/', 1)[1].split('"')[0]
        top = page.split(">系统管理员<")[0].rsplit('/desk/staff/roles/', 1)[1].split('"')[0]
        await browser.get("/desk/staff/roles/new")
        await browser.post(f"/desk/staff/roles/{mine}", name="role of clerk", version="1",
                           **{"right__audit.view": "all"})
        assert browser.status == 403
        page = await browser.get(f"/desk/staff/roles/{mine}")
        assert "要由别的管理员来改" in page and "保存角色" not in page
        await browser.get("/desk/staff/roles/new")
        await browser.post(f"/desk/staff/roles/{top}", name="mine", version="1")
        assert browser.status == 403
        for person, role in ((clerk, top), (boss, mine)):
            await browser.get(f"/desk/staff/person/{person.public_id}")
            version = browser.page.split('name="version" value="')[1].split('"')[0]
            await browser.post(f"/desk/staff/person/{person.public_id}", name="X", version=version, roles="1",
                               role=[role])
            assert browser.status == 403
        await browser.get(f"/desk/staff/person/{boss.public_id}")
        await browser.post(f"/desk/staff/person/{boss.public_id}/reset")
        assert browser.status == 403


async def test_what_is_taken_away_is_gone_at_once(database: Database) -> None:
    async with desk(database) as here:
        boss = await here.hire("boss", admin=True)
        clerk = await here.hire("clerk", role={"audit.view": "all"})
        admin, browser = await here.enter(boss), await here.enter(clerk)
        await browser.get("/desk/audit/")
        assert browser.status == 200
        await admin.get(f"/desk/staff/person/{clerk.public_id}")
        version = admin.page.split('name="version" value="')[1].split('"')[0]
        await admin.post(f"/desk/staff/person/{clerk.public_id}", name="Clerk", version=version, roles="1", active="on")
        assert admin.status == 303
        await browser.get("/desk/audit/")
        assert browser.status == 403
        await admin.get(f"/desk/staff/person/{clerk.public_id}")
        stale = await admin.post(f"/desk/staff/person/{clerk.public_id}", name="Clerk", version=version)
        assert admin.status == 409 and "您的还没有保存" in stale
        fresh = await admin.get(f"/desk/staff/person/{clerk.public_id}")
        version = fresh.split('name="version" value="')[1].split('"')[0]
        await admin.post(f"/desk/staff/person/{clerk.public_id}", name="Clerk", version=version)
        await browser.get("/desk/")
        assert browser.location == "/desk/sign-in"


async def test_the_last_administrator_stays(database: Database) -> None:
    async with desk(database) as here:
        boss = await here.hire("boss", admin=True)
        browser = await here.enter(boss)
        await browser.get(f"/desk/staff/person/{boss.public_id}")
        version = browser.page.split('name="version" value="')[1].split('"')[0]
        page = await browser.post(f"/desk/staff/person/{boss.public_id}", name="Boss", version=version, roles="1")
        assert browser.status == 422 and "最后一个" in page


async def test_a_new_member_gets_a_password_that_is_shown_once(database: Database) -> None:
    async with desk(database) as here:
        browser = await here.enter(await here.hire("boss", admin=True))
        await browser.get("/desk/staff/new")
        page = await browser.post("/desk/staff/new", login="Wang.Jing", name="王静<script>", number="0042")
        assert 'id="login">wang.jing<' in page and "&lt;script&gt;" in browser.page
        password = page.split('id="password">')[1].split("<")[0]
        other = await here.browser()
        await other.get("/desk/sign-in")
        await other.post("/desk/sign-in", login="WANG.JING ", password=password)
        assert other.location == "/desk/sign-in/enrol"
        await browser.get("/desk/staff/new")
        for login, told in (("wang.jing", "已经有人"), ("王", "小写字母"), ("a'; --", "小写字母")):
            page = await browser.post("/desk/staff/new", login=login, name="x")
            assert browser.status == 422 and told in page
            await browser.get("/desk/staff/new")
        async with here.database.reading() as tx:
            assert password not in str(await store.find(tx, store.Wanted(), limit=99))


async def test_the_matrix_is_read_and_exported(database: Database) -> None:
    async with desk(database) as here:
        browser = await here.enter(await here.hire("boss", admin=True))
        await here.hire("clerk", role={"staff.view": "own"})
        page = await browser.get("/desk/staff/roles")
        assert "role of clerk" in page and "本人" in page
        await browser.get("/desk/staff/roles?export=all")
        assert browser.answer and browser.answer.content_type.endswith("sheet")


async def test_who_may_only_read_the_matrix_takes_none_of_it_away(database: Database) -> None:
    async with desk(database) as here:
        browser = await here.enter(await here.hire("reader", role={"staff.matrix": "all"}))
        assert "export=all" not in await browser.get("/desk/staff/roles")
        await browser.get("/desk/staff/roles?export=all")
        assert browser.status == 403


@pytest.mark.parametrize(("reach", "places", "seen"), [
    (Range("all", "me"), Places(), True),
    (Range("own", "me", Places(frozenset({"d1"}))), Places(frozenset({"d1"})), False),
    (Range("department", "me", Places(frozenset({"d1"}))), Places(clinics=frozenset({"c2"})), True),
    (Range("department", "me", Places(clinics=frozenset({"c1"}))), Places(frozenset({"d1"})), False),
    (Range("department", "me", Places(clinics=frozenset({"c1"}))), Places(clinics=frozenset({"c2"})), False),
    (Range("department", "me", Places()), Places(), False),
    (Range("own", "", Places()), Places(), False),
])
def test_reach(reach: Range, places: Places, seen: bool) -> None:
    assert rules.within(reach, "somebody", places, HOMES) is seen


def test_every_right_and_door_has_words() -> None:
    words = Wording().words
    assert not [permit for area in AREAS.all for permit in area.permits if permit not in words["rights"]]
    assert not [door.path for area in AREAS.all for door in area.doors if door.path not in words["doors"]]
