"""Checking in and appealing on pages, in every state; and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import time_machine
from sqlalchemy import select

from flows.booking import store
from flows.booking.service import BookingService
from flows.booking.standing.appeals import store as appeals
from flows.booking.standing.appeals.answering import answer
from flows.booking.standing.missing.writing import NoShows
from tests.flows.booking import ward
from tests.flows.booking.givens import misses
from tests.flows.booking.test_pages import HOME, Reader, reader, sits

__all__ = ["reader"]
APPEALS = f"{HOME}appeals/"


async def test_checking_in_on_the_page(reader: Reader, travel: time_machine.Coordinates) -> None:
    first, _ = await sits(reader)
    appointment = await reader.book(first)
    await reader.get(appointment)
    assert "签到</button>" not in reader.text
    await reader.get(f"{appointment}/cancel")
    await reader.post(f"{appointment}/check-in")
    assert reader.status == 409 and "上午 8:00 开始签到" in reader.text
    travel.shift(timedelta(days=1, minutes=30))
    await reader.get(appointment)
    assert "我到了，签到" in reader.text
    token = reader.field("csrf")
    for _ in range(2):
        await reader.post(f"{appointment}/check-in", csrf=token)
        assert "签到好了" in reader.text and "取消预约" not in reader.text


async def test_late_on_the_page(reader: Reader, travel: time_machine.Coordinates) -> None:
    first, _ = await sits(reader, capacity=1)
    appointment = await reader.book(first)
    travel.shift(timedelta(days=1, minutes=65))
    await reader.get(appointment)
    await reader.post(f"{appointment}/check-in")
    assert "换了后面的号" in reader.text and "9:30–10:00" in reader.text and reader.path != appointment
    await reader.get(appointment)
    assert "已改时间的号" in reader.text
    assert await ward.balanced(reader.world)


async def test_nobody_checks_in_or_appeals_for_others(reader: Reader, travel: time_machine.Coordinates) -> None:
    appointment = await reader.book((await sits(reader))[0])
    await missed(reader)
    await reader.get(APPEALS)
    theirs = about(reader)
    other = replace(reader, number=2)
    await other.get(HOME)
    await other.get(APPEALS)
    assert "没有爽约" in other.text
    for path, sent in ((f"{appointment}/check-in", {}), (APPEALS, {"about": theirs}), (APPEALS, {"about": "x" * 90}),
                       (APPEALS, {"about": "refusal:refuse_age:aaaaaaaaaaaaaaaaaaaaaa:1"})):
        await other.get("/h5/patients/new")
        await other.post(path, **sent)
        assert other.status in (403, 404), (path, other.status)


async def missed(reader: Reader, *days: int) -> None:
    for day in days or (-1,):
        await misses(reader.world, str(day), "张三明")


def about(reader: Reader) -> str:
    """What the appeal on the page is about."""
    return reader.text.split('name="about" value="')[1].split('"')[0]


async def test_a_locked_patient_appeals_and_books(reader: Reader, travel: time_machine.Coordinates) -> None:
    await missed(reader, -1, -2, -3)
    segment = (await sits(reader))[0]
    await reader.hold(segment)
    assert reader.status == 409
    for part in ("3 次约了没来", "5月30日", "急诊", "申诉</button>"):
        assert part in reader.text, part
    assert "回复" not in reader.text.split('role="alert">')[1].split("</p>")[0]
    assert reader.text.count("申诉") == 1 and "看我的预约" in foot(reader)  # no time is a way on
    await reader.get(f"{HOME}mine/")
    assert "暂停预约到 5月30日" in reader.text
    matter, token = about(reader), reader.field("csrf")
    for _ in range(2):  # a second tap finds the first
        await reader.post(APPEALS, about=matter, csrf=token)
        assert "申诉" in reader.text and reader.path.startswith(APPEALS)
    appeal = reader.path.partition("?")[0]
    await reader.post(f"{appeal}/words", said="<b>住院了</b>" + "长" * 600)
    assert "&lt;b&gt;" in await raw(reader, appeal) and "发给门诊办公室" in reader.text
    await reader.get(f"{HOME}mine/")
    assert "看申诉的进展" in reader.text
    async with reader.world.context() as context:
        rows, count = await appeals.listed(context.tx, None)
        assert count == 1
        await answer(replace(context, contact=None, actor="staff:x"), rows[0].public_id, "已核实", accept=True)
    await reader.get(appeal)
    assert "现在就可以约" in reader.text and "已核实" in reader.text
    await reader.book(segment)


def foot(reader: Reader) -> str:
    return reader.text.partition('<footer class="page-foot">')[2]


async def raw(reader: Reader, path: str) -> str:
    answer = await reader.on.browser.get(f"/sandbox/phone/1{path}")
    return await answer.text()


async def test_a_no_show_struck_out_is_said_so(reader: Reader, travel: time_machine.Coordinates) -> None:
    await missed(reader)
    async with reader.world.database.reading() as tx:
        public = await tx.scalar(select(store.appointment.c.public_id))
    await reader.get(f"{HOME}mine/{public}")
    assert "没有来的号" in reader.text and "申诉</button>" in reader.text
    matter, token = about(reader), reader.field("csrf")
    async with reader.world.context() as context:
        await NoShows(replace(context, contact=None, actor="staff:x")).strike(matter.partition(":")[2], "here")
    await reader.get(f"{HOME}mine/{public}")
    assert "已经划掉" in reader.text
    await reader.post(APPEALS, about=matter, csrf=token)
    assert reader.status == 409 and "不算数" in reader.text


async def test_a_rule_that_says_no_can_be_appealed_against(reader: Reader) -> None:
    first, second = await sits(reader)
    await reader.book(first)
    await reader.hold(second)
    assert reader.status == 409 and "申诉</button>" in reader.text
    matter, token = about(reader), reader.field("csrf")
    await reader.post(APPEALS, about=matter, csrf=token)
    assert "申诉收到了" in reader.text
    async with reader.world.context() as context:
        assert len(await BookingService(context).coming()) == 1
    await reader.hold(second)
    assert "申诉</button>" not in reader.text and "看申诉的进展" in reader.text
