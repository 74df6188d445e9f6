"""My appointments on pages: another time, cancelling, the calendar; and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from structlog.testing import capture_logs

from tests.flows.booking import ward
from tests.flows.booking.test_pages import HOME, Reader, reader, sits

__all__ = ["reader"]
MINE = f"{HOME}mine/"


async def test_lists_and_details(reader: Reader, travel: time_machine.Coordinates) -> None:
    assert "现在没有要来的预约" in await reader.get(MINE)
    appointment = await reader.book((await sits(reader))[0])
    await reader.get(MINE)
    assert appointment in reader.links(MINE) and "张*明" in reader.text and "张三明" not in reader.text
    await reader.get(appointment)
    for part in ("进门诊楼，上 2 楼", "205 诊室", "身份证件", "前可以改时间或取消"):
        assert part in reader.text, part
    travel.shift(timedelta(hours=12, minutes=30))
    await reader.get(appointment)
    assert "时间已过" in reader.text and f"{appointment}/cancel" not in reader.links(MINE)
    assert "觉得不对，申诉" in reader.text
    travel.shift(timedelta(days=1))
    assert "王静" in await reader.get(f"{MINE}?list=past")
    assert "再约一次" in await reader.get(appointment)


async def test_another_time(reader: Reader) -> None:
    first, second = await sits(reader)
    later = (await sits(reader, 3))[0]
    appointment = await reader.book(first)
    await reader.get(f"{appointment}/change")
    offered = reader.links(f"{appointment}/change")
    assert f"{appointment}/change?segment={second}" in offered
    assert f"{appointment}/change?segment={first}" not in offered
    await reader.get(f"{appointment}/change?segment={later}")
    assert "3月2日" in reader.text and "3月4日" in reader.text
    token = reader.field("csrf")
    for _ in range(2):
        await reader.post(f"{appointment}/change", segment=str(later), csrf=token)
        assert "时间改好了" in reader.text
    assert (await ward.census(reader.world, later))["taken"] == 1
    assert "已改时间" in await reader.get(f"{MINE}?list=cancelled")
    assert await ward.balanced(reader.world)


async def test_another_time_that_cannot_be(reader: Reader, travel: time_machine.Coordinates) -> None:
    first, second = await sits(reader)
    other = (await sits(reader, doctor="1024"))[0]
    appointment = await reader.book(first)
    await reader.get(f"{appointment}/change?segment={other}")
    assert reader.status == 404
    await reader.get(f"{appointment}/change?segment={second}")
    await reader.post(f"{appointment}/change", segment=str(other))
    assert reader.status == 409 and "同一位医生" in reader.text
    travel.shift(timedelta(hours=12, minutes=30))
    assert "前改时间或取消，现在过了时间" in await reader.get(f"{appointment}/change")
    await reader.post(f"{HOME}appeals/", about=reader.field("about"))
    assert "申诉收到了" in reader.text
    assert "觉得不对" not in await reader.get(f"{appointment}/cancel")


async def test_cancelling_asks_first_and_happens_once(reader: Reader) -> None:
    appointment = await reader.book((await sits(reader))[0])
    await reader.get(f"{appointment}/cancel")
    assert "取消这个预约" in reader.text.partition('<footer class="page-foot">')[2] and "先不取消" in reader.text
    token = reader.field("csrf")
    for _ in range(2):
        await reader.post(f"{appointment}/cancel", csrf=token)
        assert "取消了" in reader.text and reader.path.startswith(f"{MINE}?list=cancelled")
    assert "已取消的号" in await reader.get(appointment)
    assert await ward.balanced(reader.world)


async def test_the_calendar_file(reader: Reader) -> None:
    appointment = await reader.book((await sits(reader))[0])
    answer = await reader.on.browser.get(f"/sandbox/phone/1{appointment}/calendar.ics")
    body = await answer.read()
    assert answer.content_type == "text/calendar" and "attachment" in answer.headers["Content-Disposition"]
    lines = body.decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2] == "END:VCALENDAR"
    assert "DTSTART;TZID=Asia/Shanghai:20270302T090000" in lines and "TZOFFSETTO:+0800" in lines
    assert "SUMMARY:看医生：王静" in lines
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = body.decode().replace("\r\n ", "")
    assert "就诊人 张*明，第 1 号" in unfolded and "张三明" not in unfolded


@pytest.mark.parametrize("act", ["confirm", "release"])
async def test_somebody_elses_hold_is_not_there(reader: Reader, act: str) -> None:
    first, _ = await sits(reader)
    held = await reader.hold(first)
    stranger = await _stranger(reader)
    with capture_logs() as logs:
        await stranger.post(f"{held}/{act}")
    assert stranger.status == 404
    assert any(line["event"] == "appointment_not_theirs" for line in logs)
    assert (await ward.census(reader.world, first))["held"] == 1


async def test_somebody_elses_appointment_is_not_there(reader: Reader) -> None:
    first, second = await sits(reader)
    appointment = await reader.book(first)
    stranger = await _stranger(reader)
    for path in ("", "/cancel", "/change", f"/change?segment={second}", "/calendar.ics"):
        await stranger.get(appointment + path)
        assert stranger.status == 404 and "张" not in stranger.text, path
    await stranger.get("/h5/patients/new")
    page = stranger.text
    for path, sent in (("/cancel", {}), ("/change", {"segment": str(second)})):
        stranger.text = page
        await stranger.post(appointment + path, **sent)
        assert stranger.status == 404, path
    assert (await ward.census(reader.world, first))["taken"] == 1


async def test_somebody_elses_person_is_not_there(reader: Reader) -> None:
    first, _ = await sits(reader)
    await reader.get(f"{HOME}segments/{first}")
    person, token = reader.field("person"), reader.field("request")
    stranger = await _stranger(reader)
    await stranger.post(f"{HOME}segments/{first}", person=person, request=token)
    assert stranger.status == 404
    assert (await ward.census(reader.world, first))["free"] == 2


async def test_no_form_without_its_token(reader: Reader) -> None:
    first, _ = await sits(reader)
    appointment = await reader.book(first)
    for path in (f"{HOME}segments/{first}", f"{appointment}/cancel", f"{appointment}/change"):
        reader.text = ""
        await reader.post(path, person="x")
        assert reader.status == 400, path
    assert (await ward.census(reader.world, first))["taken"] == 1


async def _stranger(reader: Reader) -> Reader:
    stranger = Reader(reader.on, reader.world, number=2)
    await stranger.get("/h5/patients/new")
    assert stranger.status == 200
    return stranger
