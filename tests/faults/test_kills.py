"""kill -9 of each part in the middle of bookings under load: all goes on, nothing is lost, nothing happens twice.

The phones are WeChat's: they deliver each message up to four times and show what came back; a person whose message
stayed unanswered says it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.db.contacts import contact
from bot.db.outbox import outbox
from flows.notices import store as notices
from tests.faults.town import Town, booked_messages, servers, town
from tests.support.patience import until
from tests.support.stack import Stack

PEOPLE = 8


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with servers(tmp_path) as made:
        yield made


async def strike(stack: Stack, victim: str) -> None:
    """kill -9 and, a moment later, start again; twice, at moments of their own."""
    for pause in (1.5, 1.1):
        await asyncio.sleep(pause)
        if victim in ("web", "worker"):
            stack.kill(f"{victim}0")
            await asyncio.sleep(0.7)
            stack.begin(f"{victim}0")
        else:
            server = stack.mariadb if victim == "mariadb" else stack.redis
            server.kill()
            await asyncio.sleep(0.7)
            server.start()
        await asyncio.sleep(1.5)


@pytest.mark.parametrize("victim", ["web", "worker", "redis", "mariadb"])
async def test_kill_in_the_middle_of_bookings(stack: Stack, victim: str) -> None:
    async with town(stack, PEOPLE) as made:
        living = asyncio.create_task(made.live())
        await strike(stack, victim)
        await until(lambda: made.booked > PEOPLE, pause=0.1)  # else the test proves nothing
        made.going = False
        await living
        await stack.ready()
        await made.world.database.run(lambda tx: tx.scalar(select(1)))  # the test's own connection is dead as well
        for number, patient in enumerate(made.patients):
            await patient.insist("取消")
            await made.cancel(patient)
            assert "约好了" in await made.book(patient, number)
        assert await made.balance() == []
        await everything_sent(made)
        await nothing_lost_and_nothing_twice(made)


async def everything_sent(made: Town) -> None:
    async def all_sent() -> bool:
        return await made.unsent() == 0

    await until(all_sent, pause=0.3)


async def nothing_lost_and_nothing_twice(made: Town) -> None:
    """Each booked push reached its phone; a second time only where its row was begun by a process that died."""
    push = notices.push
    for patient in made.told:
        async with made.world.database.reading() as tx:
            contact_id = await tx.scalar(select(contact.c.id).where(contact.c.external_id == patient.openid))
            mine = select(func.count()).select_from(push).where(push.c.contact_id == contact_id)
            sent = await tx.scalar(mine.where(push.c.kind == "booking.booked", push.c.state == "sent"))
            # A booking that was cancelled before it could be told is not told any more; reminders are not due yet.
            fates = await tx.all(select(push.c.state).where(push.c.contact_id == contact_id).distinct())
            lost = {row.state for row in fates} - {"sent", "waiting", "withdrawn"}
            again = await tx.scalar(
                select(func.count()).select_from(outbox).where(outbox.c.topic == "notices.send", outbox.c.attempts > 1)
            )
        told = booked_messages(await patient.history())
        assert not lost and sent <= told <= sent + again, (patient.openid, sent, lost, told, again)
