"""The pages on which staff book for a person: from the search to the receipt, with what the trail keeps of it."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Any

import pytest

from bot.access.audit import store as trail
from bot.db.engine import Database
from flows.booking import store
from flows.booking.service import BookingService
from flows.patients import enrolling
from flows.patients import store as patients
from flows.patients.finding import store as finding
from integrations.his.port import HospitalPort
from tests.flows.booking import behalf, ward
from tests.flows.booking.test_office import doctor, office, segment
from tests.flows.booking.test_waiting import cancel as gives_back
from tests.flows.booking.test_waiting import full, sweep
from tests.support.desk import Browser, Desk
from tests.support.world import World

RIGHTS = {f"booking.behalf.{each}": "all" for each in ("see", "book", "change", "cancel", "wait")} | {
    "patients.find": "all", "patients.enrol": "all", "booking.view": "all",
}
HOME = "/desk/booking/for/"


async def public(world: World, person: int) -> str:
    async with world.database.reading() as tx:
        known = await patients.any_person(tx, person)
        assert known is not None
        return known.public_id


def button(page: str, name: str) -> str:
    """The value of the first button of this name."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, page
    return found[1]


async def acts(here: Desk) -> list[tuple[str, dict[str, Any]]]:
    async with here.database.reading() as tx:
        found = await trail.find(tx, trail.Wanted(act="booking."), limit=20)
    return [(entry.act, dict(entry.facts)) for entry in reversed(found)]


async def clerk(here: Desk, **more: str) -> Browser:
    return await here.enter(await here.hire("clerk", role=RIGHTS | more))


async def test_a_clerk_books_changes_and_cancels_for_a_caller(database: Database) -> None:
    async with office(database) as (here, world):
        person = await public(world, await behalf.caller(world))
        browser = await clerk(here)
        page = await browser.get(f"{HOME}{person}")
        assert "钱*云" in page and "没有还没看的预约" in page
        page = await browser.get(f"{HOME}{person}/book?q=lcw")
        assert "李崇文" in page and "09:00" in page  # only one can be meant: the times at once
        once = button(page, "request")
        await browser.post(f"{HOME}{person}/hold", segment=button(page, "segment"), request=once, via="phone")
        held = browser.location
        page = await browser.get(held)
        assert "25" in page and "209 诊室" in page and "身份证件" in page and "钱*云" in page
        await browser.post(held.partition("?")[0] + "/confirm", via="phone")
        page = await browser.get(browser.location)
        assert "约好了" in page and "李崇文" in page and "电话" in page
        change = re.search(rf'href="({HOME}{person}/appointment/[^"]+/change)', page)
        assert change
        page = await browser.get(change[1])
        await browser.post(change[1], segment=button(page, "segment"), via="phone")
        page = await browser.get(browser.location)
        assert "改好了" in page and "09:30" in page
        cancel = re.search(rf'href="({HOME}{person}/appointment/[^"]+/cancel)', page)
        assert cancel
        await browser.get(cancel[1])
        await browser.post(cancel[1], why="", via="phone")
        assert browser.status == 422 and "原因" in browser.page
        await browser.post(cancel[1], why="本人来电，不来了", via="phone")
        page = await browser.get(browser.location)
        assert "取消了" in page and "没有还没看的预约" in page
        told = await acts(here)
        assert [act for act, _ in told] == ["booking.booked_for", "booking.changed_for", "booking.cancelled_for"]
        assert told[2][1]["why"] == "本人来电，不来了" and told[0][1]["channel"] == "phone"
        auditor = await here.enter(await here.hire("auditor", role={"audit.view": "all"}))
        page = await auditor.get("/desk/audit/")
        assert "替患者取消预约" in page and "渠道：电话" in page
        assert await ward.balanced(world)


async def test_late_is_a_right_of_its_own(database: Database) -> None:
    async with office(database) as (here, world):
        here.clock.shift(timedelta(hours=14))
        async with world.context("a") as context:
            row = (await BookingService(context).coming())[0]
        async with world.database.reading() as tx:
            person = (await patients.any_person(tx, row.person_id)).public_id
        address = f"{HOME}{person}/appointment/{row.public_id}/cancel"
        browser = await clerk(here)
        assert "权限的同事" in await browser.get(address)
        await browser.post(address, why="本人来电")
        assert browser.status == 409 and (await behalf.now(world, row.id)).state == "booked"
        chief = await here.enter(await here.hire("chief", role=RIGHTS | {"booking.behalf.late": "all"}))
        assert "不算爽约" in await chief.get(address)
        await chief.post(address, why="本人来电，临时住院")
        assert (await behalf.now(world, row.id)).state == "cancelled"
        assert (await acts(here))[-1][1]["overdue"] is True


async def test_only_what_a_clerk_s_department_has(database: Database) -> None:
    async with office(database) as (here, world):
        rights = dict.fromkeys(RIGHTS, "all") | {
            each: "department" for each in RIGHTS if each.startswith("booking.")}
        browser = await here.enter(await here.hire("other", role=rights, departments=["15"]))
        async with world.context("a") as context:
            row = (await BookingService(context).coming())[0]
            person = await public(world, row.person_id)
        page = await browser.get(f"{HOME}{person}")
        assert "另有 1 个预约" in page and "王静" not in page
        assert "王静" not in await browser.get(f"{HOME}{person}/book?q=lcw")
        await browser.post(f"{HOME}{person}/hold", segment=str(await segment(world, "1102")), request="0" * 32)
        assert browser.status == 404
        await browser.get(f"{HOME}{person}/appointment/{row.public_id}/cancel")
        assert browser.status == 404


