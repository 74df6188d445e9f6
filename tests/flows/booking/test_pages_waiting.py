"""The waiting list on pages and in the chat: one and the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from flows.booking import store
from flows.booking.refusals import TooManyWaiting
from flows.booking.service import BookingService
from flows.booking.waiting.list import WaitingList
from jobs import booking
from tests.flows.booking import ward
from tests.flows.booking.test_pages import HOME, Reader, _other_books, reader, sits

__all__ = ["reader"]


@pytest.fixture
async def full(reader: Reader) -> Reader:
    """王静's morning of tomorrow is full: contact b has both slots, as two persons."""
    for n, segment in enumerate(await sits(reader, capacity=1)):
        await _other_books(reader, segment, n)
    return reader


async def joins(reader: Reader) -> str:
    """From the doctor's page onto the list; gives the entry's address."""
    await reader.get(f"{HOME}doctors/D1023?day=2027-03-02")
    await reader.get(reader.links(f"{HOME}wait")[0].replace("&amp;", "&"))
    await reader.post(reader.path, sessions=reader.field("sessions"), person=reader.field("person"))
    return reader.path


async def offered(reader: Reader) -> None:
    """Somebody cancels, and the slot has cooled."""
    async with reader.world.context("b") as context:
        service = BookingService(context)
        row = (await service.coming())[0]
        await service.cancel(row.id)
        cooled = store.slot.update().where(store.slot.c.id == row.slot_id)
        await context.tx.update(cooled.values(back_at=context.now))
    await booking.sweep(reader.world.workshop.job(name="booking.sweep"))


async def test_joining_and_giving_up(full: Reader) -> None:
    entry = await joins(full)
    assert entry.endswith("?done=joined") and "您排在第一位" in full.text
    assert "排在第一位" in await full.get(f"{HOME}mine/")
    assert "排在第一位" in str((await full.world.said("a", "候补")).messages)
    assert "有 1 人在候补" in await full.get(f"{HOME}doctors/D1023?day=2027-03-02")
    again = await joins(full)  # a second time leads to the first
    assert again == entry.partition("?")[0]
    await full.post(f"{again}/give-up")
    assert "退出了候补" in full.text
    assert "没有候补" in (await full.world.said("a", "候补")).messages[0].text
    other = Reader(full.on, full.world, number=2)
    assert (await other.get(again), other.status)[1] == 404


async def test_an_offer_is_taken_on_the_page(full: Reader) -> None:
    entry = (await joins(full)).partition("?")[0]
    await offered(full)
    await full.get(entry)
    assert full.path.startswith(f"{HOME}holds/") and 'data-left="900"' in full.text and "要这个号" in full.text
    assert "换个时间" not in full.text
    held = full.path
    assert "候补轮到您了" in await full.get(HOME)
    assert "轮到您了" in (await full.world.said("a", "候补")).messages[-1].text
    await full.get(held)
    await full.post(f"{held}/confirm")
    assert "约好了" in full.text
    assert "约上了" in await full.get(entry)
    assert "约好了" in (await full.world.said("a", "1")).messages[-1].text  # the chat asked the same thing
    assert await ward.balanced(full.world)


async def test_an_offer_is_declined_or_missed(full: Reader, travel: time_machine.Coordinates) -> None:
    entry = (await joins(full)).partition("?")[0]
    await offered(full)
    await full.get(entry)
    await full.post(f"{full.path}/release", then="leave")
    assert "号让给下一位了" in full.text
    assert "您没有要那个号" in await full.get(entry)
    entry = (await joins(full)).partition("?")[0]
    await offered(full)
    held = (await full.get(entry), full.path)[1]
    travel.shift(timedelta(minutes=16))
    await full.post(f"{held}/confirm")
    assert full.status == 409
    await booking.sweep(full.world.workshop.job(name="booking.sweep"))
    assert "让给了下一位" in await full.get(entry)


async def test_refusals_say_why_on_the_page(full: Reader) -> None:
    await full.get(f"{HOME}wait?doctor=D1024")
    assert "没有要候补的" in full.text
    assert (await full.get(f"{HOME}wait"), full.status)[1] == 404
    await full.get(f"{HOME}wait?doctor=D1023")
    address, sessions, person = full.path, full.field("sessions"), full.field("person")
    page = full.text
    async with full.world.context("b") as context:
        service = BookingService(context)
        for row in await service.coming():
            await service.cancel(row.id)
        await context.tx.update(store.slot.update().values(back_at=context.now))
    await booking.sweep(full.world.workshop.job(name="booking.sweep"))
    full.text = page
    await full.post(address, sessions=sessions, person=person)
    assert full.status == 409 and "现在还有号" in full.text and "回复" not in full.text
    full.text = page
    await full.post(address, sessions="", person="")
    assert full.status == 422


async def test_a_limit_has_its_appeal(full: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    async def enough(*_: object) -> None:
        raise TooManyWaiting(person="张*明", most=3)

    monkeypatch.setattr(WaitingList, "join", enough)
    await full.get(f"{HOME}wait?doctor=D1023")
    await full.post(full.path, sessions=full.field("sessions"), person=full.field("person"))
    assert full.status == 409
    await full.post(f"{HOME}appeals/", about=full.field("about"))
    assert "申诉收到了" in full.text
