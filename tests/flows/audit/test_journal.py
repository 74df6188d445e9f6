"""The journal: what is written when something is booked or refused, and who finds it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import select

from bot.access.office import Office
from bot.access.refusals import LoginTaken
from bot.db.engine import Database
from bot.db.journal import Wanted, find, journal
from bot.errors import Refusal
from flows.booking.refusals import SlotTaken
from flows.booking.service import BookingService
from jobs.outbox import Handles
from tests.flows.booking import ward
from tests.support.desk import desk
from tests.support.world import World


async def lines(database: Database) -> list[Any]:
    async with database.reading() as tx:
        return list(await tx.all(select(journal).order_by(journal.c.id)))


async def test_each_step_of_a_booking_is_told_once(database: Database) -> None:
    async with desk(database):
        world = World(database)
        await ward.open_hospital(world)
        code = await ward.session(world, capacity=1)
        await ward.sync(world)
        first, second = [each.id for each in await ward.segments(world, code)]
        person, other = await ward.person(world), await ward.person(world, "b", "李四")
        async with world.context("a") as context:
            held = await BookingService(context).hold(first, person, "r1")
        async with world.context("a") as context:
            assert (await BookingService(context).hold(first, person, "r1")).id == held.id
        async with world.context("a") as context:
            await BookingService(context).confirm(held.id)
        async with world.context("a") as context:
            await BookingService(context).confirm(held.id)
        with pytest.raises(SlotTaken):
            async with world.context("b") as context:  # the refusal rolls its transaction back
                await BookingService(context).hold(first, other, "r2")
        async with world.context("a") as context:
            new = await BookingService(context).change(held.id, second)
        async with world.context("a") as context:
            await BookingService(context).cancel(new.id)
        found = await lines(database)
        assert [(row.kind, row.failed, row.reason) for row in found] == [
            ("booking.hold", False, ""), ("booking.confirm", False, ""), ("booking.hold", True, "taken"),
            ("booking.change", False, ""), ("booking.cancel", False, ""),
        ]
        assert {row.person_id for row in found} == {person, other} and {row.clinic for row in found} == {"1101"}
        assert found[2].about == f"session:{code}" and found[2].person_id == other
        assert found[0].about == f"appointment:{held.public_id}" and found[0].actor.startswith("contact:")


async def test_a_refusal_in_the_chat_and_its_request(database: Database) -> None:
    async with desk(database) as here:
        world = World(database)
        await ward.open_hospital(world)
        code = await ward.session(world, minutes=60, capacity=1)
        await ward.sync(world)
        await ward.person(world)
        await world.said("a", "王静")
        (segment,) = await ward.segments(world, code)
        other = await ward.person(world, "b", "李四")
        async with world.context("b") as context:
            await BookingService(context).hold(segment.id, other, "r")
        answer = await world.said("a", "1")
        assert "约走" in answer.messages[0].text
        refused = (await lines(database))[-1]
        assert (refused.kind, refused.reason, refused.channel) == ("booking.hold", "taken", "wechat")
        browser = await here.enter(await here.hire("boss", admin=True))
        page = await browser.get(f"/desk/audit/journal?request={refused.request_id}")
        assert "号刚被约走" in page and "张*明" in page and "张三明" not in page and "共 1 条" in page


async def test_only_what_failed_outlives_what_is_rolled_back(database: Database) -> None:
    for error, kept in ((Refusal, ["b"]), (ValueError, [])):
        with pytest.raises(error):
            async with database.transaction() as tx:
                tx.note("x.a", actor="job:x")
                tx.note("x.b", actor="job:x", failed="no")
                raise error
        assert [row.kind.partition(".")[2] for row in await lines(database)] == kept
        async with database.transaction() as tx:
            await tx.update(journal.delete())


async def test_a_dead_letter_is_told(sqlite_database: Database) -> None:
    world = World(sqlite_database)

    async def never(job: Any, payload: Any) -> None:
        raise RuntimeError

    world.drain._handlers["test.never"] = Handles(never, tries=1)
    async with sqlite_database.transaction() as tx:
        tx.put("test.never", {})
    await world.drain.once()
    (row,) = await lines(sqlite_database)
    assert (row.kind, row.reason, row.actor) == ("job.dead", "RuntimeError", "job:test.never")


async def test_it_is_searched_by_day_kind_end_and_person(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        world = World(sqlite_database)
        await ward.open_hospital(world)
        await ward.session(world, clinic="1101", doctor="1023")
        await ward.session(world, clinic="1102", doctor="1031")
        await ward.sync(world)
        for who, name, clinic, sits in (("a", "张三明", "1101", "1023"), ("b", "李四", "1102", "1031")):
            person = await ward.person(world, who, name)
            segment = (await ward.segments(world, f"{ward.TOMORROW:%y%m%d}am{clinic}{sits}"))[0].id
            async with world.context(who) as context:
                await BookingService(context).hold(segment, person, who)
        async with sqlite_database.transaction() as tx:
            tx.note("push.dead", actor="job:notices", failed="OutsideUnavailable")
        boss = await here.enter(await here.hire("boss", admin=True))
        day = ward.TODAY
        for asked, many in (("", 3), ("?kind=booking.", 2), ("?kind=push.", 1), ("?outcome=failed", 1),
                            (f"?since={day}", 3), (f"?since={day + timedelta(1)}", 0), (f"?until={day}", 3),
                            (f"?until={day - timedelta(1)}", 0), ("?person=nobody", 0), ("?kind=zzz", 3)):
            page = await boss.get(f"/desk/audit/journal{asked}")
            assert (f"共 {many} 条" in page) if many else ("没有这样的记录" in page), asked
        await boss.post("/desk/audit/journal", q="张三明")
        assert boss.location.startswith("/desk/audit/journal?person=")
        page = await boss.get(boss.location)
        assert "共 1 条" in page and "张*明" in page
        assert (await here.acts())[-1] == "patients.searched"
        await boss.get("/desk/audit/journal?export=all")
        assert boss.status == 200
        nurse = await here.enter(await here.hire("nurse", clinics=["1101"], role={"audit.journal": "department"}))
        page = await nurse.get("/desk/audit/journal")
        assert "共 1 条" in page and "呼吸内科" in page and "心血管" not in page and "李*" not in page
        await nurse.get("/desk/audit/journal?export=all")
        assert nurse.status == 403
        await nurse.get("/desk/audit/")
        about = f"session:{ward.TOMORROW:%y%m%d}am11021031"
        async with sqlite_database.transaction() as tx:
            tx.note("booking.hold", actor="public", failed="taken", about=about, clinic="1102")
        named = re.compile(r'class="chip">([^<]*) <a')
        for browser, told in ((boss, ["李崇文", "心血管"]), (nurse, [])):
            chip = named.findall(await browser.get(f"/desk/audit/journal?about={about}"))[0]
            assert all(each in chip for each in told) and (told or chip == "一件事"), chip
        assert named.findall(await nurse.get("/desk/audit/journal?about=doctor:1031")) == ["一件事"]
        page = await boss.get("/desk/audit/journal?kind=access.")
        assert "越权被拒" in page and "查看操作记录" in page


async def test_what_the_rules_refuse_to_staff_is_told(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        browser = await here.enter(await here.hire("boss", admin=True))
        await here.hire("held", role={"audit.view": "all"})
        page = await browser.get("/desk/staff/roles")
        role = page.split(">role of held<")[0].rsplit("/desk/staff/roles/", 1)[1].split('"')[0]
        # a no that the page does not foresee
        with mock.patch.object(Office, "remove_role", side_effect=LoginTaken):
            await browser.post(f"/desk/staff/roles/{role}/remove")
        assert browser.status == 409
        row = (await lines(sqlite_database))[-1]
        assert (row.kind, row.reason) == ("access.not_done", "LoginTaken")
        assert row.about.startswith("/desk/staff/roles/") and role not in row.about


async def test_a_journal_that_cannot_be_written_hides_no_refusal(sqlite_database: Database) -> None:
    with mock.patch("bot.db.engine.failures", return_value=[("no sql at all", ())]), pytest.raises(Refusal):
        async with sqlite_database.transaction() as tx:
            tx.note("x.a", actor="job:x", failed="no")
            raise Refusal
    assert not await lines(sqlite_database)


async def test_the_newest_comes_first_whenever_it_was_written(database: Database) -> None:
    async with database.transaction() as tx:
        for number, hours in enumerate((1, 5, 3)):
            await tx.insert(journal, at=tx.now - timedelta(hours=hours), kind="booking.hold", failed=False, reason="",
                            about=f"session:{number}", clinic="", doctor="", channel="", actor="job:x", request_id="")
    async with database.reading() as tx:
        assert [row.about[-1] for row in await find(tx, Wanted(), limit=9)] == ["0", "2", "1"]
