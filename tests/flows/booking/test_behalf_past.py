"""A person's past at the counter: the latest within reach, whatever there is elsewhere, and that there is more."""

from __future__ import annotations

from datetime import timedelta

from bot.db.engine import Database
from flows.booking.pool import store as pool
from tests.flows.booking import ward
from tests.flows.booking.days import session
from tests.flows.patients.test_reach import ids
from tests.support.desk import desk
from tests.support.world import World

ROLE = {"patients.find": "department", "booking.behalf.see": "department", "booking.view": "department"}


async def cancelled(world: World, segment: int, person: int, many: int) -> None:
    for n in range(many):
        async with world.context("a") as context:
            await pool.add(
                context.tx, person_id=person, contact_id=context.contact.id, segment_id=segment, slot_id=0,
                number=n + 1, request_id=f"past {segment} {n}", channel="wechat", fee=2500, created_at=context.now,
                created_by="test", state="cancelled", hold_until=context.now, booked_at=context.now,
            )


async def test_what_lies_elsewhere_hides_nothing_and_more_is_told(database: Database) -> None:
    async with desk(database) as here:
        world = World(database)
        await ward.open_hospital(world)
        near = (await session(world, ward.TODAY + timedelta(days=1)))[0]
        far = (await session(world, ward.TODAY + timedelta(days=2), doctor="1031"))[0]
        person = await ward.person(world)
        await cancelled(world, near, person, 2)
        await cancelled(world, far, person, 12)
        path = f"/desk/booking/for/{(await ids(world))['张三明']}"
        one = await here.enter(await here.hire("one", role=ROLE, clinics=["1101"]))
        page = await one.get(path)
        assert page.count("已取消") == 2 and "只列最近" not in page
        other = await here.enter(await here.hire("other", role=ROLE, clinics=["1102"]))
        page = await other.get(path)
        assert page.count("已取消") == 10 and "只列最近的 10 次" in page
