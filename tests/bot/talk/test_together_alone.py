"""Who comes along with others, and for whom it is better to come alone."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from bot.db.contacts import Locked
from bot.db.transaction import Transaction
from bot.db.turns import Apart, Closing
from bot.talk import dispatcher, together
from bot.talk.engine import Engine
from bot.talk.line import InLine, Line
from bot.talk.messages import Inbound
from bot.talk.together import Together
from tests.bot.talk.test_together import asked, at_once, ends, packets
from tests.support.world import World

__all__ = ["packets"]


async def test_where_nearly_all_leave_few_try(world: World) -> None:
    await at_once(world, "喝茶")
    bench, numbers = Together(world.database, 3), itertools.count()

    async def heavy(tx: Transaction, locked: Locked) -> Closing:
        raise Apart

    async def light(tx: Transaction, locked: Locked) -> Closing:
        closing = await ends(tx, locked)
        return Closing(closing.stored, {**closing.kept, "external_id": f"light {next(numbers)}"})

    tried = 0
    for _ in range(200):
        if bench.worth():
            tried += 1
            with pytest.raises(Apart):
                await bench.turn(asked("p0"), heavy)
    assert together.MEMORY < tried < 100
    for _ in range(together.MEMORY):
        await bench.turn(asked("p1"), light)  # those who left may still be locked
    assert all(bench.worth() for _ in range(together.SELDOM))


async def test_who_has_to_wait_in_line_is_no_reason_to_come_alone(world: World) -> None:
    await at_once(world, "喝茶")
    bench = Together(world.database, 3)

    async def stands(tx: Transaction, locked: Locked) -> Closing:
        raise InLine(Line(1))

    for _ in range(2 * together.MEMORY):
        with pytest.raises(InLine):
            await bench.turn(asked("p0"), stands)
        await asyncio.gather(*bench._carriers)  # it is locked no longer
    assert all(bench.worth() for _ in range(together.SELDOM))


async def test_whoever_comes_from_the_line_to_the_gate_comes_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is about to need the database: to find that out among others would cost them and itself."""
    await at_once(world, "喝茶")
    line, shared = Line(1), list[bool]()

    def through_the_gate(inbound: Inbound) -> dispatcher.Work:
        async def work(engine: Engine) -> None:
            shared.append(engine.context.tx.shared)
            line.stand()
            await engine.hear(inbound.text)

        return work

    monkeypatch.setattr(dispatcher, "work_of", through_the_gate)
    assert (await world.said("p0", "1")).messages[0].text == "要多热？"
    assert shared == [True, False]
