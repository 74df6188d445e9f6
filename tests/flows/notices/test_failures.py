"""Retries, dead letters, workers that die, several workers at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from bot.db import outbox
from bot.errors import OutsideUnavailable, OutsideUnknown
from bot.settings import Settings
from flows.notices.undelivered import list_dead, send_again
from jobs import registry
from jobs.outbox import Drain
from tests.flows.notices.conftest import Notices
from tests.support.patience import until


class Killed(BaseException):
    """The process is gone: nothing of ours runs after it."""


async def test_a_channel_that_is_away_is_asked_again(notices: Notices) -> None:
    await notices.talked()
    notices.channels.errors = [OutsideUnavailable("http-503"), OutsideUnknown("no answer")]
    await notices.push()
    for expected in (0, 0, 1):
        await notices.settle()
        assert len(notices.channels.sent) == expected
        notices.traveller.shift(timedelta(seconds=10))
    [row] = await notices.rows()
    assert (row.state, row.attempts) == ("sent", 3)
    # However often it was tried, it was taken from the ledger once.
    assert '"message":[4,' in await notices.reach()


async def test_it_is_not_asked_again_before_its_time(notices: Notices) -> None:
    await notices.talked()
    notices.channels.errors = [OutsideUnavailable("45011", retry_after=60)]
    await notices.push()
    await notices.settle()
    notices.traveller.shift(timedelta(seconds=59))
    await notices.settle()
    assert notices.channels.sent == []
    notices.traveller.shift(timedelta(seconds=2))
    await notices.settle()
    assert len(notices.channels.sent) == 1


async def test_after_the_last_try_it_is_a_dead_letter_that_can_be_sent_again(notices: Notices) -> None:
    await notices.talked()
    limit = Settings().push.attempts
    notices.channels.errors = [OutsideUnavailable("http-503") for _ in range(limit)]
    await notices.push(about="report:1")
    for _ in range(limit):
        await notices.settle()
        notices.traveller.shift(timedelta(minutes=6))
    async with notices.world.database.transaction() as tx:
        [letter] = await list_dead(tx)
        assert (letter.what, letter.error, letter.attempts) == ("probe.report", "OutsideUnavailable", limit)
        assert await send_again(tx, letter.id)
        assert not await send_again(tx, letter.id)
        assert not await send_again(tx, "p-nothing") and not await send_again(tx, "") and not await send_again(tx, "oX")
    await notices.settle()
    assert [message.text for _, message in notices.channels.sent] == ["报告出来了\nreport:1"]
    async with notices.world.database.reading() as tx:
        assert await list_dead(tx) == []


async def test_a_dead_row_of_the_outbox_can_be_sent_again(notices: Notices) -> None:
    async with notices.world.database.transaction() as tx:
        tx.put("nobody.knows", {"secret": "x"})
    await notices.settle()
    async with notices.world.database.transaction() as tx:
        [letter] = await list_dead(tx)
        assert (letter.what, letter.error) == ("nobody.knows", "unknown topic")
        assert await send_again(tx, letter.id)
        assert await list_dead(tx) == []


@pytest.mark.parametrize("way", ["customer_service", "template"])
async def test_a_worker_that_dies_between_sending_and_writing_it_down(
    with_templates: Notices, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices = with_templates
    if way == "customer_service":
        await notices.talked()
    await notices.push()
    name = "say" if way == "customer_service" else "template"
    send = getattr(notices.channels, name)

    async def die(*args: object, **more: object) -> None:
        await send(*args, **more)
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(notices.channels, name, die)
        await notices.settle()
    await notices.settle()  # the row is leased, the push taken: nobody else sends it meanwhile
    shown = len(notices.channels.sent) + len(notices.channels.templates)
    assert shown == 1
    notices.traveller.shift(timedelta(seconds=61))
    async with notices.world.database.transaction() as tx:
        assert await outbox.reclaim(tx) == 1
    await notices.settle()
    [row] = await notices.rows()
    assert (row.state, row.way) == ("sent", way)
    # A template message carries our id, by which the channel drops the second one; a customer-service message has none.
    assert len(notices.channels.templates) == (1 if way == "template" else 0)
    assert len(notices.channels.sent) == (2 if way == "customer_service" else 0)
    if way == "template":
        assert row.message_id == "template-1"


async def test_a_worker_that_dies_before_sending_loses_nothing(
    notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    await notices.talked()
    await notices.push()

    async def die(*args: object, **more: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(notices.channels, "say", die)
        await notices.settle()
    notices.traveller.shift(timedelta(seconds=61))
    async with notices.world.database.transaction() as tx:
        assert await outbox.reclaim(tx) == 1
    await notices.settle()
    assert len(notices.channels.sent) == 1


async def test_two_workers_lose_nothing_and_send_nothing_twice(notices: Notices) -> None:
    people = [f"p{number}" for number in range(12)]
    for who in people:
        await notices.talked(who)
    for who in people:
        for number in range(4):
            await notices.push(who=who, about=f"report:{number}")
    first, second = (Drain(notices.world.workshop, registry.handlers()) for _ in range(2))
    counts = await asyncio.gather(first.once(), second.once())
    while await first.once():
        notices.traveller.shift(timedelta(seconds=5))
    assert sum(counts) >= 48
    sent = Counter((to, message.text) for to, message in notices.channels.sent)
    assert len(sent) == 48 and set(sent.values()) == {1}
    assert {row.state for row in await notices.rows()} == {"sent"}
    for who in people:
        assert '"message":[1,' in await notices.reach(who)


async def test_two_rows_for_one_push_send_it_once(notices: Notices) -> None:
    await notices.talked()
    await notices.push()
    [row] = await notices.rows()
    async with notices.world.database.transaction() as tx:
        for _ in range(5):
            tx.put("notices.send", {"push": row.public_id})
    drains = [Drain(notices.world.workshop, registry.handlers()) for _ in range(3)]
    await asyncio.gather(*(drain.once() for drain in drains))
    notices.traveller.shift(timedelta(seconds=60))
    await notices.settle()
    assert len(notices.channels.sent) == 1


async def test_two_workers_at_full_width(notices: Notices) -> None:
    for number in range(10):
        await notices.talked(f"p{number}")
    drains = [Drain(notices.world.workshop, registry.handlers(), width=6, poll_s=0.05) for _ in range(2)]
    running = [asyncio.create_task(drain.run()) for drain in drains]
    for about in range(3):
        for number in range(10):
            await notices.push(who=f"p{number}", about=f"report:{about}")

    async def all_sent() -> bool:
        notices.traveller.shift(timedelta(seconds=1))  # a deadlock's loser is tried again a second later
        return [row.state for row in await notices.rows()] == ["sent"] * 30

    await until(all_sent, pause=0.05)
    for drain in drains:
        await drain.stop()
    await asyncio.gather(*running)
    sent = Counter((to, message.text) for to, message in notices.channels.sent)
    assert len(sent) == 30 and set(sent.values()) == {1}
