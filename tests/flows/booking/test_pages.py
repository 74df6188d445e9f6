"""Booking on pages, as a phone's browser does it without a script: finding, holding, confirming, the lists."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from aiohttp import ClientResponse

from bot.db.engine import Database
from flows.booking.service import BookingService
from tests.flows.booking import ward
from tests.sandbox.stage import Stage, stage
from tests.support.world import World

HOME = "/h5/booking/"


@dataclass
class Reader:
    """One phone and its contact, and somebody who reads what is on it."""

    on: Stage
    world: World
    number: int = 1
    text: str = ""
    status: int = 0
    path: str = ""

    async def get(self, path: str, *, htmx: bool = False) -> str:
        headers = {"HX-Request": "true"} if htmx else {}
        return await self._read(await self.on.browser.get(f"/sandbox/phone/{self.number}{path}", headers=headers))

    async def post(self, path: str, **sent: str) -> str:
        token = re.search(r'name="csrf" value="(\w+)"', self.text)
        data = {**({"csrf": token[1]} if token else {}), **sent}
        return await self._read(await self.on.browser.post(f"/sandbox/phone/{self.number}{path}", data=data))

    async def _read(self, answer: ClientResponse) -> str:
        self.status, self.text = answer.status, html.unescape(await answer.text())
        self.path = answer.url.raw_path_qs.removeprefix(f"/sandbox/phone/{self.number}")
        return self.text

    def links(self, below: str) -> list[str]:
        return re.findall(rf'(?:href|action)="/sandbox/phone/{self.number}({below}[^"]*)"', self.text)

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([\w:-]+)"', self.text)
        assert found is not None, self.text
        return found[1]

    async def hold(self, segment: int) -> str:
        """To the page of the hold, for the person that is chosen already; gives its address."""
        await self.get(f"{HOME}segments/{segment}")
        await self.post(f"{HOME}segments/{segment}", person=self.field("person"), request=self.field("request"))
        return self.path

    async def book(self, segment: int) -> str:
        """All the way; gives the address of the appointment."""
        held = await self.hold(segment)
        await self.post(f"{held}/confirm")
        assert self.path.endswith("?done=booked"), self.text
        return self.path.partition("?")[0]


@asynccontextmanager
async def phone(database: Database) -> AsyncIterator[Reader]:
    """The small hospital, and phone 1 whose contact looks after 张三明."""
    world = World(database)
    await ward.open_hospital(world)
    async with stage(database, world.ports) as on:
        found = Reader(on, world)
        await found.get(HOME)  # signs in: now the contact is there
        openids = {n: on.phones[n].seat(on.settings.accounts["main"].app_id).openid for n in (1, 2)}
        world.address = lambda who: openids[2 if who == "b" else 1]  # type: ignore[method-assign]
        await ward.person(world)
        yield found


@pytest.fixture
async def reader(sqlite_database: Database, travel: time_machine.Coordinates) -> AsyncIterator[Reader]:
    async with phone(sqlite_database) as found:
        yield found


async def sits(reader: Reader, days: int = 1, **how: object) -> list[int]:
    code = await ward.session(reader.world, ward.TODAY + timedelta(days=days), **how)  # type: ignore[arg-type]
    await ward.sync(reader.world)
    return [int(row.id) for row in await ward.segments(reader.world, code)]


async def test_by_clinic(reader: Reader) -> None:
    await sits(reader)
    await reader.get(HOME)
    assert reader.text.index("呼吸内科") < reader.text.index("心血管内科")
    await reader.get(f"{HOME}clinics/1101")
    assert "王静" in reader.text and "余 4" in reader.text and "25.00 元" in reader.text
    await reader.get(f"{HOME}clinics/1102")
    assert "没有安排出诊" in reader.text


async def test_by_expert_and_by_date(reader: Reader) -> None:
    await sits(reader)
    await sits(reader, 3, doctor="1024")
    await sits(reader, 3, doctor=None, half="pm", fee=1000)
    await reader.get(f"{HOME}experts")
    assert reader.text.index("王静") < reader.text.index("陈松年")
    await reader.get(f"{HOME}experts?department=15")
    assert "没有妇产科的号" in reader.text
    await reader.get(f"{HOME}dates")
    assert "王静" in reader.text and "陈松年" not in reader.text
    await reader.get(f"{HOME}dates?day=2027-03-04")
    assert "陈松年" in reader.text and "普通号" in reader.text and "王静" not in reader.text


async def test_search_while_typing(reader: Reader) -> None:
    await sits(reader)
    for text in ("王静", "wj", "1023", "10", "哮喘", "王"):
        assert "王静" in await reader.get(f"{HOME}search?q={text}", htmx=True), text
        assert "<html" not in reader.text
    assert "呼吸内科" in await reader.get(f"{HOME}search?q=内科", htmx=True)
    assert "全院还有 4 个号" in await reader.get(f"{HOME}search?q=明天", htmx=True)
    assert "?day=2027-03-02" in await reader.get(f"{HOME}search?q=明天王静", htmx=True)
    assert "没找到“没有的”" in await reader.get(f"{HOME}search?q=没有的", htmx=True)
    assert await reader.get(f"{HOME}search?q=", htmx=True) == ""
    answer = await reader.on.browser.get(f"/sandbox/phone/1{HOME}search", params={"q": "<script>alert(1)</script>"})
    assert answer.status == 200 and "<script>alert" not in await answer.text()


async def test_a_doctor_and_the_code_of_their_own(reader: Reader) -> None:
    await sits(reader)
    await reader.get(f"{HOME}doctors/D1023")
    for part in ("主任医师", "博士", "哮喘", "门诊楼 2 楼 B 区", "上午 9:00–9:30", "余 2"):
        assert part in reader.text, part
    await reader.get(f"{HOME}doctors/D1023/code")
    assert "现在取不到" in reader.text  # no account is played in this process
    assert (await reader.get(f"{HOME}doctors/D9999"), reader.status)[1] == 404


async def test_why_there_is_nothing(reader: Reader) -> None:
    first, second = await sits(reader, capacity=1)
    await reader.get(f"{HOME}doctors/D1023?day=2027-03-05")
    assert "不出诊" in reader.text
    for n, segment in enumerate((first, second)):
        await _other_books(reader, segment, n)
    await reader.get(f"{HOME}doctors/D1023")
    assert "约满" in reader.text and f"{HOME}wait?doctor=D1023" in reader.links(f"{HOME}wait")[0]
    await sits(reader, 9, doctor="1024")
    await reader.get(f"{HOME}doctors/D1024")
    assert "未放号" in reader.text and "开始放号" in reader.text


async def test_booking_and_what_the_chat_knows(reader: Reader) -> None:
    first, _ = await sits(reader)
    held = await reader.hold(first)
    assert 'data-left="900"' in reader.text and "还没有约上" in reader.text
    assert "有一个号还没确认" in await reader.get(f"{HOME}mine/")
    assert "待确认" in (await reader.world.said("a", "我的预约")).messages[-1].options[0][1]
    await reader.get(held)
    await reader.post(f"{held}/confirm")
    assert "约好了" in reader.text and "data:image/svg+xml" in reader.text and "第 1 号" in reader.text
    assert (await reader.get(held), reader.path)[1].startswith(f"{HOME}mine/")  # back leads to what it became
    assert "1 个预约" in (await reader.world.said("a", "我的预约")).messages[-1].text
    assert await ward.balanced(reader.world)


async def test_a_double_tap_books_once(reader: Reader) -> None:
    first, _ = await sits(reader)
    await reader.get(f"{HOME}segments/{first}")
    sent = {"person": reader.field("person"), "request": reader.field("request"), "csrf": reader.field("csrf")}
    await reader.post(f"{HOME}segments/{first}", **sent)
    held = reader.path
    await reader.post(f"{HOME}segments/{first}", **sent)
    assert reader.path == held
    for _ in range(2):
        await reader.post(f"{held}/confirm", csrf=sent["csrf"])
        assert "约好了" in reader.text
    assert (await ward.census(reader.world, first))["taken"] == 1


async def test_a_hold_that_ran_out_says_so_with_other_times(
    reader: Reader, travel: time_machine.Coordinates
) -> None:
    first, _ = await sits(reader)
    held = await reader.hold(first)
    travel.shift(timedelta(minutes=15))
    await reader.post(f"{held}/confirm")
    assert reader.status == 409 and "15 分钟过了" in reader.text and "上午 9:30–10:00" in reader.text
    assert "15 分钟过了" in await reader.get(held)


async def test_giving_a_hold_back(reader: Reader) -> None:
    first, _ = await sits(reader)
    held = await reader.hold(first)
    await reader.post(f"{held}/release", then="time")
    assert reader.path == f"{HOME}doctors/D1023?day=2027-03-02"
    assert (await ward.census(reader.world, first))["free"] == 2


async def test_taken_meanwhile(reader: Reader) -> None:
    first, second = await sits(reader, capacity=1)
    await reader.get(f"{HOME}segments/{first}")
    page = reader.text
    await _other_books(reader, first, 1)
    reader.text = page
    await reader.post(f"{HOME}segments/{first}", person=reader.field("person"), request=reader.field("request"))
    assert reader.status == 409 and "刚被约走" in reader.text
    assert f"{HOME}segments/{second}" in reader.links(f"{HOME}segments/")


async def test_the_same_doctor_twice_a_day_leads_to_another_day(reader: Reader) -> None:
    first, second = await sits(reader)
    later, _ = await sits(reader, 3)
    await reader.book(first)
    await reader.hold(second)
    assert reader.status == 409 and "一天只能挂一个" in reader.text
    links = reader.links(f"{HOME}segments/")
    assert f"{HOME}segments/{later}" in links and f"{HOME}segments/{second}" not in links


async def test_who_does_not_fit_cannot_be_chosen(reader: Reader) -> None:
    first, _ = await sits(reader, clinic="1501", doctor=None)
    await reader.get(f"{HOME}segments/{first}")
    assert "只看女性病人" in reader.text and "disabled" in reader.text
    await reader.post(f"{HOME}segments/{first}", person=reader.field("person"), request=reader.field("request"))
    assert reader.status == 409 and "只看女性病人" in reader.text


async def test_nobody_registered_is_sent_to_register_and_comes_back(reader: Reader) -> None:
    first, _ = await sits(reader)
    other = Reader(reader.on, reader.world, number=2)
    await other.get(f"{HOME}segments/{first}")
    assert f"/h5/patients/new?next={HOME}segments/{first}" in other.text
    await other.get(f"/h5/patients/new?next={HOME}segments/{first}")
    assert f'name="next" value="{HOME}segments/{first}"' in other.text
    await other.get("/h5/patients/new?next=https://elsewhere.example/")
    assert 'name="next"' not in other.text


async def _other_books(reader: Reader, segment: int, n: int) -> None:
    person = await ward.person(reader.world, "b", f"钱{n}", known=False)
    async with reader.world.context("b") as context:
        service = BookingService(context)
        await service.confirm((await service.hold(segment, person, f"other{n}")).id)