async def test_a_rule_is_said_in_words_for_staff(database: Database) -> None:
    async with office(database) as (here, world):
        async with world.context("a") as context:
            row = (await BookingService(context).coming())[0]
            person = await public(world, row.person_id)
        browser = await clerk(here)
        await browser.get(f"{HOME}{person}")
        later = (await ward.segments(world, f"{ward.TOMORROW:%y%m%d}am11011023"))[1].id
        page = await browser.post(f"{HOME}{person}/hold", segment=str(later), request="0" * 32)
        assert browser.status == 409 and "已经有这位医生的号" in page and "回复" not in page


async def test_a_new_caller_is_registered_and_a_known_one_found(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(database) as (here, world):
        here.world.ports.put(HospitalPort, world.ports[HospitalPort])
        browser = await clerk(here)
        assert "建档" in await browser.post("/desk/patients/find", csrf=browser.token, q="周新来")
        form = {"name": "周新来", "document_type": "passport", "document_number": "E88776655", "sex": "male",
                "birth_date": "1970-02-03", "mobile": "13900000001"}
        await browser.get("/desk/patients/new")
        await browser.post("/desk/patients/new", **form)
        assert browser.status == 422 and "患者同意了再打勾" in browser.page and "隐私说明" not in browser.page
        await browser.post("/desk/patients/new", **form, consent="yes")
        assert browser.location.endswith("?done=new")
        page = await browser.get(browser.location)
        assert "周*来" in page and "代约" in page
        await world.drain.once()  # the hospital makes the record
        async with world.database.reading() as tx:
            found = await finding.by_anything(tx, "13900000001")
        assert [each.record_state for each in found] == ["known"]
        await browser.get("/desk/patients/new")
        await browser.post("/desk/patients/new", **form | {"mobile": "13900000002"}, consent="yes")
        assert browser.location.endswith("?done=known")
        await browser.get("/desk/patients/new")
        page = await browser.post("/desk/patients/new", **form | {"name": "别人"}, consent="yes")
        assert browser.status == 409 and "另一个名字" in page
        monkeypatch.setattr(enrolling, "NAMES_A_DAY", 1)
        await browser.get("/desk/patients/new")
        page = await browser.post("/desk/patients/new", **form, consent="yes")
        assert browser.status == 409 and "对不上的次数太多" in page
        async with world.database.reading() as tx:
            acts = [row.act for row in await trail.find(tx, trail.Wanted(act="patients.enrol"), limit=20)]
        assert sorted(acts) == ["patients.enrol_known", *["patients.enrol_refused"] * 2, "patients.enrolled"]


async def test_who_waits_is_called_and_the_call_closes_with_the_answer(database: Database) -> None:
    async with office(database) as (here, world):
        session, made = await full(world)
        person = await behalf.caller(world)
        address = f"{HOME}{await public(world, person)}"
        browser = await here.enter(await here.hire("clerk", role=RIGHTS | {
            "notices.undelivered": "all", "patients.reveal": "all"}))
        await browser.get(address)
        await browser.post(f"{address}/wait", session=str(session))
        assert "候补上了" in await browser.get(browser.location)
        await gives_back(world, 0, made[0])
        await sweep(world)
        await world.drain.once()
        page = await browser.get("/desk/notices/")
        call = re.search(r'href="(/desk/notices/calls/[^"]+)">钱\*云<', page)
        assert call and "王静" in page
        page = await browser.get(call[1])
        assert "13800000009" not in page
        await browser.post(f"{call[1]}/number", why="告诉")
        assert browser.status == 422
        page = await browser.post(f"{call[1]}/number", why="候补有号，打电话告诉本人")
        assert "13800000009" in page
        page = await browser.get(address)
        take = re.search(r'action="([^"]+/confirm)"', page)
        assert take and "替他要" in page
        await browser.post(take[1])
        assert "约好了" in await browser.get(browser.location)
        assert "都送到了" in await browser.get("/desk/notices/")
        told = await acts(here)
        assert [act for act, _ in told] == ["booking.waited_for", "booking.took_for"]


async def test_the_next_visit_from_the_doctors_room(database: Database) -> None:
    async with office(database) as (here, world):
        code = await ward.session(world, ward.TODAY, half="pm", starts=time(15), ends=time(16))
        await ward.sync(world)
        person = await behalf.caller(world)
        now = await behalf.booked(world, person, (await ward.segments(world, code))[0].id)
        member = await doctor(here, "wang", "D1023", {"booking.mine": "all", "booking.behalf.next": "all"})
        browser = await here.enter(member)
        page = await browser.get("/desk/booking/mine")
        again = re.search(r'href="(/desk/booking/mine/next/[^"]+)"', page)
        assert again and again[1].endswith(now.public_id)
        page = await browser.get(again[1])
        assert "09:30" in page
        await browser.post(again[1], segment=button(page, "segment"), request=button(page, "request"))
        assert "下次约好了" in await browser.get(browser.location)
        async with world.database.reading() as tx:
            rows = await tx.all(store.appointment.select().where(store.appointment.c.channel == "room"))
        assert [(row.state, row.person_id, row.created_by) for row in rows] == [
            ("booked", person, f"staff:{member.public_id}")]
        other = await here.enter(await doctor(here, "li", "D1031", {"booking.behalf.next": "all"}))
        await other.get(again[1])
        assert other.status == 404


async def test_offices_filter_every_channel(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, world):
        await behalf.booked(world, await behalf.caller(world), await segment(world, "1102"), "window")
        browser = await clerk(here)
        days = f"since={ward.TOMORROW}&until={ward.TOMORROW}"
        page = await browser.get(f"/desk/booking/appointments?{days}&channel=window")
        assert "钱*云" in page and "张*明" not in page
        assert all(f'value="{each}"' in page for each in ("room", "outside", "window", "phone"))
