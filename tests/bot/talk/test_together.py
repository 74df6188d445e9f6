"""Turns in a common transaction: committed together, each for itself in all that matters, and each once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.db.contacts import Locked, conversation
from bot.db.inbox import inbox
from bot.db.outbox import outbox
from bot.db.transaction import Transaction
from bot.db.turns import Apart, Asked, Closing
from bot.talk import together
from bot.talk.messages import Answer
from bot.talk.together import Together
from tests.support.world import ACCOUNT, World

NAMES = [f"p{number}" for number in range(20)]


@pytest.fixture(autouse=True)
def packets(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Every turn comes along; gives how many turns each common transaction committed."""
    monkeypatch.setattr(together, "EASE", 0)
    monkeypatch.setattr(together, "PATIENCE_S", 60.0)
    sizes: list[int] = []
    close = together.close_turns

    async def counted(tx: Transaction, turns: Any) -> None:
        await close(tx, turns)
        sizes.append(len(turns))

    monkeypatch.setattr(together, "close_turns", counted)
    yield sizes


async def at_once(world: World, *said: str) -> list[Answer]:
    """Each of NAMES says the next of these words."""
    return await asyncio.gather(*(world.said(who, said[n % len(said)]) for n, who in enumerate(NAMES)))


async def count(world: World, table: Any) -> int:
    async with world.database.reading() as tx:
        return int(await tx.scalar(select(func.count()).select_from(table)) or 0)


async def turns(world: World) -> list[int]:
    async with world.database.reading() as tx:
        return [row.turns for row in await tx.all(select(conversation.c.turns))]


def texts(answers: list[Answer]) -> set[str]:
    return {message.text for answer in answers for message in answer.messages}


async def test_several_are_committed_together_and_each_has_its_own_answer(world: World, packets: list[int]) -> None:
    await at_once(world, "喝茶")  # new contacts: each is made alone
    packets.clear()
    answers = await at_once(world, "1", "返回", "2")
    assert sum(packets) == len(NAMES) and len(packets) < len(NAMES) / 2
    assert [answer.messages[0].text for answer in answers[:3]] == ["要多热？", answers[1].messages[0].text, "要多热？"]
    assert answers[1].messages[0].text != "要多热？"
    assert await turns(world) == [2] * len(NAMES) and await count(world, inbox) == 2 * len(NAMES)


async def test_what_they_put_is_put_once_for_each(world: World, packets: list[int]) -> None:
    await at_once(world, "喝茶")
    await at_once(world, "1")
    packets.clear()
    woken: list[bool] = []
    world.database.wake = lambda: woken.append(True)
    assert texts(await at_once(world, "很热")) == {"泡着呢。"}
    assert await count(world, outbox) == len(NAMES) == sum(packets)
    assert len(woken) == len(packets)


async def test_the_same_message_again_finds_its_answer(world: World, packets: list[int]) -> None:
    await at_once(world, "喝茶")
    letters = [world.inbound(who, "1") for who in NAMES]
    first = await asyncio.gather(*map(world.dispatcher.turn, letters))
    again = await asyncio.gather(*map(world.dispatcher.turn, letters))
    assert [each.messages for each in again] == [each.messages for each in first]
    assert all(each.duplicate for each in again) and not any(each.duplicate for each in first)
    assert await turns(world) == [2] * len(NAMES)


async def test_one_that_fails_leaves_and_the_others_stay(world: World) -> None:
    await at_once(world, "喝茶")
    answers = await at_once(world, "1", "坏掉")
    assert {answer.messages[0].text for answer in answers[::2]} == {"要多热？"}
    assert all("要多热" not in answer.messages[0].text and answer.messages for answer in answers[1::2])
    assert await turns(world) == [2] * len(NAMES) and await count(world, inbox) == 2 * len(NAMES)


