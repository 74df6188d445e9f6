"""What could not be delivered, on the desk: seen in words, tried again, called."""

from __future__ import annotations

from bot.access.audit import store as trail
from bot.db.engine import Database
from bot.db.outbox import DEAD, outbox
from flows.notices import store as pushes
from flows.notices.calls import store as calls
from tests.support.desk import desk
from tests.support.world import World


async def leave(world: World) -> None:
    """A dead row of the outbox, a dead push and a call to make."""
    async with world.context("a") as context:
        tx, contact = context.tx, context.contact
        assert contact is not None
        tx.put("patients.sms_code", {"code": "123456"})
        for kind in ("booking.booked", "booking.cancelled"):
            await pushes.add(tx, kind, "appointment:x", contact.id, {}, tx.now, None)
    async with world.context("a") as context:
        tx, contact = context.tx, context.contact
        assert contact is not None
        await tx.update(outbox.update().values(state=DEAD, error="refused 45047", attempts=5))
        await tx.update(pushes.push.update().where(pushes.push.c.kind == "booking.booked").values(state=DEAD))
        other = await tx.scalar(pushes.push.select().where(pushes.push.c.kind == "booking.cancelled"))
        await calls.add(tx, other, contact.id, "booking.cancelled")


async def test_what_was_not_delivered_is_dealt_with(database: Database) -> None:
    async with desk(database) as here:
        await leave(World(database))
        clerk = await here.enter(await here.hire("clerk", role={"notices.undelivered": "all"}))
        assert ">3<" in await clerk.get("/desk/") and "没送到的通知" in clerk.page
        page = await clerk.get("/desk/notices/")
        assert "发短信验证码" in page and "45047" in page and "要打电话" in page and "123456" not in page
        assert "booking." not in page.split("<tbody>")[1].split("</tbody>")[0]
        for act in ("again", "again", "called"):
            await clerk.get("/desk/notices/")
            path = clerk.page.split(f'/{act}"')[0].rsplit('action="', 1)[1]
            await clerk.post(f"{path}/{act}")
            assert clerk.location == f"/desk/notices/?done={act}", path
        assert "都送到了" in await clerk.get("/desk/notices/")
        await clerk.post(f"{path}/called")  # a second tap on the same button
        assert clerk.location == "/desk/notices/?done=called"
        second = await here.enter(await here.hire("second", role={"notices.undelivered": "all"}))
        await second.post(f"{path}/called")
        assert second.status == 404
        async with database.reading() as tx:
            told = await trail.find(tx, trail.Wanted(act="notices."), limit=9)
        assert sorted(entry.act for entry in told) == ["notices.again", "notices.again", "notices.called"]
        boss = await here.enter(await here.hire("boss", admin=True))
        page = await boss.get("/desk/audit/?act=notices.")
        assert "通知 预约成功" in page and "要打的电话 预约取消" in page
        await (await here.enter(await here.hire("other", role={}))).get("/desk/notices/")
