"""Examinations on the pages: by their names, with what is theirs alone, and all that is held together at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from flows.booking.exams.service import ExamService
from tests.flows.booking import ward
from tests.flows.booking.exams import devices
from tests.flows.booking.exams.test_exam_service import chosen
from tests.flows.booking.test_pages import HOME, Reader, reader

__all__ = ["reader"]
MINE = f"{HOME}mine/"


@pytest.fixture
async def held(reader: Reader) -> str:
    """A package of three examinations, held in the chat; the address of the first one's hold."""
    world = reader.world
    await devices.build(world)
    for room in ("211", "212", "201"):
        await devices.session(world, ward.TOMORROW, room)
    await ward.sync(world)
    wanted = await chosen(world, 0, 2, 4)
    async with world.context("a") as context:
        service = ExamService(context)
        person = (await service.neighbours.persons())[0]
        rows = await service.hold_together(person.id, wanted, "package")
    return f"{HOME}holds/{rows[0].public_id}"


async def test_what_is_held_together_is_shown_and_confirmed_together(reader: Reader, held: str) -> None:
    page = await reader.get(MINE)
    assert page.count('class="held"') == 1 and "基础体检套餐 3 项" in page and "有检查还没确认" in page
    await reader.get(held)
    named = ("体检抽血", "心电图和体格检查", "腹部彩超", "211 室")
    for part in (*named, "这 3 项检查一起约，一起放回去", "含在基础体检套餐里，一共 250.00 元"):
        assert part in reader.text, part
    assert "换个时间" not in reader.text and "换就诊人" not in reader.text and "诊室" not in reader.text
    await reader.post(f"{held}/confirm")
    assert reader.path == f"{MINE}?done=together" and "检查都约好了" in reader.text
    assert reader.text.count('class="row-name"') == 1 and "基础体检套餐 <" in reader.text
    for name in ("体检抽血", "心电图和体格检查", "腹部彩超"):
        assert reader.text.count(f'<div class="package-part">{name}') == 1
    assert reader.text.count("/h5/booking/mine/") > 3 and "212 室" in reader.text


async def test_one_of_them_is_cancelled_and_booked_anew_in_the_chat(reader: Reader, held: str) -> None:
    await reader.get(held)
    await reader.post(f"{held}/confirm")
    mine = held.replace("holds", "mine")
    assert "要改时间，请在公众号里回复 我的预约" in await reader.get(mine) and "211 室门口等叫号" in reader.text
    assert "只取消这一项" in await reader.get(f"{mine}/cancel")
    await reader.post(f"{mine}/cancel")
    assert "要重新约，请在公众号里回复 预约检查" in await reader.get(mine)
    assert "再约一次" not in reader.text and "/general" not in reader.text  # nobody books a device without an order
    assert reader.text.count("腹部彩超") == 0 and "2 项，套餐价 250.00 元" in await reader.get(MINE)
    assert "腹部彩超" in reader.text and "体检抽血" not in reader.text


async def test_what_ran_out_leads_to_the_chat(reader: Reader, held: str, travel: time_machine.Coordinates) -> None:
    travel.shift(timedelta(minutes=20))
    assert "请在公众号里回复 预约检查" in await reader.get(held)
    assert "/general" not in reader.text and "还有这些时间" not in reader.text


async def test_the_phone_s_calendar_says_what_it_is_and_how_to_prepare(reader: Reader, held: str) -> None:
    await reader.get(held)
    await reader.post(f"{held}/confirm")
    shown = (await reader.get(held.replace("holds", "mine") + "/calendar.ics")).replace("\r\n ", "")
    for part in ("做检查：体检抽血", "211 室", "起空腹", "前一天不喝酒"):
        assert part in shown, part
    assert "看医生" not in shown and "诊室" not in shown
