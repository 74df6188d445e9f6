"""A clerk of one clinic books for a caller: its doctors are there, also where they sit elsewhere sooner."""

from __future__ import annotations

from datetime import time

import pytest

from bot.db.engine import Database
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
