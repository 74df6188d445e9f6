"""Many who listen at once leave a worker's other hands to texts; a voice that is away stands in nobody's way."""

from __future__ import annotations

import asyncio
import json

import time_machine

from bot.db import outbox
from bot.db.engine import Database
from bot.errors import OutsideUnavailable
from integrations.speech.port import Clip
from jobs.notices_aloud import TRIES, WIDTH, aloud
from jobs.outbox import NotYet
from tests.flows.notices.test_aloud import Listening
from tests.support.patience import until


async def test_only_a_few_are_spoken_to_at_once(sqlite_database: Database) -> None:
    with time_machine.travel("2027-03-01 08:00Z", tick=False) as time:
        listening = Listening(sqlite_database, time)
        world, speak, go_on = listening.world, listening.speech.speak, asyncio.Event()

        async def slow(text: str) -> Clip:
            await go_on.wait()
            return await speak(text)

        listening.speech.speak = slow
        for number in range(WIDTH + 1):
            await world.said(f"p{number}", "大字")
            await world.said(f"p{number}", "帮助", "voice")
        time.shift(1)
        async with world.database.transaction() as tx:
            rows = await outbox.claim(tx, "me", limit=WIDTH + 1, lease_s=60)
        ran = [asyncio.create_task(aloud(world.workshop.job(row), json.loads(row.payload))) for row in rows]
        await until(lambda: any(task.done() for task in ran))
        go_on.set()
        ends = await asyncio.gather(*ran, return_exceptions=True)
    assert [type(end) for end in ends if end is not None] == [NotYet]
    assert len(listening.heard) == WIDTH


async def test_a_server_that_wants_an_hour_silences_nobody_for_an_hour(sqlite_database: Database) -> None:
    with time_machine.travel("2027-03-01 08:00Z", tick=False) as time:
        listening = Listening(sqlite_database, time)
        await listening.world.said("a", "大字")
        listening.speech.errors = [OutsideUnavailable("http-429", retry_after=3600)]
        await listening.speaks()
        await listening.later(2)
        time.shift(90)
        await listening.speaks()
        await listening.later(6)
        assert len(listening.heard) == 1 and await listening.rows() == ["dropped", "done"]


async def test_who_asked_to_hear_it_is_told_that_it_cannot_be_heard(sqlite_database: Database) -> None:
    with time_machine.travel("2027-03-01 08:00Z", tick=False) as time:
        listening = Listening(sqlite_database, time)
        await listening.world.said("a", "帮助")
        listening.speech.errors = [OutsideUnavailable("away") for _ in range(TRIES)]
        await listening.world.said("a", "念给我听")
        await listening.later(20)
        assert len(listening.heard) == 1 and listening.heard[0].startswith("现在念不出来")
        assert listening.ends == {"away": 1}
        await listening.world.said("a", "念给我听")
        await listening.later()
        assert len(listening.heard) == 2 and "挂号" in listening.heard[1], "what was said before it"
