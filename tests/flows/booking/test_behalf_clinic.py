"""What a clerk of one clinic does all day: book for a caller with its doctors, and check in who came."""

from __future__ import annotations

import re
from datetime import time

import pytest

from bot.db.engine import Database
from flows.booking.service import BookingService
from tests.flows.booking import behalf, ward
from tests.flows.booking.test_behalf_desk import HOME, RIGHTS, public
from tests.flows.booking.test_office import office


@pytest.mark.parametrize("address", ("", "?q=王静", "?q=1023", "?q=呼吸内科"))
async def test_a_doctor_who_sits_elsewhere_sooner(sqlite_database: Database, address: str) -> None:
    async with office(sqlite_database) as (here, world):
        await ward.session(world, ward.TODAY, clinic="1102", doctor="1023", half="pm", starts=time(14), ends=time(15))
        await ward.sync(world)
        person = await public(world, await behalf.caller(world))
        reach = {right: "all" if right.startswith("patients.") else "department" for right in RIGHTS}
        clerk = await here.enter(await here.hire("clerk", role=reach, clinics=["1101"]))
        page = await clerk.get(f"{HOME}{person}/book{address}")
        assert "王静" in page and "心血管内科" not in page and "不在您的数据范围内" not in page


async def test_who_comes_today_is_one_tap_from_the_check_in(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, world):
        code = await ward.session(world, ward.TODAY, doctor="1024", half="pm", starts=time(14), ends=time(15))
        await ward.sync(world)
        key = await ward.person(world, "d", "赵六")
        async with world.context("d") as context:
            service, own = BookingService(context), (await ward.segments(world, code))[0]
            booked = await service.confirm((await service.hold(own.id, key, "today")).id)
        person = await public(world, key)
        desk = {"booking.arrivals.view": "all", "booking.arrivals.check_in": "all"}
        nurse = await here.enter(await here.hire("nurse", role=RIGHTS | desk))
        page = await nurse.get(f"{HOME}{person}")
        found = re.search(r'href="(/desk/booking/arrivals\?[^"]+)"', page)
        assert found is not None and booked.public_id in found[1]
        assert "赵*" in await nurse.get(found[1]) and f"arrivals/{booked.public_id}/check-in" in nurse.page
        caller = await here.enter(await here.hire("caller", role=RIGHTS))
        assert "/desk/booking/arrivals" not in await caller.get(f"{HOME}{person}")
