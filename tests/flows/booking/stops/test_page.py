"""The choice on the page, as a phone's browser does it without a script."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from flows.booking.stops import store
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from integrations.his import store as his
from tests.flows.booking import ward
from tests.flows.booking.test_pages import HOME, Reader, reader, sits

__all__ = ["reader"]
STOPS = f"{HOME}stops/"


async def stopped(reader: Reader, substitute: str | None = None) -> tuple[str, str]:
    """张三明 is booked with 王静 tomorrow, who does not sit then; the addresses of appointment and choice."""
    first, _ = await sits(reader)
    await sits(reader, 3)
    await sits(reader, doctor="1024")
    appointment = await reader.book(first)
    world = reader.world
    async with world.context() as context:
        session = (await ward.segments(world, f"{ward.TOMORROW:%y%m%d}am11011023"))[0].session_id
        staff = replace(context, contact=None, actor="staff:clerk")
        await StopsService(staff).stop(Wish(session, "医生<手术>", substitute=substitute), "once")
    return appointment, STOPS + (await choice(reader)).public_id


async def choice(reader: Reader) -> Any:
    async with reader.world.database.reading() as tx:
        return await tx.one(select(store.choice).order_by(store.choice.c.id.desc()))


async def test_a_list_with_the_substitute_does_not_say_stopped(reader: Reader) -> None:
    await stopped(reader, substitute="D1031")
    page = await reader.get(f"{HOME}mine/")
    assert "李崇文" in page and "换医生了，请选择" in page and "停诊，请选择" not in page


async def test_who_is_of_another_clinic_stands_apart(reader: Reader) -> None:
    """李崇文 is at home in 1102 and sits in 1101 as well: neither as a substitute nor among the others one of them."""
    async with reader.world.database.transaction() as tx:
        await tx.update(his.doctor.update().where(his.doctor.c.code == "D1031").values(clinics="1102,1101"))
    await sits(reader, doctor="1031", starts=time(8), ends=time(9))
    _, page = await stopped(reader, substitute="D1032")
    assert "王竞" in await reader.get(page) and "平时在心血管内科" in reader.text
    shown = await reader.get(f"{page}/others")
    assert shown.index("陈松年") < shown.index("其他专科的医生") < shown.index("李崇文")
    assert shown.count("平时在心血管内科") == 1


async def test_the_appointment_leads_to_the_choice(reader: Reader) -> None:
    appointment, page = await stopped(reader)
    assert (await choice(reader)).seen_at is None
    assert "停诊，请选择" in await reader.get(f"{HOME}mine/")
    for path in (appointment, f"{appointment}/cancel"):
        await reader.get(path)
        assert reader.path == page
    for part in ("请不要按原时间来", "医生<手术>", "张*明", "还看王静医生", "换本门诊别的医生", "我们会打电话问您"):
        assert part in reader.text, part
    assert "张三明" not in reader.text and (await choice(reader)).seen_by == "page"


@pytest.mark.parametrize(("answer", "said"), [("same", "改好了"), ("cancel", "取消了"), ("keep", "时间不变")])
async def test_one_tap(reader: Reader, answer: str, said: str) -> None:
    _, page = await stopped(reader, substitute="D1031" if answer == "keep" else None)
    await reader.get(page)
    token = reader.field("csrf")
    for _ in range(2):
        await reader.post(page, answer=answer, csrf=token)
        assert said in reader.text and reader.path == f"{page}?done=1"
    assert await ward.balanced(reader.world)


async def test_another_doctor(reader: Reader) -> None:
    _, page = await stopped(reader)
    await reader.get(f"{page}/others")
    assert "陈松年" in reader.text and "王静" not in reader.text
    assert "，到院支付" in reader.text  # how its fee is paid
    segment = reader.text.partition('name="segment" value="')[2].partition('"')[0]
    token = reader.field("csrf")
    await reader.post(page, answer="other", segment="0", csrf=token)
    assert reader.status == 404
    await reader.post(page, answer="other", segment=segment, csrf=token)
    assert "陈松年" in reader.text and "改好了" in reader.text
    await reader.get(f"{page}/others")
    assert reader.path == page


async def test_a_no_is_said_where_the_choice_stands(reader: Reader, travel: time_machine.Coordinates) -> None:
    _, page = await stopped(reader)
    travel.shift(timedelta(hours=23, minutes=30))
    await reader.get(page)
    await reader.post(page, answer="same")
    assert reader.status == 409 and "已经放回去了" in reader.text and "还看王静医生" not in reader.text
    travel.shift(timedelta(hours=3))
    assert "时间已过" in await reader.get(page)


async def test_somebody_elses_is_not_there(reader: Reader) -> None:
    _, page = await stopped(reader)
    stranger = Reader(reader.on, reader.world, number=2)
    for path in (page, f"{page}/others", f"{STOPS}nothing"):
        await stranger.get(path)
        assert stranger.status == 404 and "张" not in stranger.text
    await stranger.get("/h5/patients/new")
    await stranger.post(page, answer="cancel")
    assert stranger.status == 404 and (await choice(reader)).state == "open"
