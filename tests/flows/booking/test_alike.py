"""In a rush who stands at the same place is told the same without being thought about: each still has lines, a place
and an answer of their own, and nobody is told for longer than it is so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import time_machine
from sqlalchemy import func, select

from bot.db.contacts import contact, conversation
from bot.db.inbox import inbox
from bot.db.journal import journal
from bot.db.manner import set_easy
from bot.talk import together
from bot.talk.alike import MOMENT_S
from bot.talk.engine import Engine
from bot.talk.messages import Answer
from bot.talk.session import Session
from flows.booking import glance, store
from flows.booking.service import BookingService
from flows.directory import service as directory
from tests.flows.booking import ward
from tests.support.world import World

RIVALS = [f"p{number}" for number in range(8)]


@dataclass(frozen=True)
class Sold:
    """The segment, the appointment that holds its slot, and the person of `late`."""

    segment: int
    held: int
    person: int


@pytest.fixture
def thought(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every turn comes along with others; the words that were thought about."""
    monkeypatch.setattr(together, "EASE", 0)
    monkeypatch.setattr(together, "WORTH", 0.0)
    monkeypatch.setattr(together, "PATIENCE_S", 60.0)
    words: list[str] = []
    hear = Engine.hear

    async def counted(self: Engine, text: str) -> None:
        words.append(text)
        await hear(self, text)

    monkeypatch.setattr(Engine, "hear", counted)
    yield words


@pytest.fixture
async def sold(world: World, thought: list[str]) -> Sold:
    """One doctor's only segment, which RIVALS and `late` were shown before `first` took its only slot; two of RIVALS
    were told so."""
    code = await ward.session(world, capacity=1, minutes=60)
    await ward.sync(world)
    (segment,) = await ward.segments(world, code)
    for n, who in enumerate(["first", *RIVALS, "late"]):
        person = await ward.person(world, who, f"张{n}", known=False)
        await world.said(who, "王静")
    assert "确认" in labels(await world.said("first", "1"))
    for who in RIVALS[:2]:  # one finds it full, the other looks how it is there
        await world.said(who, "1")
    thought.clear()
    async with world.database.reading() as tx:
        held = await tx.scalar(select(store.appointment.c.id).where(store.appointment.c.state == "held"))
    return Sold(segment.id, int(held), person)


def labels(answer: Answer) -> str:
    return "".join(label for _, label in answer.messages[-1].options)


async def rush(world: World, *names: str) -> list[Answer]:
    return await asyncio.gather(*(world.said(who, "1") for who in names))


async def test_many_are_told_the_same_and_each_has_what_is_theirs(
    world: World, sold: Sold, thought: list[str]
) -> None:
    answers = [await world.said(who, "1") for who in RIVALS[2:]]
    assert len({answer.messages for answer in answers}) == 1 and "候补" in labels(answers[0])
    assert len(thought) < len(answers) / 2, "one or two were thought about"
    async with world.database.reading() as tx:
        lines = await tx.all(select(journal).where(journal.c.kind == "booking.hold", journal.c.failed.is_(True)))
        known = await tx.all(select(contact.c.id, contact.c.public_id, conversation.c.state).join(conversation))
        said = await tx.scalar(select(func.count()).select_from(inbox).where(inbox.c.contact_id.in_(
            [row.id for row in known]
        )))
    assert said == 2 * (len(RIVALS) + 1) + 1, "every word is kept, whoever was thought about"
    assert len({line.actor for line in lines}) == len(RIVALS) == len(lines), "each no has a line of its own"
    assert len({line.request_id for line in lines}) == len(lines)
    sessions = [Session.load(row.state) for row in known if row.state]
    frames = [each.top.id for each in sessions if each.top is not None]
    assert len(set(frames)) == len(frames) == len(RIVALS) + 2, "and nobody stands in somebody else's place"


async def test_who_was_told_goes_on_by_themselves(world: World, sold: Sold) -> None:
    """What the conversation waits for is there: one waits for a slot, the other looks elsewhere."""
    await rush(world, *RIVALS[2:])
    waits, looks = await world.said(RIVALS[-1], "1"), await world.said(RIVALS[-2], "2")
    assert waits.messages != looks.messages
    assert "候补" in "".join(message.text for message in waits.messages)


async def test_a_slot_that_comes_free_here_ends_it_at_once(world: World, sold: Sold) -> None:
    told = await rush(world, *RIVALS[2:])
    assert "候补" in labels(told[0])
    async with world.context("first") as context:
        await BookingService(context).release(sold.held)
    assert "确认" in labels(await world.said("late", "1"))
    assert await ward.balanced(world)


async def test_a_slot_that_comes_free_elsewhere_ends_it_within_a_moment(
    world: World, sold: Sold, travel: time_machine.Coordinates
) -> None:
    """Another process gives it back: nothing here forgets."""
    await rush(world, *RIVALS[2:])
    async with world.database.transaction() as tx:
        await tx.update(store.appointment.update().values(state="released", ended_at=tx.now, ended_by="elsewhere"))
        await tx.update(store.slot.update().values(state="free", appointment_id=None))
        await tx.update(store.segment.update().where(store.segment.c.id == sold.segment).values(free=1))
    assert MOMENT_S + glance.MOMENT_S <= 1
    travel.shift(glance.MOMENT_S + 0.001)
    assert "确认" in labels(await world.said("late", "1"))


async def test_who_holds_it_is_never_told_that_it_is_gone(world: World, sold: Sold) -> None:
    """They stand where the others stand, with a slot that they took on a page meanwhile."""
    late = await world.contact_id("late")
    async with world.database.transaction() as tx:
        await tx.update(store.appointment.update().values(contact_id=late, person_id=sold.person))
    glance.glance(world.ports).forget()
    await rush(world, *RIVALS[2:])
    assert "候补" not in labels(await world.said("late", "1"))


async def test_who_reads_in_large_type_is_told_in_their_own_words(
    world: World, sold: Sold, thought: list[str]
) -> None:
    told = await rush(world, *RIVALS[2:])
    late = await world.contact_id("late")
    async with world.database.transaction() as tx:
        await set_easy(tx, late, True)
    thought.clear()
    assert (await world.said("late", "1")).messages != told[0].messages and "1" in thought


async def test_a_change_of_the_directory_ends_it(world: World, sold: Sold, thought: list[str]) -> None:
    await rush(world, *RIVALS[2:])
    directory.forget(world.ports)
    thought.clear()
    await world.said("late", "1")
    assert "1" in thought


async def test_other_words_and_a_moment_later_are_thought_about(
    world: World, sold: Sold, thought: list[str], travel: time_machine.Coordinates
) -> None:
    await rush(world, *RIVALS[2:-1])
    thought.clear()
    await world.said("late", "第一个")
    assert "第一个" in thought
    travel.shift(MOMENT_S + 0.001)
    thought.clear()
    await world.said(RIVALS[-1], "1")
    assert "1" in thought
