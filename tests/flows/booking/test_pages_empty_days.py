"""A day with nothing says why and leads to the next one with something; what is over is not counted as left."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from tests.flows.booking.test_pages import HOME, Reader, reader, sits

__all__ = ["reader"]


async def test_the_first_view_is_the_next_day_with_something(reader: Reader) -> None:
    await sits(reader, 2)
    await reader.get(f"{HOME}dates")
    assert "后天(3月3日 周三)，有号的在前" in reader.text and "王静" in reader.text


async def test_an_empty_day_says_why_and_leads_on(reader: Reader, travel: time_machine.Coordinates) -> None:
    await sits(reader, 0)
    await sits(reader, 1, state="stopped", doctor="1024")
    await sits(reader, 3)
    travel.shift(timedelta(hours=4))  # noon: what was today is over
    for path, why in (
        ("dates?day=2027-03-01", "今天的号都过了时间"), ("dates?day=2027-03-02", "这一天停诊了"),
        ("dates?day=2027-03-03", "这一天不出诊"), ("doctors/D1023?day=2027-03-03", "不出诊"),
        ("clinics/1101?day=2027-03-03", "不出诊"),
    ):
        await reader.get(HOME + path)
        assert why in reader.text, path
        assert "3月4日 周四</span> 的号" in reader.text, path
        assert f"{HOME}{path.partition('?')[0]}?day=2027-03-04" in reader.text, path


async def test_times_that_are_over_are_not_left(reader: Reader, travel: time_machine.Coordinates) -> None:
    await sits(reader, 0)
    assert "余 4" in await reader.get(f"{HOME}dates?day=2027-03-01")
    travel.shift(timedelta(minutes=61))  # 9:01, the first of two halves of an hour has begun
    for path in ("dates?day=2027-03-01", "experts", "clinics/1101", "search?q=王静", "doctors/D1023"):
        await reader.get(HOME + path)
        assert "余 2" in reader.text and "余 4" not in reader.text, path
    assert "全院还有 2 个号" in await reader.get(f"{HOME}search?q=今天")
