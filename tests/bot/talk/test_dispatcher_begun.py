"""What areas tell and begin, what nobody waits for, and who finds no room."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.db.inbox import inbox
from bot.db.outbox import outbox
from bot.talk.area import Areas
from bot.talk.crowd import Crowded
from bot.talk.events import BEGIN, EVENT, begin, tell
from bot.talk.messages import Inbound
from tests.bot.talk.test_dispatcher import count, session, texts
from tests.bot.talk.toy import AREA
from tests.support.world import World


async def test_an_area_tells_that_what_is_awaited_has_happened(world: World) -> None:
    for words in ("喝茶", "1", "很热"):
        await world.said("a", words)
    frame = (await session(world, "a")).top
    assert frame is not None
    contact_id = await world.contact_id("a")
    for _ in range(2):
        async with world.database.transaction() as tx:
            tell(tx, contact_id, "brewed", frame.id, {})
    async with world.database.reading() as tx:
        row = await tx.one(select(outbox.c.payload).where(outbox.c.topic == EVENT))
    assert row is not None and await count(world, outbox) == 2  # brew, and one event for all the tellings
    payload = json.loads(row.payload)
    answer = await world.dispatcher.event(contact_id, payload["event"], payload["facts"], once="outbox:1")
    assert texts(answer) == ["您贵姓？"]
    assert (await world.dispatcher.event(contact_id, payload["event"], {}, once="outbox:1")).duplicate


async def test_an_area_begins_a_flow_of_its_own_accord_over_what_goes_on(world: World) -> None:
    await world.said("a", "喝酒")
    contact_id = await world.contact_id("a")
    for _ in range(2):
        async with world.database.transaction() as tx:
            begin(tx, contact_id, "tea", "green")
    async with world.database.reading() as tx:
        [row] = await tx.all(select(outbox.c.payload).where(outbox.c.topic == BEGIN))
    payload = json.loads(row.payload)
    answer = await world.dispatcher.begin(contact_id, payload["flow"], payload["arg"], once="outbox:1")
    assert answer.messages and not answer.duplicate
    assert [frame.flow for frame in (await session(world, "a")).frames] == ["wine", "tea"]
    assert (await world.dispatcher.begin(contact_id, "tea", "green", once="outbox:1")).duplicate
    assert await count(world, outbox) == 2  # the flow begins once, and what it says is pushed once


async def test_a_fault_at_something_nobody_waits_for_is_delivered_again(world: World) -> None:
    async def broken(context: Context, inbound: Inbound) -> None:
        raise ZeroDivisionError

    world.dispatcher.areas = Areas([replace(AREA, listens=(("delivery", broken),))])
    with pytest.raises(ZeroDivisionError):
        await world.dispatcher.turn(world.inbound("a", kind="delivery"))
    assert await count(world, inbox) == 0


async def test_who_finds_no_room_is_sent_away_and_nothing_is_begun(world):
    world.dispatcher._crowd.most = 1
    first, second = world.inbound("a", "喝茶"), world.inbound("b", "喝茶")
    running = asyncio.create_task(world.dispatcher.turn(first))
    await asyncio.sleep(0)
    with pytest.raises(Crowded):
        await world.dispatcher.turn(second)
    same = await world.dispatcher.turn(first)  # what runs already has its place
    assert (await running).messages == same.messages
    assert (await world.dispatcher.turn(second)).messages == same.messages
