"""Shares and draws in the console: who may set them, for which clinics, and that it is written into the trail."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.db.engine import Database
from flows.booking.opening import store as draws
from flows.booking.pool.shares import store as shares
from jobs import booking_opening
from tests.flows.booking import ward
from tests.support.desk import Desk, desk
from tests.support.world import World

SHARES, DRAWS = "/desk/booking/shares", "/desk/booking/draws"


async def hospital(here: Desk) -> World:
    world = World(here.database)
    await ward.open_hospital(world)
    for days in (3, 9):
        await ward.session(world, ward.TODAY + timedelta(days=days), capacity=5)
    await ward.sync(world)
    return world


async def test_a_share_is_set_changed_and_dropped(database: Database) -> None:
    async with desk(database) as here:
        world = await hospital(here)
        head = await here.hire("head", clinics=["1101"], role={"booking.shares": "department"})
        browser = await here.enter(head)
        page = await browser.get(SHARES)
        assert "没有给哪个渠道留号" in page and "心血管内科" not in page
        share = {"clinic": "1101", "doctor": "D1023", "channel": "window", "percent": "40", "hours": "12"}
        await browser.post(SHARES, **share)
        assert browser.location == f"{SHARES}?done=kept"
        await booking_opening.renew_shares(world.workshop.job(), {})
        async with database.reading() as tx:
            assert sum(row.free for row in await tx.all(select(shares.share))) == 8
        await browser.get(SHARES)
        page = await browser.post(SHARES, **{**share, "channel": "kiosk", "percent": "70"})
        assert browser.status == 422 and "超过 100%" in page
        day = (ward.TODAY + timedelta(days=3)).isoformat()
        await browser.post(SHARES, **share | {"percent": "20"}, day=day)
        await browser.post(SHARES, **share | {"percent": "20"}, day="2027-04-01")
        assert browser.status == 422
        page = await browser.get(SHARES)
        assert "2027-03-04 上午" in page and "40%" in page
        for name, wrong in (("clinic", "1102"), ("doctor", "D1031"), ("percent", "0"), ("channel", "web")):
            await browser.get(SHARES)
            await browser.post(SHARES, **{**share, name: wrong})
            assert browser.status in (404, 422), name
        async with database.reading() as tx:
            rows = await shares.rules(tx)
        await browser.get(SHARES)
        for row in rows:
            await browser.post(f"{SHARES}/{row.public_id}/drop")
        await booking_opening.renew_shares(world.workshop.job(), {})
        assert await ward.balanced(world)
        async with database.reading() as tx:
            assert not await tx.all(select(shares.share))
        told = await here.acts()
        assert told.count("booking.share_kept") == 2 and told.count("booking.share_dropped") == 2


async def test_a_doctor_is_drawn_from_now_on(database: Database) -> None:
    async with desk(database) as here:
        await hospital(here)
        head = await here.hire("head", clinics=["1101"], role={"booking.fair": "department"})
        browser = await here.enter(head)
        await browser.get(DRAWS)
        await browser.post(DRAWS, clinic="1101", doctor="D1023", seconds="30")
        assert browser.status == 422
        await browser.post(DRAWS, clinic="1102", doctor="", seconds="90")
        assert browser.status == 404
        await browser.get(DRAWS)
        await browser.post(DRAWS, clinic="1101", doctor="D1023", seconds="90")
        page = await browser.get(DRAWS)
        assert "2027-03-10" in page and "2027-03-04" not in page, "what is open already is not drawn"
        async with database.reading() as tx:
            fair, draw = (await draws.fairs(tx))[0], await tx.one(select(draws.draw))
        assert draw is not None
        page = await browser.get("/h5/booking/draws")
        assert "王静" in page
        page = await browser.get(f"/h5/booking/draws/{draw.public_id}")
        assert draw.seed_hash in page and draw.seed not in page
        await browser.get(f"/h5/booking/draws/{draw.public_id}.json")
        assert browser.status == 404
        await browser.get(DRAWS)
        await browser.post(f"{DRAWS}/{fair.public_id}/drop")
        assert "撤回" in await browser.get(DRAWS)
        assert [act for act in await here.acts() if act.startswith("booking.")] == [
            "booking.fair_set", "booking.fair_dropped"
        ]


async def test_without_the_right_nothing_of_it_is_there(database: Database) -> None:
    async with desk(database) as here:
        other = await here.hire("other", role={"booking.view": "all"})
        browser = await here.enter(other)
        for path in (SHARES, DRAWS):
            await browser.get(path)
            assert browser.status == 403
            await browser.get("/desk/booking/")
            assert path not in browser.page
            await browser.post(path, clinic="1101")
            assert browser.status == 403
