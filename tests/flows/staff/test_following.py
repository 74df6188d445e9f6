"""Staff come from the hospital's system: new ones appear, who left is locked, departments follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.access.people import store as people
from bot.access.rights import Places
from bot.db.engine import Database
from flows.staff import roll
from flows.staff.roll import Known
from integrations.his.port import HospitalPort, Staff
from jobs import staff as jobs
from tests.flows.booking import ward
from tests.flows.staff.test_desk import directory_of
from tests.support.desk import PASSWORD, Desk, desk
from tests.support.desk import Staff as SetUp
from tests.support.world import World

WANG = Staff("D1", "1001", "王静", "doctor", "主任医师", (), ("c1",), "D1")
LI = Staff("S2", "2002", "李护士", "nurse", "护士长", ("d1",), ())
SUN = Staff("S3", "boss", "孙办事", "clerk", "导诊员", ("d2",), ())


class Hospital:
    """The part of the port that tells of staff."""

    def __init__(self, told: Sequence[Staff]) -> None:
        self.told = list(told)

    async def staff(self) -> Sequence[Staff]:
        return self.told


async def told(here: Desk, *everybody: Staff, **changes: Any) -> None:
    """The hospital's system tells of these, and the job looks."""
    world = World(here.database, settings=here.settings.model_copy(update=changes))
    hospital: Any = Hospital(everybody)
    world.ports.put(HospitalPort, hospital)
    await jobs.sync(world.workshop.job(name="staff.sync"))


async def rows(database: Database) -> dict[str, Any]:
    async with database.reading() as tx:
        return {row.hospital_code: row for row in await people.everybody(tx) if row.hospital_code}


async def places(database: Database, code: str) -> Places:
    row = (await rows(database))[code]
    async with database.reading() as tx:
        return await people.places_of(tx, row.id)


async def test_new_staff_appear_without_a_way_in(database: Database) -> None:
    async with desk(database) as here:
        await here.hire("boss", admin=True)
        await told(here, WANG, LI, SUN)
        await told(here, WANG, LI, SUN)
        found = await rows(database)
        assert {code: row.login for code, row in found.items()} == {"D1": "1001", "S2": "2002", "S3": "h-s3"}
        assert found["D1"].doctor == "D1" and found["S2"].doctor is None
        assert await places(database, "D1") == Places(clinics=frozenset({"c1"}))
        browser = await here.browser()
        for password in ("!", "", PASSWORD):
            await browser.get("/desk/sign-in")
            await browser.post("/desk/sign-in", login="1001", password=password)
            assert browser.status == 422
        acts = await here.acts()
        assert acts.count("staff.joined") == 3 and "staff.followed" not in acts


