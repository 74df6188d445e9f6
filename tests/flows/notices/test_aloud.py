"""Answers that are heard: what may go wrong on the way, and that it never costs a text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from bot import clock, logs, metrics
from bot.context import Contact
from bot.db import outbox
from bot.db.contacts import reach_of, set_reach
from bot.db.engine import Database
from bot.errors import OutsideError, OutsideRefused, OutsideUnavailable, OutsideUnknown
from bot.talk import hearing
from bot.talk.channel import Narrator
from bot.talk.messages import Answer
from flows.notices.aloud import KEPT
from flows.notices.service import NoticesService
from integrations.speech.port import Speech
from jobs.notices_aloud import TRIES
from tests.support.fakes import PlayedSpeech
from tests.support.world import World


class Listening:
    """One contact in easy mode, of a hospital that has a voice."""

    def __init__(self, database: Database, time: time_machine.Coordinates) -> None:
        self.world, self.time = World(database), time
        self.speech = PlayedSpeech()
        self.world.ports.put(Speech, self.speech)
        self.world.ports.put(Narrator, self.speech)
        self._counted = _ends()

    async def speaks(self, text: str = "帮助") -> Answer:
        answer = await self.world.said("a", text, "voice")
        self.time.shift(1)
        return answer

    async def later(self, seconds: float = 6) -> None:
        """So long that everything is tried that will be tried by then."""
        for _ in range(int(seconds)):
            await self.world.drain.once()
            self.time.shift(1)

    @property
    def heard(self) -> list[str]:
        return [message.text for _, message in self.world.channels.sent]

    @property
    def ends(self) -> dict[str, float]:
        """What became of answers in this test."""
        return {end: count - self._counted.get(end, 0) for end, count in _ends().items()
                if count != self._counted.get(end, 0)}

    async def rows(self) -> list[str]:
        async with self.world.database.reading() as tx:
            states = select(outbox.outbox.c.state).where(outbox.outbox.c.topic == hearing.ALOUD)
            return [row.state for row in await tx.all(states.order_by(outbox.outbox.c.id))]

    async def left(self) -> str:
        contact = await self.world.contact_id("a")
        async with self.world.database.reading() as tx:
            return await reach_of(tx, contact)

    async def leave(self, messages: int) -> None:
        contact = await self.world.contact_id("a")
        async with self.world.database.transaction() as tx:
            until = int((clock.now() + timedelta(days=1)).timestamp())
            await set_reach(tx, contact, f'{{"message":[{messages},{until}]}}')


def _ends() -> dict[str, float]:
    lines = metrics.exposition().decode().splitlines()
    found = [each.rpartition(" ") for each in lines if each.startswith("daoyi_read_aloud_total{")]
    return {name.partition('result="')[2].partition('"')[0]: float(count) for name, _, count in found}


@pytest.fixture
async def listening(database: Database) -> AsyncIterator[Listening]:
    with time_machine.travel("2027-03-01 08:00Z", tick=False) as time, logs.request("test"):
        found = Listening(database, time)
        await found.world.said("a", "大字")
        time.shift(60)
        yield found


async def test_an_answer_is_heard_once_and_costs_one_message(listening: Listening) -> None:
    await listening.speaks()
    await listening.later()
    assert len(listening.heard) == 1 and "回复一，挂号" in listening.heard[0]
    assert listening.ends == {"heard": 1} and '"message":[4,' in await listening.left()


async def test_who_hears_nothing_has_no_row(listening: Listening) -> None:
    await listening.world.said("a", "帮助")
    await listening.world.said("b", "帮助", "voice")
    assert await listening.rows() == []


@pytest.mark.parametrize("times", [1, 2, TRIES, TRIES + 2])
async def test_a_voice_that_is_away_is_tried_again_and_then_given_up(listening: Listening, times: int) -> None:
    listening.speech.errors = [OutsideUnavailable("busy") for _ in range(times)]
    await listening.speaks()
    await listening.later(20)
    told = times < TRIES
    assert len(listening.heard) == told and listening.ends == {"heard" if told else "away": 1}
    assert await listening.rows() == ["done"] and ('"message":[4,' in await listening.left()) == told


@pytest.mark.parametrize("times", [1, TRIES])
async def test_a_channel_that_is_away_gives_its_message_back(listening: Listening, times: int) -> None:
    listening.world.channels.errors = [OutsideUnavailable("-1") for _ in range(times)]
    await listening.speaks()
    await listening.later(20)
    assert len(listening.heard) == (times < TRIES) and await listening.rows() == ["done"]
    assert f'"message":[{4 if times < TRIES else 5},' in await listening.left()


@pytest.mark.parametrize(("error", "end", "left"), [
    (OutsideRefused("48001", "api unauthorized"), "refused", 5), (OutsideUnknown("no answer"), "unknown", 4)])
async def test_a_no_and_an_unknown_end_are_not_tried_again(
    listening: Listening, error: OutsideError, end: str, left: int
) -> None:
    listening.world.channels.errors = [error]
    await listening.speaks()
    await listening.later(10)
    assert listening.heard == [] and listening.ends == {end: 1} and await listening.rows() == ["done"]
    assert f'"message":[{left},' in await listening.left()


async def test_a_text_that_cannot_be_said_is_given_up(listening: Listening) -> None:
    listening.speech.errors = [OutsideRefused("too-long")]
    await listening.speaks()
    await listening.later()
    assert listening.heard == [] and listening.ends == {"refused": 1}


async def test_a_shut_window_is_believed(listening: Listening) -> None:
    listening.world.channels.closed = True
    await listening.speaks()
    await listening.later()
    assert listening.ends == {"closed": 1} and await listening.left() == "{}"


@pytest.mark.parametrize("left", range(KEPT + 3))
async def test_the_last_places_are_left_to_texts(listening: Listening, left: int) -> None:
    await listening.speaks()
    await listening.leave(left)
    await listening.later()
    assert len(listening.heard) == (left > KEPT) and listening.ends == {"heard" if left > KEPT else "full": 1}


async def test_of_two_voice_messages_the_second_may_be_missing(listening: Listening) -> None:
    listening.speech.most = 40
    await listening.speaks()
    await listening.leave(KEPT + 1)
    await listening.later()
    assert len(listening.heard) == 1
    await listening.speaks()
    await listening.later()
    assert len(listening.heard) == 3 and listening.ends == {"part": 1, "heard": 1}


async def test_a_newer_answer_silences_the_older(listening: Listening) -> None:
    await listening.speaks()
    await listening.speaks("挂号")
    await listening.later()
    assert len(listening.heard) == 1 and "科室" in listening.heard[0]
    assert listening.ends == {"overtaken": 1, "heard": 1}
    await listening.speaks()
    await listening.world.said("a", "帮助")  # answered in writing only
    await listening.later()
    assert len(listening.heard) == 1 and listening.ends == {"overtaken": 2, "heard": 1}


async def test_events_that_are_answered_with_nothing_silence_nobody(listening: Listening) -> None:
    await listening.speaks()
    await listening.world.said("a", "", "position")
    await listening.later()
    assert len(listening.heard) == 1


async def test_a_text_that_comes_late_still_comes_first(listening: Listening) -> None:
    world, message = listening.world, listening.world.inbound("a", "帮助", "voice")
    await world.dispatcher.turn(message)
    world.channels.errors = [OutsideUnavailable("-1")]
    await world.dispatcher.late(message)
    await listening.later(15)
    assert not listening.heard[0].startswith("(语音") and listening.heard[-1].startswith("(语音")


async def test_a_push_that_came_since_is_what_is_read(listening: Listening) -> None:
    world = listening.world
    await world.said("a", "帮助")
    listening.time.shift(60)
    async with world.context() as context:
        contact = context.contact.id
        await NoticesService(context).push("patients.grown_up", contact, "person:1", {"name": "王小明"})
    await listening.later(2)
    assert "王" in listening.heard[-1] and not listening.heard[-1].startswith("(语音")
    for _ in range(2):
        await world.said("a", "念给我听")
        await listening.later(4)
        assert listening.heard[-1].startswith("(语音") and "王" in listening.heard[-1]
    await world.said("a", "帮助")
    await world.said("a", "8")
    await listening.later(4)
    assert "回复一，挂号" in listening.heard[-1], "what was said after it"


async def test_many_at_once_are_heard_each_by_themselves(listening: Listening) -> None:
    world, names = listening.world, [f"p{number}" for number in range(12)]
    for name in names:
        await world.said(name, "大字")
    listening.time.shift(60)
    for text in ("帮助", "念给我听"):
        await asyncio.gather(*(world.said(name, text, "voice") for name in names))
        listening.time.shift(1)
        await listening.later(2)
        heard = [address for address, _ in world.channels.sent]
        assert sorted(heard) == sorted(world.address(name) for name in names)
        assert {message.text for _, message in world.channels.sent} == {listening.heard[0]}
        world.channels.sent.clear()


async def test_who_dies_on_the_way_takes_the_voice_along(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before another worker may take the row it is of no use: the text was there, and nobody hears it twice."""

    async def dying(contact: Contact, audio: bytes) -> None:
        raise asyncio.CancelledError

    await listening.speaks()
    with monkeypatch.context() as dead, pytest.raises(asyncio.CancelledError):
        dead.setattr(listening.world.channels, "voice", dying)
        await listening.world.drain.once()
    assert await listening.rows() == ["taken"]
    listening.time.shift(61)
    async with listening.world.database.transaction() as tx:
        assert await outbox.reclaim(tx) == 1
    await listening.later()
    assert listening.heard == [] and await listening.rows() == ["dropped"]
