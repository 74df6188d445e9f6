"""The roster's pages: from the draft to the patients."""

from __future__ import annotations

import re
from datetime import time, timedelta
from urllib.parse import urlencode

from bot.db.engine import Database
from flows.booking import store
from flows.booking.service import BookingService
from flows.directory.service import forget
from tests.flows.booking import ward
from tests.flows.booking.roster_office import CODE, FORM, HOME, TUESDAY, clerk, made, office, published


async def test_from_the_draft_to_the_patients(database: Database) -> None:
    async with office(database) as (here, world):
        browser = await here.enter(await clerk(here))
        told = await made(browser, starts="11:00")
        assert browser.status == 422 and "结束要比开始晚" in told
        told = await browser.get(f"{HOME}patterns/1101/cut?{urlencode({**FORM, 'ends': '09:00'})}")
        assert ">2<" in told and ">4<" in told
        await made(browser)
        assert browser.status == 303
        page = await browser.get(f"{HOME}patterns?clinic=1101")
        assert "每周二上午" in page and "新增，待发布" in page and "王静" in page
        page = await browser.get(HOME)
        assert "呼吸内科 1 处" in page and CODE not in page
        assert "不影响任何人" in await browser.get(f"{HOME}preview/1101")
        told = await published(browser, world)
        assert browser.status == 200 and "2 场" in told
        page = await browser.get(f"{HOME}?clinic=1101&view=month&open={CODE}")
        assert f"session/{CODE}" in page and "本台排班" in page and "8/8" not in page
        assert "8/8" in await browser.get(f"{HOME}?clinic=1101")
        page = await browser.get(f"{HOME}changes")
        assert "发布排班" in page and "每周二 上午 08:00–10:00" in page and "Clerk" in page
        acts = await here.acts()
        assert acts.count("booking.roster_drafted") == 1 and acts.count("booking.roster_published") == 1
        assert "没有可以发布的修改" in await published(browser, world) and browser.status == 422


async def test_a_conflict_is_decided_by_the_clerk(database: Database) -> None:
    async with office(database) as (here, world):
        browser = await here.enter(await clerk(here))
        await made(browser)
        await published(browser, world)
        person = await ward.person(world, "a", "张三明")
        async with world.context("a") as context:
            segment = (await ward.segments(world, CODE))[0]
            service = BookingService(context)
            booked = await service.confirm((await service.hold(segment.id, person, "r")).id)
        page = await browser.get(f"{HOME}patterns?clinic=1101")
        key = re.search(r'hx-get="/desk/booking/roster/patterns/1101/([\w-]{22})"', page)
        assert key
        await browser.get(f"{HOME}patterns/1101/{key[1]}")
        await browser.post(f"{HOME}patterns/1101/{key[1]}/end")
        page = await browser.get(f"{HOME}preview/1101")
        assert "张*明" in page and "张三明" not in page and "这场取消了" in page
        told = await published(browser, world)
        assert browser.status == 422 and "还有 1 个人没有决定" in told
        stale = await browser.post(f"{HOME}preview/1101/publish", token="old", **{f"visit__{booked.public_id}": "keep"})
        assert browser.status == 409 and "请再看一遍" in stale
        await published(browser, world, **{f"visit__{booked.public_id}": "keep"})
        assert browser.status == 200
        async with database.reading() as tx:
            row = await store.appointment_of_public(tx, booked.public_id)
        assert row is not None and (row.state, row.session_state, row.number) == ("booked", "closed", booked.number)


