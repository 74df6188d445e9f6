"""The figures on the pages of the office: who did not come, and the period before beside."""

from __future__ import annotations

import html
import re
from datetime import timedelta

from bot.db.engine import Database
from bot.db.schema import new_public_id
from flows.booking import store
from flows.booking.standing.store import no_show
from tests.flows.booking import ward
from tests.flows.booking.test_office import ALL, DAY, office, sheet


async def test_who_did_not_come_is_counted_and_the_period_before_stands_beside(database: Database) -> None:
    async with office(database) as (here, _):
        here.clock.shift(timedelta(days=2))
        async with database.transaction() as tx:
            rows = await tx.all(store.appointment.select().where(store.appointment.c.state == "booked"))
            for row, state in zip(rows, ("counted", "struck"), strict=True):
                await tx.insert(no_show, public_id=new_public_id(), appointment_id=row.id, person_id=row.person_id,
                                missed_at=tx.now, written_at=tx.now, state=state)
        browser = await here.enter(await here.hire("office", role=ALL))
        page = await browser.get(f"/desk/booking/use?{DAY}")
        assert "50.0%" in page and "100.0%" in page and "上期没有可比" in page and "爽约，数字见下表" in page
        later = ward.TOMORROW + timedelta(days=7)
        here.clock.shift(timedelta(days=8))
        browser = await here.enter(await here.hire("late", role=ALL))
        page = await browser.get(f"/desk/booking/use?since={later}&until={later}&by=date")
        assert "25.0%" in page  # of the same day a week before, in the column of the period before
        page = await browser.get(f"/desk/booking/appointments?{DAY}")
        assert "爽约" in page and "已过就诊时间" in page
        await browser.get(f"/desk/booking/use?{DAY}&export=all")
        assert {"爽约率 %", f"使用率 % {ward.TOMORROW}–{ward.TOMORROW}", "呼吸内科"} <= set(await sheet(browser))
        assert f"上期使用率 % {ward.TOMORROW - timedelta(days=7)}–{ward.TOMORROW - timedelta(days=7)}" in set(
            await sheet(browser))


async def test_what_is_ahead_is_compared_with_what_was_booked_as_long_before(database: Database) -> None:
    async with office(database) as (here, _):
        later = ward.TOMORROW + timedelta(days=7)
        here.clock.shift(timedelta(days=7, hours=-3))  # hours before what was booked a week ago
        browser = await here.enter(await here.hire("early", role=ALL))
        page = await browser.get(f"/desk/booking/use?since={later}&until={later}&by=date")
        assert "25.0%" not in page and "只算到离得一样远的 2027-03-01 06:" in page
        here.clock.shift(timedelta(hours=4))
        browser = await here.enter(await here.hire("late", role=ALL))
        page = await browser.get(f"/desk/booking/use?since={later}&until={later}&by=date")
        assert "25.0%" in page and "只算到离得一样远的 2027-03-01 10:" in page
        assert '"as": "before"' in html.unescape(page)
        await browser.get(f"/desk/booking/use?since={later}&until={later}&export=all")
        assert any("≤2027-03-01 10:" in str(cell) for cell in await sheet(browser))


async def test_a_session_that_nobody_new_gets_into_sits_all_the_same(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _):
        here.clock.shift(timedelta(days=2))
        async with sqlite_database.transaction() as tx:
            for row in await tx.all(store.appointment.select().where(store.appointment.c.state == "booked")):
                await tx.insert(no_show, public_id=new_public_id(), appointment_id=row.id, person_id=row.person_id,
                                missed_at=tx.now, written_at=tx.now, state="counted")
        browser = await here.enter(await here.hire("office", role=ALL))
        before = re.findall(r"[\d.]+%", await browser.get(f"/desk/booking/use?{DAY}"))
        async with sqlite_database.transaction() as tx:
            mine = store.session.update().where(store.session.c.clinic == "1101", store.session.c.state == "open")
            await tx.update(mine.values(state="closed"))
        after = re.findall(r"[\d.]+%", await browser.get(f"/desk/booking/use?{DAY}"))
        assert "25.0%" in after and "100.0%" in after and after == before
