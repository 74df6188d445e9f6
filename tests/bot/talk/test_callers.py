"""A flow that was called and ends before its time: its caller ends with it, and nobody else answers in its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from bot import clock
from bot.db.contacts import asleep_until, contact, conversation
from bot.db.engine import Database
from bot.talk.area import Area, Areas
from bot.talk.flow import Flow
from bot.talk.outcomes import Ask, Await, Call, Done, Go, Outcome
from bot.talk.session import Session
from bot.wording import Wording
from jobs import talk
from tests.bot.talk.toy import TEMPLATES, NotToday, ToyService, Wine
from tests.support.world import World


class Host(Flow, name="host", words=("请客",)):
    """Calls a flow, and takes what comes back for the guest's name."""

    @dataclass
    class Data:
        name: str = ""

    async def start(self) -> Outcome:
        return Call("picky", then=self.served)

    async def served(self) -> Outcome:
        self.data.name = str(self.returned)
        return Done("served")


class Picky(Flow, name="picky", version=2, words=("挑剔",)):
    upgrades = {1: lambda data: {"name": data["nobody wrote this"]}}

    @dataclass
    class Data:
        name: str = ""

    async def start(self) -> Outcome:
        return Ask("guest", save="name", check="name", then=self.end)

    async def end(self) -> Outcome:
        if self.data.name == "李四":
            raise NotToday(sort="李四")
        if self.data.name == "王五":
            return Go(self.wait)
        return Done("thanks", result=self.data.name)

    async def wait(self) -> Outcome:
        return Await("brewing", event="brewed", key="pot", then=self.brewed, minutes=15, expired=self.brewed)

    async def gone_wrong(self) -> Outcome:
        raise ZeroDivisionError

    async def brewed(self) -> Outcome:
        return Done("thanks", result=self.data.name)


AREAS = Areas([Area(name="toy", title="玩具", flows=(Host, Picky, Wine), service=ToyService)])


@pytest.fixture
def world(database: Database) -> World:
    made = World(database, areas=AREAS)
    made.wording = Wording(override_dir=TEMPLATES, clock=made.clock)
    made.dispatcher.wording = made.wording
    return made


async def session(world: World, who: str = "a") -> Session:
    async with world.database.reading() as tx:
        found = select(conversation.c.state).join(contact, contact.c.id == conversation.c.contact_id)
        return Session.load(await tx.scalar(found.where(contact.c.external_id == f"o-{who}")) or "")


async def flows(world: World) -> list[str]:
    return [frame.flow for frame in (await session(world)).frames]


async def drink(world: World) -> list[str]:
    """Another flow from its beginning to its end; gives what its end said."""
    await world.said("a", "喝酒")
    return [message.text for message in (await world.said("a", "张三")).messages]


async def test_what_is_called_comes_back(world: World) -> None:
    await world.said("a", "请客")
    assert [message.text for message in (await world.said("a", "张三")).messages] == ["谢谢 张三。", "张三，茶好了。"]


async def test_a_called_flow_that_refuses_takes_its_caller_along(world: World) -> None:
    await world.said("a", "请客")
    await world.said("a", "李四")
    assert await flows(world) == []
    assert await drink(world) == ["谢谢 张三。"]


@pytest.mark.parametrize("interrupted", [False, True])
async def test_a_called_flow_that_lapses_takes_its_caller_along(world: World, interrupted: bool) -> None:
    with time_machine.travel("2027-03-01 08:00", tick=False) as traveller:
        await world.said("a", "请客")
        if interrupted:
            traveller.shift(timedelta(minutes=30))
            await world.said("a", "喝酒")
        traveller.shift(timedelta(minutes=31 if interrupted else 61))
        await talk.lapse(world.workshop.job(name="talk.lapse"))
        assert await flows(world) == (["wine"] if interrupted else [])
        if interrupted:
            assert [message.text for message in (await world.said("a", "张三")).messages] == ["谢谢 张三。"]
        else:
            assert (await session(world)).lapsed == "host"
            await world.said("a", "你好")
            assert await drink(world) == ["谢谢 张三。"]


async def test_a_called_flow_that_is_begun_anew_still_comes_back(world: World) -> None:
    await world.said("a", "请客")
    await world.said("a", "挑剔")
    assert await flows(world) == ["host", "picky"]
    assert (await world.said("a", "张三")).messages[-1].text == "张三，茶好了。"


async def test_an_event_brings_the_caller_up_as_well(world: World) -> None:
    await world.said("a", "请客")
    await world.said("a", "王五")
    await world.said("a", "喝酒")
    answer = await world.dispatcher.event(await world.contact_id("a"), "brewed:pot", {}, once="pot 1")
    assert [message.text for message in answer.messages][:2] == ["谢谢 王五。", "王五，茶好了。"]
    assert await flows(world) == ["wine"]
    assert [message.text for message in (await world.said("a", "张三")).messages] == ["谢谢 张三。"]


async def put_back(world: World, who: str, version: int) -> None:
    """As if a program of long ago had written this conversation."""
    held = await session(world, who)
    held.frames[-1].version = version
    async with world.database.transaction() as tx:
        mine = select(contact.c.id).where(contact.c.external_id == f"o-{who}").scalar_subquery()
        await tx.update(update(conversation).where(conversation.c.contact_id == mine).values(state=held.dump()))


async def test_data_that_cannot_be_carried_over_let_nobody_sit_in_a_broken_conversation(world: World) -> None:
    await world.said("a", "请客")
    await put_back(world, "a", 1)
    answer = await world.said("a", "张三")
    assert answer.messages[0].text == world.wording.render("common/chat/restarted")
    assert await flows(world) == []


@pytest.mark.parametrize("state", ["{", '{"frames": [{"nothing": 1}]}', "[]"])
async def test_a_conversation_that_cannot_be_read_begins_anew(world: World, state: str) -> None:
    await world.said("a", "喝酒")
    async with world.database.transaction() as tx:
        await tx.update(update(conversation).values(state=state))
    assert await drink(world) == ["谢谢 张三。"]


UNFORESEEN = '{"frames": [{"flow": "picky", "version": 2, "wait": {"kind": "text", "prompt": "", "then": "", ' \
    '"until": 1, "expired": "gone_wrong"}}]}'


async def test_one_conversation_that_cannot_be_ended_keeps_no_other_from_it(world: World) -> None:
    await world.said("a", "喝酒")
    await world.said("b", "喝酒")
    async with world.database.transaction() as tx:
        mine = select(contact.c.id).where(contact.c.external_id == "o-a").scalar_subquery()
        broken = update(conversation).where(conversation.c.contact_id == mine)
        await tx.update(broken.values(state=UNFORESEEN, wakes_at=clock.now()))
    with time_machine.travel(clock.now() + timedelta(minutes=61), tick=False):
        await talk.lapse(world.workshop.job(name="talk.lapse"))
        async with world.database.reading() as tx:
            left = await asleep_until(tx, clock.now(), limit=9)
    assert [contact_id for contact_id, _ in left] == [await world.contact_id("a")]