async def test_a_week_is_copied_into_drafts(database: Database) -> None:
    async with office(database) as (here, world):
        await ward.session(world, TUESDAY, doctor="1023")
        await ward.session(world, TUESDAY, doctor="1024", half="pm", starts=time(14), ends=time(15))
        await ward.session(world, TUESDAY + timedelta(days=7), doctor="1024", half="pm", starts=time(14), ends=time(15))
        await ward.sync(world)
        browser = await here.enter(await clerk(here))
        await browser.get(HOME)
        await browser.post(f"{HOME}copy", unit="week", day=TUESDAY.isoformat(), department="11")
        assert "made=1&there=1" in browser.location
        page = await browser.get(browser.location)
        assert "复制了 1 场" in page and "1 场那边已经有人出诊" in page and "呼吸内科" in page
        await published(browser, world)
        async with database.reading() as tx:
            row = await tx.one(store.session.select().where(store.session.c.source == "desk"))
        assert row is not None and (row.date, row.sitting, row.fee, row.kind) == (
            TUESDAY + timedelta(days=7), "D1023", 2500, "expert",
        )
        assert [each.capacity for each in await ward.segments(world, row.code)] == [2, 2]
        await browser.get(HOME)
        await browser.post(f"{HOME}copy", unit="week", day=TUESDAY.isoformat(), department="11")
        assert "made=0&there=2" in browser.location
        await browser.get(HOME)
        await browser.post(f"{HOME}copy", unit="month", day=TUESDAY.isoformat(), clinic="1101")
        assert "made=4&there=0" in browser.location
        assert "2027年4月6日 周二 上午" in await browser.get(f"{HOME}patterns?clinic=1101")


async def test_a_clinic_is_closed_and_opened_for_booking(database: Database) -> None:
    async with office(database) as (here, world):
        browser = await here.enter(await clerk(here))
        page = await browser.get(f"{HOME}clinics/1101")
        mark = re.search(r'name="mark" value="(\w+)"', page)
        assert mark and "7 天以内" in page
        told = await browser.post(f"{HOME}clinics/1101", mark=mark[1], open="on", horizon="400")
        assert browser.status == 422 and "1 到 90" in told
        await browser.post(f"{HOME}clinics/1101", mark=mark[1], open="on", horizon="14", opens="18:30")
        assert browser.status == 303
        page = await browser.get(f"{HOME}clinics/1101")
        assert "14 天以内" in page and "18:30 放出" in page
        await browser.post(f"{HOME}clinics/1101", mark=mark[1])
        assert browser.status == 409
        fresh = re.search(r'name="mark" value="(\w+)"', page)
        assert fresh
        await browser.get(f"{HOME}clinics/1101")
        await browser.post(f"{HOME}clinics/1101", mark=fresh[1], horizon="14")
        forget(world.ports)
        async with world.context() as context:
            rules = await BookingService(context).neighbours.rules_of("1101")
        assert (rules.open, rules.horizon_days, f"{rules.open_time:%H:%M}") == (False, 14, "07:00")
        assert "关闭预约，14 天" in await browser.get(f"{HOME}changes")
        assert (await here.acts()).count("booking.clinic_changed") == 2


async def test_hostile_words_are_only_words(database: Database) -> None:
    async with office(database) as (here, world):
        browser = await here.enter(await clerk(here))
        for sent in ({"first": "<script>"}, {"minutes": "²"}, {"fee": "NaN"}, {"fee": "1e9"}, {"starts": "25:00"},
                     {"weekday": "9"}, {"capacity": "-1"}, {"total": "9" * 9}, {"half": "'"}, {"room": "R1102'--"}):
            told = await made(browser, **sent)
            assert browser.status == 422 and 'role="alert"' in told, sent
            assert 'value="<script>"' not in browser.page
        for path in ("?day=x&view=y", "?open=%27", "drafts?made=x", "?department=nowhere", "changes?doctor=%27&act=x"):
            await browser.get(HOME + path)
            assert browser.status == 200, path
        for path in ("?clinic=nowhere", "preview/nowhere", "session/nowhere", "patterns/1101/nowhere"):
            await browser.get(HOME + path)
            assert browser.status == 404, path
        assert await here.acts() and world


async def test_choosing_the_doctor_keeps_the_weekdays(database: Database) -> None:
    async with office(database) as (here, _):
        browser = await here.enter(await clerk(here))
        chosen = "doctor=D1024&weekday=5&weekday=6&weeks=odd&first=2027-04-01&last=x"
        page = await browser.get(f"{HOME}patterns/1101/new?{chosen}")
        for each in ('value="5" checked', 'value="6" checked', 'value="odd" selected', 'value="2027-04-01"'):
            assert each in page
        assert 'value="0" checked' not in page and 'name="last" value=""' in page
