"""The page behind a forwarded link: the first who opens it has it, everybody else sees nothing of anybody."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.db.contacts import contact
from bot.db.engine import Database
from flows.patients.handover.store import handover
from flows.patients.service import PatientsService
from tests.flows.patients.family import LI, with_hospital
from tests.flows.patients.test_pages import NEW, Reader
from tests.sandbox.stage import stage
from tests.support.world import World


@pytest.fixture
async def giver(sqlite_database: Database) -> AsyncIterator[Reader]:
    world = World(sqlite_database)
    with_hospital(world)
    async with stage(sqlite_database, world.ports) as on:
        yield Reader(on, world)


async def link_of(giver: Reader) -> str:
    """The first phone registers somebody and asks family for help; gives the address to forward."""
    await giver.registered()
    async with giver.world.database.reading() as tx:
        external_id = str(await tx.scalar(select(contact.c.external_id)))
    giver.world.address = lambda who: external_id if who == "a" else f"o-{who}"  # type: ignore[method-assign]
    async with giver.world.context() as context:
        service = PatientsService(context)
        [person] = await service.persons()
        return f"/h5/patients/help/{(await service.giving.give(person.id)).public_id}"


def phone(giver: Reader, number: int) -> Reader:
    return Reader(giver.on, giver.world, number=number)


async def state(giver: Reader) -> str:
    async with giver.world.database.reading() as tx:
        return str(await tx.scalar(select(handover.c.state)))


async def test_the_giver_is_told_how_to_forward_it_and_does_not_use_it_up(giver: Reader) -> None:
    link = await link_of(giver)
    assert "发送给朋友" in await giver.get(link)
    assert "请您帮忙" in await phone(giver, 2).get(link)


async def test_the_first_who_opens_it_has_it_and_others_see_nobodys_name(giver: Reader) -> None:
    link = await link_of(giver)
    assert "张*国" in await phone(giver, 2).get(link)
    stranger = phone(giver, 3)
    for _ in range(2):
        assert "已经有人用了" in await stranger.get(link)
        seen = re.sub(r"<(script|link|meta)[^>]*>", "", stranger.text)
        for secret in ("张", "13800000001", "0001"):
            assert secret not in seen


async def test_a_stranger_cannot_agree_in_the_takers_place(giver: Reader) -> None:
    link = await link_of(giver)
    taker, stranger = phone(giver, 2), phone(giver, 3)
    await taker.get(link)
    await stranger.registered(name="李梅", document_number=LI, mobile="13800000002")
    await stranger.get(NEW)
    await stranger.post(link, relation="parent", consent="yes")
    assert stranger.status == 409 and "已经过期，或者已经有答复" in stranger.text
    assert await state(giver) == "open"


async def test_nobody_agrees_without_a_page_of_their_own_session(giver: Reader) -> None:
    link = await link_of(giver)
    answer = await giver.on.browser.post(link, data={"relation": "parent", "consent": "yes"})
    assert answer.status in (400, 401, 403)
    assert await state(giver) == "open"


async def test_who_is_not_registered_does_that_first_and_finds_the_way_back(giver: Reader) -> None:
    link = await link_of(giver)
    taker = phone(giver, 2)
    assert "先登记自己" in await taker.get(link)
    await taker.registered(name="李梅", document_number=LI, mobile="13800000002")
    await taker.get("/h5/patients/")
    assert f'{link}"' in taker.text and "接着帮忙" in taker.text
    assert "答应帮忙" in await taker.get(link)


async def test_the_taker_says_who_they_are_and_agrees(giver: Reader) -> None:
    link = await link_of(giver)
    taker = phone(giver, 2)
    await taker.registered(name="李梅", document_number=LI, mobile="13800000002")
    await taker.get(link)
    await taker.post(link)
    assert taker.status == 422
    assert taker.problem("relation") == "这里还没有填。" and "先答应" in taker.problem("consent")
    await taker.post(link, relation="parent", consent="yes")
    assert taker.path == link and "已经去问 张*国" in taker.text
    assert await state(giver) == "asked"
    await taker.get("/h5/patients/")
    assert "张*国" not in taker.text
    await taker.get(NEW)
    await taker.post(link, relation="child", consent="yes")
    assert "已经去问" in taker.text


@pytest.mark.parametrize("name", ["x" * 22, "x", "../new", "%E5%BC%A0" * 4, "x" * 400])
async def test_addresses_that_were_made_up_lead_nowhere(giver: Reader, name: str) -> None:
    await giver.registered()
    await giver.get(f"/h5/patients/help/{name}")
    assert giver.status == 404 or giver.path == NEW
