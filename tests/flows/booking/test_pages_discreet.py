"""A discreet clinic on pages: nothing that lies about tells it; the whole is shown to who proves to be the reader."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from bot.logs_scrub import mask_values
from flows.notices import store as notices
from tests.flows.booking import givens
from tests.flows.booking.test_pages import HOME, Reader, reader, sits
from tests.flows.patients.family import last_code

__all__ = ["reader"]
TELLING = ("王静", "呼吸内科", "205", "B 区")


@pytest.fixture
async def booked(reader: Reader, travel: time_machine.Coordinates) -> tuple[Reader, str]:
    """张三明 has an appointment in a clinic that is discreet; gives its address. What was chosen a moment ago is shown
    without asking; by now that is over."""
    first, _ = await sits(reader)
    await givens.discreet(reader.world, "1101")
    await givens.document(reader.world, "张三明", "330106198405120032")
    address = await reader.book(first)
    assert "王静" in reader.text
    travel.shift(timedelta(minutes=20))
    return reader, address


def tells(text: str) -> list[str]:
    """The telling words of a page or message; ids and tokens, which may hold any digits, are not looked into."""
    said = re.sub(r"(?a)[\w-]{16,}", "", text)
    return [word for word in TELLING if word in said]


async def test_nothing_tells_the_clinic(booked: tuple[Reader, str]) -> None:
    on, address = booked
    for path in (HOME, f"{HOME}mine/", address, f"{address}/cancel", f"{address}/change"):
        await on.get(path)
        assert on.status == 200 and not tells(re.sub(r'(?s)<div class="rest">.*', "", on.text)), path
    await on.get(f"{address}/calendar.ics")
    unfolded = on.text.replace("\r\n ", "")
    assert "BEGIN:VEVENT" in unfolded and not tells(unfolded)
    async with on.world.database.reading() as tx:
        pushed = [row.facts for row in await tx.all(select(notices.push.c.facts))]
    assert pushed and not tells(json.dumps([json.loads(each) for each in pushed], ensure_ascii=False))


async def test_the_history_of_a_browser_does_not_name_it(booked: tuple[Reader, str]) -> None:
    on, _ = booked
    for path in ("clinics/1101", "doctors/D1023", "doctors/D1023/code"):
        await on.get(HOME + path)
        assert "<title>预约挂号</title>" in on.text, path
    await on.get(f"{HOME}clinics/1102")
    assert "<title>心血管内科</title>" in on.text


async def test_the_whole_is_shown_after_proving_and_for_some_minutes(
    booked: tuple[Reader, str], travel: time_machine.Coordinates
) -> None:
    on, address = booked
    await on.get(address)
    ask = on.links("/h5/patients/")[0]
    assert ask.endswith(f"/read?next={address}")
    await on.get(ask)
    assert not tells(on.text)
    where = ask.partition("?")[0]
    await on.post(where, document_end="0032", next=address)  # the last four stand on our own pages
    assert on.status == 422 and "对不上" in on.text
    await on.post(where, document_end="12 0032", next=address)
    assert on.path == address and tells(on.text) == list(TELLING)
    assert "unprinted" in on.text
    travel.shift(timedelta(minutes=11))
    assert not tells(await on.get(address))
    await on.get(ask)
    await on.post(f"{where}/code", next=address)
    await on.post(where, code=await last_code(on.world, "13800000001"), next=address)
    assert on.path == address and tells(on.text)


async def test_guessing_ends_and_other_ways_on_are_refused(booked: tuple[Reader, str]) -> None:
    on, address = booked
    await on.get(address)
    ask = on.links("/h5/patients/")[0]
    where = ask.partition("?")[0]
    await on.get(ask)
    for _ in range(3):
        await on.post(where, document_end="111111", next=address)
    await on.post(where, document_end="120032", next=address)
    assert on.status == 409 and not tells(await on.get(address))
    assert (await on.get(f"{where}?next=https://elsewhere.example/"), on.status)[1] == 404
    other = Reader(on.on, on.world, number=2)
    assert (await other.get(ask), other.status)[1] == 404


def test_a_line_about_an_appointment_does_not_name_its_session() -> None:
    code = "270302am1101D1023"
    line = mask_values(None, "info", {"event": "appointment_booked", "appointment": "x", "session": code})
    assert "session" not in line and line["appointment"] == "x"
    assert "session" in mask_values(None, "info", {"event": "roster_conflict", "session": code})
