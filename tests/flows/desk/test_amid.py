"""A request for a human remembers what was talked of: who works there sees it, the rest is for the whole hospital."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from bot.access.where import Place
from bot.db.engine import Database
from flows.booking.service import BookingService
from flows.desk import store
from flows.patients.service import PatientsService
from tests.flows.booking import ward
from tests.flows.booking.test_office import doctor, office
from tests.support.desk import Browser
from tests.support.world import World

COUNT = re.compile(r'href="/desk/desk/"><strong class="num"[^>]*>(\d+)<')


async def asks(world: World, who: str, before: str, about: str) -> Any:
    """`who` asks for a human after having written `before`; the request. Whose number is known is called there."""
    async with world.context(who) as context:
        known = await PatientsService(context).default()
    for text in (before, "人工", about, "1" if known else "13800001234"):
        if text:
            await world.said(who, text)
    async with world.database.reading() as tx:
        rows, _ = await store.listed(tx, store.OPEN, ALL, limit=50, offset=0)
    return next(row for row in rows if row.about == about)


class _All:
    everything = True


ALL: Any = _All()


async def test_what_was_talked_of_stands_beside_it(database: Database) -> None:
    async with office(database) as (_, world):
        clinic = await asks(world, "d", "呼吸内科", "想问能不能加号")
        assert (clinic.amid, clinic.department, clinic.clinic) == ("clinic:1101", "11", "1101")
        async with world.context("b") as context:
            row = (await BookingService(context).coming())[0]
        await world.said("b", "我的预约")
        mine = await asks(world, "b", "1", "路上堵车来不了")
        assert mine.amid == f"appointment:{row.public_id}"
        assert store.place(mine) == Place("11", "1102", "D1031")
        alone = await asks(world, "e", "", "停车场在哪")
        assert alone.amid is None and store.place(alone) == store.NOWHERE


async def rows_of(browser: Browser) -> tuple[str, list[str]]:
    """The page of requests, and how many the start page counts."""
    counted = COUNT.findall(await browser.get("/desk/"))
    return await browser.get("/desk/desk/"), counted


async def test_requests_are_seen_counted_and_closed_within_reach(database: Database) -> None:
    async with office(database) as (here, world):
        near, far, none = [
            await asks(world, who, before, about)
            for who, before, about in (
                ("a", "呼吸内科", "胸口闷"), ("b", "心血管内科", "=1+1心慌"), ("c", "", "想投诉"))
        ]
        entered = {}
        for login, reach, places in (("boss", "all", {}), ("near", "department", {"clinics": ["1101"]}),
                                     ("whole", "department", {"departments": ["11"]}), ("self", "own", {})):
            role = {"desk.requests": reach, "desk.export": "all"}
            entered[login] = await here.enter(await here.hire(login, role=role, **places))
        seen = {}
        for login, browser in entered.items():
            page, counted = await rows_of(browser)
            seen[login] = ({each.about for each in (near, far, none) if each.about in page}, counted)
        assert seen == {
            "boss": ({"胸口闷", "=1+1心慌", "想投诉"}, ["3"]), "near": ({"胸口闷"}, ["1"]),
            "whole": ({"胸口闷", "=1+1心慌"}, ["2"]), "self": (set(), []),
        }
        browser = entered["near"]
        for row in (far, none):
            await browser.get(f"/desk/desk/request/{row.public_id}")
            assert browser.status == 404
            await browser.get("/desk/desk/")
            assert row.about not in await browser.get(f"/desk/desk/?open={row.public_id}")
            token = browser.token
            for act in ("number", "done"):
                await browser.post(f"/desk/desk/request/{row.public_id}/{act}", csrf=token, why="回电问清楚")
                assert browser.status == 404, act
        page = await browser.get(f"/desk/desk/request/{near.public_id}")
        assert "正在办" in page and "呼吸内科" in page
        assert "13800000001" in await browser.post(f"/desk/desk/request/{near.public_id}/number", why="回电问清楚")
        await entered["whole"].get("/desk/desk/?export=all")
        answer = entered["whole"].answer
        assert answer is not None
        with zipfile.ZipFile(io.BytesIO(await answer.read())) as book:
            texts, sheet = book.read("xl/sharedStrings.xml").decode(), book.read("xl/worksheets/sheet1.xml").decode()
        assert "=1+1心慌" in texts and "想投诉" not in texts and "<f>" not in sheet and "13800000001" not in texts
        await browser.get("/desk/desk/")
        await browser.post(f"/desk/desk/request/{near.public_id}/done")
        assert browser.status == 303
        plain = await here.enter(await here.hire("plain", role={"desk.requests": "all"}))
        await plain.get("/desk/desk/?export=all")
        assert plain.status == 403 and "access.refused" in await here.acts()


async def test_whoever_is_called_back_can_be_booked_for(sqlite_database: Database) -> None:
    """Somebody who is about to book for the first time belongs to no clinic yet."""
    async with office(sqlite_database) as (here, world):
        await ward.person(world, "d", "赵初来")
        row = await asks(world, "d", "呼吸内科", "不会选时间")
        rights = ("desk.requests", "patients.find", "booking.behalf.see", "booking.behalf.book")
        role = dict.fromkeys(rights, "department")
        browser = await here.enter(await here.hire("near", clinics=["1101"], role=role))
        page = await browser.get(f"/desk/desk/request/{row.public_id}")
        assert "/desk/booking/for/" not in page and "看过号码就能直接替他办" in page
        page = await browser.post(f"/desk/desk/request/{row.public_id}/number", why="回电问清楚")
        path = re.findall(r'href="(/desk/booking/for/[^"?]+)', page)[0]
        await browser.get(path)
        assert browser.status == 200


async def test_a_doctor_reads_what_was_asked_amid_their_own_visits(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, world):
        await world.said("a", "我的预约")
        row = await asks(world, "a", "1", "要带什么片子")
        for login, code, there in (("wang", "D1023", True), ("li", "D1031", False)):
            browser = await here.enter(await doctor(here, login, code, {"desk.requests": "own"}))
            assert (row.about in (await rows_of(browser))[0]) is there
