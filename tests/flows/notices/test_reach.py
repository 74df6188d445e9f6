"""What was not delivered, as far as somebody reaches: by the matter that it is about."""

from __future__ import annotations

import io
import re
import zipfile

from sqlalchemy import select

from bot.db.engine import Database
from bot.db.outbox import DEAD, outbox
from flows.booking import store as booking
from flows.notices import store as pushes
from flows.notices.calls import store as calls
from tests.flows.booking.test_office import office
from tests.support.world import World

COUNT = re.compile(r'href="/desk/notices/"><strong class="num"[^>]*>(\d+)<')
CLERK = {"notices.undelivered": "department", "notices.export": "all", "patients.reveal": "department"}


async def left(world: World) -> dict[str, str]:
    """For the appointment in 1101 and the one in 1102 a dead push and a call each, and a row of the outbox: clinic ->
    the id of its call."""
    found = {}
    async with world.context("a") as context:
        tx = context.tx
        for row in await tx.all(select(booking.appointment).where(booking.appointment.c.state == "booked")):
            about = f"appointment:{row.public_id}"
            for kind in ("booking.booked", "booking.offer"):
                await pushes.add(tx, kind, about, row.contact_id, {}, tx.now, None)
            await tx.update(pushes.push.update().where(
                pushes.push.c.kind == "booking.booked", pushes.push.c.about == about).values(state=DEAD))
            one = await tx.scalar(select(pushes.push.c.id).where(
                pushes.push.c.kind == "booking.offer", pushes.push.c.about == about))
            await calls.add(tx, one, row.contact_id, "booking.offer")
            clinic = (await booking.appointment_of_public(tx, row.public_id)).clinic
            call = select(pushes.call_task.c.public_id).where(pushes.call_task.c.push_id == one)
            found[clinic] = await tx.scalar(call)
        tx.put("patients.sms_code", {"code": "123456"})
    async with world.context("a") as context:
        await context.tx.update(outbox.update().values(state=DEAD, error="refused 45047", attempts=5))
    return found


async def test_calls_and_letters_are_seen_counted_and_dealt_with_within_reach(database: Database) -> None:
    async with office(database) as (here, world):
        calls = await left(world)
        near = await here.enter(await here.hire("near", clinics=["1101"], role=CLERK))
        assert COUNT.findall(await near.get("/desk/")) == ["2"]
        page = await near.get("/desk/notices/")
        assert calls["1101"] in page and calls["1102"] not in page and "共 2 条" in page and "短信验证码" not in page
        token = near.token
        for path in (f"calls/{calls['1102']}/number", f"c{calls['1102']}/called", "o1/again"):
            await near.post(f"/desk/notices/{path}", csrf=token, why="打电话告诉本人")
            assert near.status == 404, path
        await near.get(f"/desk/notices/calls/{calls['1102']}")
        assert near.status == 404
        page = await near.get(f"/desk/notices/calls/{calls['1101']}")
        assert "看号码，并记下原因" in page and "替他办" not in page
        page = await near.post(f"/desk/notices/calls/{calls['1101']}/number", why="打电话告诉本人")
        assert near.status == 200 and "13800000001" in page
        await near.get("/desk/notices/?export=all")
        assert near.answer is not None
        with zipfile.ZipFile(io.BytesIO(await near.answer.read())) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert sheet.count("<row ") == 3
        await near.get("/desk/notices/")
        await near.post(f"/desk/notices/c{calls['1101']}/called")
        assert near.status == 303
        boss = await here.enter(await here.hire("boss", role={"notices.undelivered": "all"}))
        page = await boss.get("/desk/notices/")
        assert calls["1102"] in page and "短信验证码" in page
        counted = COUNT.findall(await boss.get("/desk/"))
        assert counted == re.findall(r"共 (\d+) 条", page)
        await boss.get("/desk/notices/?export=page")
        assert boss.status == 403
