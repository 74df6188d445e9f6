"""Staff book and change examinations and packages for who calls or stands at the window."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.db.contacts import contact
from bot.db.engine import Database
from flows.booking import store
from flows.booking.exams.service import ExamService
from flows.booking.exams.wishes import PACKAGE
from integrations.his.conduct import Conduct, behave
from integrations.his.port import HospitalPort
from tests.flows.booking import behalf, ward
from tests.flows.booking.exams import devices
from tests.flows.booking.test_behalf_desk import HOME, acts, button, clerk, public
from tests.support.desk import Browser, Desk, desk
from tests.support.world import World

LATER = ward.TOMORROW + timedelta(days=1)


@asynccontextmanager
async def floor(database: Database) -> AsyncIterator[tuple[Desk, World, str]]:
    """Devices with free mornings on two days; a caller with an order for an endoscopy and one for an ultrasound."""
    async with desk(database) as here:
        world = World(database)
        await ward.open_hospital(world)
        await devices.build(world)
        for room in ("401", "201", "211", "212"):
            for day in (ward.TOMORROW, LATER):
                await devices.session(world, day, room)
        await ward.sync(world)
        here.world.ports.put(HospitalPort, world.ports[HospitalPort])
        person = await behalf.caller(world)
        await devices.ordered(world, "钱小云", "EN-GASTRO", "US-ABD")
        yield here, world, f"{HOME}{await public(world, person)}"


async def rows(world: World) -> list[tuple[str, str]]:
    async with world.database.reading() as tx:
        found = await tx.all(store.appointment.select().order_by(store.appointment.c.id))
    return [(row.state, row.channel) for row in found]


async def test_one_that_was_ordered_is_booked_read_out_and_moved(database: Database) -> None:
    async with floor(database) as (here, world, home):
        browser = await clerk(here)
        page = await browser.get(f"{home}/exams?via=window")
        assert "胃镜" in page and "腹部彩超" in page and "320.00 元" in page and "体检套餐" in page
        order = re.findall(r'name="pick" id="pick\d" value="([^"]+)"', page)[0]
        page = await browser.get(f"{home}/exams/times?via=window&pick={order}")
        assert "活动的假牙" in page and "检查单" in page
        slot = button(page, "chosen")
        await browser.post(f"{home}/exams/hold", chosen=slot, request=button(page, "request"), via="window")
        held = browser.location
        page = await browser.get(held)
        assert "起空腹" in page and "401 室" in page and "检查费共 320.00 元" in page
        await browser.post(held.partition("?")[0] + "/confirm", via="window")
        again = await browser.get(browser.location)
        assert "约好了" in again and "胃镜" in again and await rows(world) == [("booked", "window")]
        assert "已经约好的有 1 项" in await browser.get(f"{home}/exams") and ">胃镜<" not in browser.page
        change = re.search(rf'href="({home}/exams/[^"]+/change)', await browser.get(home))
        assert change
        page = await browser.get(change[1])
        assert "起空腹" in page
        await browser.post(change[1], segment=button(page, "segment"), via="phone")
        assert "改好了" in await browser.get(browser.location)
        assert await rows(world) == [("changed", "window"), ("booked", "phone")]
        assert [act for act, _ in await acts(here)] == ["booking.booked_for", "booking.changed_for"]
        assert await ward.balanced(world)


async def presses(browser: Browser, home: str, page: str) -> str:
    """就这样约 below the first plan; gives the page that it leads to."""
    form = re.findall(rf'<form method="post" action="{home}/exams/hold">.*?</form>', page, re.S)[0]
    chosen = re.findall(r'name="chosen" value="([^"]+)"', form)
    await browser.post(f"{home}/exams/hold", via="phone", request=button(form, "request"), chosen=chosen)
    assert browser.status == 303, browser.page
    return browser.location


async def test_several_and_a_package_are_held_and_confirmed_whole(database: Database) -> None:
    async with floor(database) as (here, world, home):
        browser = await clerk(here)
        page = await browser.get(f"{home}/exams")
        both = "&pick=".join(re.findall(r'name="pick" id="pick\d" value="([^"]+)"', page))
        held = await presses(browser, home, await browser.get(f"{home}/exams/times?pick={both}"))
        page = await browser.get(held)
        assert "2 项一起确认" in page and "检查费共 440.00 元" in page and page.count("起空腹") == 2
        await browser.post(held.partition("?")[0] + "/release", via="phone")
        assert set(await rows(world)) == {("released", "phone")}
        package = await browser.get(f"{home}/exams/times?pick={PACKAGE}PK-BASE")
        held = await presses(browser, home, package)
        page = await browser.get(held)
        assert "3 项一起确认" in page and "到院缴费" in page and "和检查单" not in page
        await browser.post(held.partition("?")[0] + "/confirm", via="phone")
        assert "约好了" in await browser.get(browser.location)
        assert (await rows(world))[2:] == [("booked", "phone")] * 3
        await browser.post(held.partition("?")[0] + "/confirm", via="phone")  # pressed twice
        told = [act for act, _ in await acts(here)]
        assert told == ["booking.released_for"] * 2 + ["booking.booked_for"] * 3
        assert await ward.balanced(world)


async def test_what_cannot_be_is_said_to_staff_and_keeps_what_was_picked(sqlite_database: Database) -> None:
    async with floor(sqlite_database) as (here, world, home):
        browser = await clerk(here)
        await browser.get(f"{home}/exams/times")
        assert "请先勾选" in browser.page and "胃镜" in browser.page
        page = await browser.get(f"{home}/exams")
        one = re.findall(r'name="pick" id="pick\d" value="([^"]+)"', page)[0]
        page = await browser.get(f"{home}/exams/times?pick={one}")
        slot, once = button(page, "chosen"), button(page, "request")
        async with sqlite_database.transaction() as tx:
            mine = store.segment.update().where(store.segment.c.id == int(slot.partition(":")[0]))
            await tx.update(mine.values(state="closed"))
        await browser.post(f"{home}/exams/hold", chosen=slot, request=once, via="phone")
        assert browser.status == 409 and "胃镜" in browser.page and "活动的假牙" in browser.page
        for bad in ("x", f"{slot.partition(':')[0]}:nobody"):
            await browser.get(f"{home}/exams")
            await browser.post(f"{home}/exams/hold", chosen=bad, request=once, via="phone")
            assert browser.status in (404, 409) and not await rows(world)
        await behave(sqlite_database, Conduct(unavailable=True))
        page = await browser.get(f"{home}/exams")
        assert "医院系统没有答复" in page and "体检套餐" in page  # which needs no order


async def test_only_devices_within_reach(sqlite_database: Database) -> None:
    async with floor(sqlite_database) as (here, _, home):
        rights = {"patients.find": "all", "booking.behalf.see": "all", "booking.behalf.book": "department"}
        browser = await here.enter(await here.hire("other", role=rights, departments=["15"]))
        page = await browser.get(f"{home}/exams")
        assert "胃镜" not in page and "另有 2 张检查单" in page and "体检套餐" not in page
        await browser.get(f"{home}/exams/times?pick={PACKAGE}PK-BASE")
        assert browser.status == 404


async def test_of_what_is_held_together_only_what_lies_within_reach(sqlite_database: Database) -> None:
    """Who may not see all of it can neither confirm it nor give it back."""
    async with floor(sqlite_database) as (here, world, home):
        first = await clerk(here)
        both = "&pick=".join(re.findall(r'name="pick" id="pick\d" value="([^"]+)"', await first.get(f"{home}/exams")))
        held = await presses(first, home, await first.get(f"{home}/exams/times?pick={both}"))
        async with sqlite_database.reading() as tx:
            ids = [row.public_id for row in await tx.all(store.appointment.select())]
        rights = {"patients.find": "all", "booking.behalf.see": "all", "booking.behalf.book": "department"}
        browser = await here.enter(await here.hire("other", role=rights, clinics=["2694"]))
        seen = [(each, await browser.get(f"{home}/exams/held/{each}")) for each in ids]
        mine = [(each, page) for each, page in seen if "胃镜" in page]
        assert held and len(mine) == 1 and not any("彩超" in page for _, page in seen)
        for act in ("confirm", "release"):
            await browser.get(f"{home}/exams/held/{mine[0][0]}")
            await browser.post(f"{home}/exams/held/{mine[0][0]}/{act}", via="phone")
            assert browser.status == 404 and set(await rows(world)) == {("held", "phone")}


async def test_somebody_whom_nothing_reaches_while_an_examination_is_held_for_them(sqlite_database: Database) -> None:
    """They held it in the chat, which they have left since; at the desk nobody was called for them yet."""
    async with floor(sqlite_database) as (here, world, _):
        person = await ward.person(world, "left", "钱一飞")
        await devices.ordered(world, "钱一飞", "EN-GASTRO")
        async with world.context("left") as context:
            service = ExamService(context)
            (wish,), _ = await service.orders(person)
            time = (await service.times(person, wish.name))[0]
            await service.hold_together(person, {wish.name: time.segment}, "r")
        async with sqlite_database.transaction() as tx:
            await tx.update(contact.update().where(contact.c.external_id.contains("left")).values(followed=False))
        home, browser = f"{HOME}{await public(world, person)}", await clerk(here)
        assert "胃镜" in await browser.get(f"{home}/exams")
        page = await browser.get(f"{home}/exams/times?pick={wish.name}")
        assert browser.status == 200 and "胃镜已经约好了" in page