@pytest.mark.parametrize("when", ["before", "amid", "after"])
async def test_when_the_common_transaction_fails_each_is_done_once(
    world: World, packets: list[int], monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Before anything was written, when all was written and not committed, and when the commit's answer got lost."""
    await at_once(world, "喝茶")
    await at_once(world, "1")
    close = together.close_turns

    async def failing(tx: Transaction, turns: Any) -> None:
        if when == "amid":
            script = tx.link.script

            async def uncommitted(steps: Any, **how: Any) -> Any:
                return await script(steps)

            monkeypatch.setattr(tx.link, "script", uncommitted)
            await close(tx, turns)
            monkeypatch.setattr(tx.link, "script", script)
        elif when == "after":
            await close(tx, turns)
        raise ConnectionResetError

    monkeypatch.setattr(together, "close_turns", failing)
    assert texts(await at_once(world, "很热")) == {"泡着呢。"}
    assert await turns(world) == [3] * len(NAMES)
    assert await count(world, inbox) == 3 * len(NAMES) and await count(world, outbox) == len(NAMES)


def asked(who: str) -> Asked:
    return Asked(ACCOUNT, "wechat", f"o-{who}", "wechat:main", f"asked {who}")


async def ends(tx: Transaction, locked: Locked) -> Closing:
    stored = {"state": None, "mode": "bot", "wakes_at": None, "awaits": None, "reach": "{}"}
    kept = {"source": "wechat:main", "external_id": f"asked {locked.contact.external_id.removeprefix('o-')}",
            "contact_id": locked.contact.id, "kind": "text", "body": "", "answer": "[]",
            "request_id": tx.request_id, "received_at": tx.now}
    return Closing(stored, kept)


async def test_nobody_waits_for_one_that_takes_long(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "PATIENCE_S", 0.0)
    await at_once(world, "喝茶")
    bench, goes_on = Together(world.database, 3), asyncio.Event()

    async def slow(tx: Transaction, locked: Locked) -> Closing:
        await goes_on.wait()
        return await ends(tx, locked)

    late = asyncio.create_task(bench.turn(asked("p0"), slow))
    await bench.turn(asked("p1"), ends)  # in the same transaction, committed without it
    goes_on.set()
    with pytest.raises(Apart):
        await late
    assert await count(world, inbox) == len(NAMES) + 1


async def test_as_long_as_one_more_has_ended_the_others_are_waited_for(
    world: World, packets: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the processor is short all take long: to do them again, each alone, would only take longer."""
    await at_once(world, "喝茶")
    packets.clear()
    bench, looked = Together(world.database, 3), list[int]()
    gates = [asyncio.Event() for _ in range(4)]
    wait = asyncio.wait

    async def patience(waited_for: Any, *, timeout: float) -> Any:
        """It is over, and meanwhile one more has been done."""
        looked.append(len(waited_for))
        gates[len(looked) - 1].set()
        await wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
        return await wait(waited_for, timeout=0)

    monkeypatch.setattr(together.asyncio, "wait", patience)

    def after(gate: asyncio.Event) -> Any:
        async def think(tx: Transaction, locked: Locked) -> Closing:
            await gate.wait()
            return await ends(tx, locked)

        return think

    await asyncio.gather(*(bench.turn(asked(f"p{n}"), after(gate)) for n, gate in enumerate(gates)))
    assert packets == [len(gates)] and looked == [4, 3, 2, 1]


async def test_what_asks_the_database_leaves_even_if_it_hides_the_refusal(world: World) -> None:
    await at_once(world, "喝茶")
    bench = Together(world.database, 3)

    async def stubborn(tx: Transaction, locked: Locked) -> Closing:
        try:
            await tx.one(select(inbox))
        except Exception:
            tx.put("toy.did", {})
        return await ends(tx, locked)

    with pytest.raises(Apart):
        await bench.turn(asked("p0"), stubborn)
    assert await count(world, inbox) == len(NAMES) and await count(world, outbox) == 0
