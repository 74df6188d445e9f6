"""Searching on the page: by initials, by a time of the day, by what a doctor is good at (BK-31)."""

from __future__ import annotations

from datetime import time

import pytest

from flows.booking.looking import look
from flows.booking.neighbours import Neighbours
from integrations.his import store as his
from tests.flows.booking import ward
from tests.flows.booking.test_pages import HOME, Reader, reader, sits
from tests.support.world import World

__all__ = ["reader"]


@pytest.mark.sqlite
async def test_initials_give_whole_names_first_and_clinics_beside_doctors(world: World) -> None:
    await ward.sync(world)
    async with world.context("a") as context:
        catalogue = await Neighbours(context).catalogue()
    names = {each.code: each.name for each in (*catalogue.doctors, *catalogue.clinics)}

    def found(text: str) -> list[str]:
        seen = look(text, catalogue, ward.TODAY)
        return [names[code] for code in (*seen.doctors, *seen.clinics)]

    assert found("wj") == ["王静", "王竞"]
    assert found("hx") == ["呼吸内科"] and found("l") == ["李崇文"]
    assert found("w") == ["王静", "王竞"]  # of 崇文 only the beginning counts while there is one
    assert found("nk") == ["呼吸内科", "心血管内科"]  # all of the department
    assert look("明天下午3点", catalogue, ward.TODAY).since == time(15)
    assert look("3点", catalogue, ward.TODAY).since == time(15)


async def test_by_a_time_of_the_day(reader: Reader) -> None:
    await sits(reader)
    await sits(reader, doctor="1024", half="pm", starts=time(14), ends=time(15))
    shown = await reader.get(f"{HOME}search?q=明天9点半", htmx=True)
    assert "上午 9:30 起的号" in shown and "王静" in shown and "余 2" in shown and "陈松年" not in shown
    shown = await reader.get(f"{HOME}search?q=下午", htmx=True)
    assert "下午的号" in shown and "陈松年" in shown and "王静" not in shown
    assert "这个时间没有号" in await reader.get(f"{HOME}search?q=明天下午4点", htmx=True)
    assert "陈松年" in await reader.get(f"{HOME}search?q=2点", htmx=True)
    assert "这个时间没有号" in await reader.get(f"{HOME}search?q=王静 下午", htmx=True)


async def test_by_what_they_are_good_at(reader: Reader) -> None:
    async with reader.world.database.transaction() as tx:
        await tx.update(his.doctor.update().where(his.doctor.c.code == "D1031").values(specialties="心力衰竭"))
        await tx.update(his.clinic.update().where(his.clinic.c.code == "1102").values(intro="看心慌、胸闷。"))
    await sits(reader)
    assert "李崇文" in await reader.get(f"{HOME}search?q=心衰", htmx=True)
    assert f"{HOME}clinics/1102" in await reader.get(f"{HOME}search?q=胸闷", htmx=True)


async def test_the_hint_goes_when_something_was_found(reader: Reader) -> None:
    await sits(reader)
    await reader.get(f"{HOME}search?q=王静")
    assert 'class="rest empty"' in reader.text and "王静" in reader.text  # .rest is hidden behind results
    assert '<div id="results" aria-live="polite"></div>' in await reader.get(f"{HOME}search")