async def test_an_administrator_invites_with_a_code_that_is_shown_once(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        await directory_of(here)
        await told(here, WANG)
        browser = await here.enter(await here.hire("boss", admin=True))
        row = (await rows(sqlite_database))["D1"]
        page = await browser.get(f"/desk/staff/person/{row.public_id}")
        assert "邀请 王静 登录" in page and 'name="number"' not in page and "来自医院的系统" in page
        page = await browser.post(f"/desk/staff/person/{row.public_id}/reset")
        password = page.split('id="password">')[1].split("<")[0]
        other = await here.browser()
        await other.get("/desk/sign-in")
        await other.post("/desk/sign-in", login="1001", password=password)
        assert other.location == "/desk/sign-in/enrol"
        page = await browser.get(f"/desk/staff/person/{row.public_id}")
        assert "邀请" not in page and "重置登录" in page
        version = page.split('name="version" value="')[1].split('"')[0]
        await browser.post(f"/desk/staff/person/{row.public_id}", name="Mallory", number="9", doctor="", active="on",
                           version=version)
        kept = (await rows(sqlite_database))["D1"]
        assert browser.status == 303 and (kept.name, kept.number, kept.doctor) == ("王静", "1001", "D1")


async def test_who_leaves_is_out_at_once_and_comes_back_without_rights(database: Database) -> None:
    async with desk(database) as here:
        await told(here, WANG, LI)
        clerk = await here.hire("clerk", role={"audit.view": "all"})
        async with database.transaction() as tx:
            row = await people.by_login(tx, "clerk")
            assert row is not None
            await people.change(tx, row.id, hospital_code="S9", left_at=None)
        gone = replace(SUN, code="S9", number="clerk")
        await told(here, WANG, LI, gone)
        browser = await here.enter(clerk)
        await browser.get("/desk/audit/")
        assert browser.status == 200
        await told(here, WANG, LI)
        await browser.get("/desk/audit/")
        assert browser.location == "/desk/sign-in"
        await browser.get("/desk/sign-in")
        await browser.post("/desk/sign-in", login="clerk", password=PASSWORD)
        assert browser.status == 422
        assert "staff.left" in await here.acts()
        await told(here, WANG, LI, gone)
        back = (await rows(database))["S9"]
        assert back.state == "active" and back.left_at is None and back.factor_at is None
        await browser.get("/desk/sign-in")
        await browser.post("/desk/sign-in", login="clerk", password=PASSWORD)
        assert browser.status == 422 and "staff.returned" in await here.acts()


async def test_departments_follow_and_what_was_added_here_stays(database: Database) -> None:
    async with desk(database) as here:
        await told(here, LI)
        row = (await rows(database))["S2"]
        async with database.transaction() as tx:
            await people.set_places(tx, row.id, Places(frozenset({"d1"}), frozenset({"c3"})))
        await told(here, replace(LI, departments=("d2",), name="李护士长", number="2003"))
        assert await places(database, "S2") == Places(frozenset({"d2"}), frozenset({"c3"}))
        row = (await rows(database))["S2"]
        assert (row.name, row.number, row.login) == ("李护士长", "2003", "2002")
        assert (await here.acts())[-1] == "staff.followed"


async def test_a_fault_of_the_line_locks_nobody(sqlite_database: Database) -> None:
    crowd = [replace(LI, code=f"S{n}", number=f"30{n:02}", name=f"护士{n}") for n in range(30)]
    async with desk(sqlite_database) as here:
        await told(here, *crowd)
        for left in ([], crowd[:10]):
            await told(here, *left)
            assert {row.state for row in (await rows(sqlite_database)).values()} == {"active"}
        await told(here, *crowd[5:])
        assert sum(row.state == "disabled" for row in (await rows(sqlite_database)).values()) == 5


async def test_the_last_administrator_is_not_locked_out(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        await told(here, WANG, LI)
        await here.hire("boss", admin=True)
        async with sqlite_database.transaction() as tx:
            row = await people.by_login(tx, "boss")
            assert row is not None
            await people.change(tx, row.id, hospital_code="S1")
        await told(here, WANG, LI)
        assert (await rows(sqlite_database))["S1"].state == "active"
        await here.hire("other", admin=True)
        await told(here, WANG, LI)
        assert (await rows(sqlite_database))["S1"].state == "disabled"


async def test_a_kind_is_given_the_role_that_the_settings_name(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        await here.hire("xx", role={"booking.view": "own"})
        rules = here.settings.desk.model_copy(update={"roles": {"doctor": "role of xx", "nurse": "系统管理员"}})
        await told(here, WANG, LI, desk=rules)
        browser = await here.enter(await here.hire("boss", admin=True))
        page = await browser.get("/desk/staff/?q=1001")
        assert "role of xx" in page.split('data-rows')[1]
        assert "系统管理员" not in (await browser.get("/desk/staff/?q=2002")).split('data-rows')[1]


async def test_manual_staff_remain_and_may_be_said_to_be_a_doctor(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        world = World(sqlite_database)
        await ward.open_hospital(world)
        await ward.sync(world)
        one, two = await here.hire("one"), await here.hire("two")
        browser = await here.enter(await here.hire("boss", admin=True))

        async def say(staff: SetUp, number: str) -> str:
            page = await browser.get(f"/desk/staff/person/{staff.public_id}")
            version = page.split('name="version" value="')[1].split('"')[0]
            return await browser.post(f"/desk/staff/person/{staff.public_id}", name="X", version=version, active="on",
                                      doctor=number)

        assert "没有这个工号" in await say(one, "9999") and browser.status == 422
        await say(one, "1023")
        assert browser.status == 303
        assert "已经对应" in await say(two, "1023") and browser.status == 422
        await say(one, "")
        await say(two, "1023")
        assert browser.status == 303
        await told(here, WANG)
        async with sqlite_database.reading() as tx:
            found = {row.login: row for row in await people.everybody(tx)}
        assert found["one"].doctor is None and found["two"].doctor == "D1023"
        assert {row.state for row in found.values()} == {"active"}


CODES = st.lists(st.sampled_from([f"s{n}" for n in range(14)]), unique=True)


@given(known=CODES, gone=st.sets(st.sampled_from([f"s{n}" for n in range(14)])), now=CODES)
@settings(max_examples=60)
def test_everybody_is_in_exactly_one_part(known: list[str], gone: set[str], now: list[str]) -> None:
    rows = [Known(n, code, code, "A", "", "", code not in gone) for n, code in enumerate(known)]
    people_now = [Staff(code, code, "A", "nurse", "", (), ()) for code in now]
    found = roll.compare(rows, people_now)
    assert {each.code for each in found.new} == set(now) - set(known)
    assert {mine.code for mine, _ in found.back} == set(now) & set(known) & gone
    assert not found.changed
    missing = set(known) - set(now) - gone
    assert {each.code for each in found.left} == (set() if found.doubtful or not now else missing)
    assert not (found.doubtful and len(missing) <= roll.FEW and now)


def test_places_follow_both_hands() -> None:
    def of(*codes: str) -> Places:
        return Places(frozenset(codes))

    assert roll.follow(of("a", "x"), of("a"), of("b")) == of("b", "x")
    assert roll.follow(of(), of("a"), of("a")) == of()
    assert roll.read(roll.written(Places(frozenset({"a"}), frozenset({"b"})))) == Places(
        frozenset({"a"}), frozenset({"b"})
    )


@pytest.mark.parametrize(("number", "taken", "login"), [
    ("1001", (), "1001"), ("1001", ("1001",), "h-s-1"), ("1001", ("1001", "h-s-1"), "h-s-1-2"), ("王", (), "h-s-1"),
    ("A 1", (), "h-s-1"), ("Ab.1", (), "ab.1"), ("", (), "h-s-1"),
])
def test_a_name_to_sign_in_with(number: str, taken: tuple[str, ...], login: str) -> None:
    assert roll.login_of(Staff("S 1", number, "A", "nurse", "", (), ()), taken) == login
