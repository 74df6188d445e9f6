"""A fair opening on pages: in the draw, out of it, its result, and the public record that names nobody."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from bot.db.engine import Database
from flows.booking import store
from flows.booking.opening import rules
from flows.booking.opening import store as draws
from jobs import booking_opening
from tests.flows.booking import ward
from tests.flows.booking.test_pages import HOME, Reader
from tests.sandbox.stage import stage
from tests.support.world import World

DAY = ward.TODAY + timedelta(days=8)
OPENS = "2027-03-01 23:00:00+00:00"


@pytest.fixture
async def reader(sqlite_database: Database, travel: time_machine.Coordinates) -> AsyncIterator[Reader]:
    """The small hospital with one sought-after session of one slot, and two phones with somebody registered."""
    world = World(sqlite_database)
    await ward.open_hospital(world)
    async with stage(sqlite_database, world.ports) as on:
        found = Reader(on, world)
        for number in (1, 2):
            found.number = number
            await found.get(HOME)
        openids = {n: on.phones[n].seat(on.settings.accounts["main"].app_id).openid for n in (1, 2)}
        world.address = lambda who: openids[2 if who == "b" else 1]
        await ward.person(world)
        await ward.person(world, "b", "李四")
        code = await ward.session(world, DAY, capacity=1, ends=ward.time(9, 30))
        await ward.sync(world)
        async with sqlite_database.transaction() as tx:
            await draws.set_fair(tx, "1101", "D1023", 90, "test")
        await booking_opening.announce(world.workshop.job())
        assert len(await ward.segments(world, code)) == 1
        travel.move_to(OPENS)
        yield found


async def wish(reader: Reader, number: int) -> str:
    """Press what holds a slot elsewhere; gives the address of the wish."""
    reader.number = number
    path = await place(reader)
    await reader.get(path)
    await reader.post(path, person=reader.field("person"), request=reader.field("request"))
    return reader.path


async def place(reader: Reader) -> str:
    async with reader.world.database.reading() as tx:
        return f"{HOME}segments/{await tx.scalar(select(store.segment.c.id))}"


async def test_in_the_draw_and_what_came_of_it(reader: Reader, travel: time_machine.Coordinates) -> None:
    reader.number = 1
    assert "登记摇号</button>" in await reader.get(await place(reader)) and "下一步，留号" not in reader.text
    first = await wish(reader, 1)
    assert first.startswith(f"{HOME}wishes/") and "登记早晚都一样" in reader.text and "7:02" in reader.text
    assert await wish(reader, 1) == first, "a second press is the same wish"
    second = await wish(reader, 2)
    reader.number = 1
    await reader.get(second)
    assert reader.status == 404, "somebody else's"
    travel.shift(timedelta(seconds=91))
    await reader.get(first)
    assert "正在摇号" in reader.text
    await booking_opening.sweep_draws(reader.world.workshop.job())
    ends = {}
    for number, path in ((1, first), (2, second)):
        reader.number = number
        await reader.get(path)
        ends[number] = reader.path.startswith(f"{HOME}holds/")
        assert ("<h1>抽中了</h1>" in reader.text) == ends[number]
        assert ends[number] or ("没有抽中" in reader.text and "候补，有号通知我" in reader.text)
    assert sorted(ends.values()) == [False, True]
    lost = 1 if ends[2] else 2
    reader.number = lost
    await reader.get(first if lost == 1 else second)
    (address,) = {each.partition("?")[0] for each in reader.links(f"{HOME}draws/")}
    await record(reader, address)


async def record(reader: Reader, address: str) -> None:
    """For anybody, also without a sign-in."""
    page = await (await reader.on.browser.get(address)).text()
    assert "2 人登记，1 人抽中" in page and "下载记录文件" in page
    for private in ("三明", "张*", "李", "1380", "openid"):
        assert private not in page, private
    found = json.loads(await (await reader.on.browser.get(f"{address}.json")).text())
    assert rules.faults(found) == []
    code = found["wishes"][0]["code"]
    page = await (await reader.on.browser.get(address, params={"code": code.lower()})).text()
    assert f"{code} 排在第 1 位，抽中了" in page
    page = await (await reader.on.browser.get(address, params={"code": "<script>"})).text()
    assert "没有 &lt;SCRIPT&gt;" in page
    page = await (await reader.on.browser.get(f"{HOME}draws")).text()
    assert "王静" in page and "2 人登记" in page


async def test_out_of_it_again(reader: Reader, travel: time_machine.Coordinates) -> None:
    mine = await wish(reader, 1)
    await reader.post(f"{mine}/withdraw")
    assert "您退出了这次摇号" in reader.text
    travel.shift(timedelta(seconds=91))
    await wish(reader, 2)
    assert "登记到" in reader.text and reader.status == 409
    await booking_opening.sweep_draws(reader.world.workshop.job())
    await wish(reader, 2)
    assert reader.path.startswith(f"{HOME}holds/"), "nobody wished: whoever comes holds"
