"""Stops at random: nobody is lost and nothing is oversold."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from bot.context import Context
from bot.errors import Refusal
from flows.booking import store as booking
from flows.booking.service import BookingService
from flows.booking.stops import store
from flows.booking.stops.choices import store as choices
from flows.booking.stops.choosing import Choosing
from flows.booking.stops.refusals import (
    StopRefusal,
)
from flows.booking.stops.rules import CHANGEABLE
from flows.booking.stops.undoing import Undoing
from jobs import booking as booking_jobs
from jobs import booking_stops
from tests.flows.booking import ward
from tests.flows.booking.stops.test_stops import asked, run, seated, stop
from tests.support.world import World


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(2))
async def test_whatever_happens(world: World, travel: time_machine.Coordinates, seed: int) -> None:
    """Stops, substitutes, undoing, answers, cancelling and time, in any order."""
    lot = random.Random(seed)
    session, _ = await seated(world, 4)
    await ward.session(world, ward.TOMORROW, doctor="1024")
    await ward.sync(world)

    async def act(n: int) -> None:
        rows, what = await asked(world), lot.choice(("stop", "answer", "answer", "answer", "undo", "time", "cancel"))
        who = f"p{lot.randrange(4)}"
        if what == "stop":
            await stop(world, session, f"s{n}", substitute=lot.choice((None, "D1031", "D1032")))
        elif what == "time":
            travel.shift(timedelta(hours=lot.randint(1, 6)))
        elif what == "undo" and rows:
            async with world.database.reading() as tx:
                last: Any = await store.by_id(tx, rows[-1].stop_id)
            await run(world, lambda context: Undoing(context).undo(last.public_id))
        elif what == "cancel":
            async def cancel(context: Context) -> None:
                for row in (await BookingService(context).coming())[:1]:
                    await BookingService(context).cancel(row.id)

            await run(world, cancel, who)
        elif rows:
            row = lot.choice(rows)

            async def choose(context: Context) -> None:
                choosing = Choosing(context)
                there = await choices.by_public(context.tx, row.public_id)
                times = await choosing.others(there)
                answer = lot.choice(("keep", "same", "other", "cancel"))
                await choosing.choose(row.public_id, answer, lot.choice(times).id if times else 0)

            await run(world, choose)

    for n in range(30):
        try:
            await act(n)
        except (Refusal, LookupError, StopRefusal):
            pass
        except Exception as error:
            if type(error).__name__ != "NotFound":
                raise
        await booking_stops.stops(world.workshop.job(name="booking.stops"))
        await booking_jobs.sweep(world.workshop.job(name="booking.sweep"))
        assert await ward.balanced(world)
        async with world.database.reading() as tx:
            active = booking.appointment.c.state.in_(("held", "booked"))
            doubled = select(booking.appointment.c.slot_id).where(active).group_by(booking.appointment.c.slot_id)
            assert await tx.all(doubled.having(func.count() > 1)) == []
            open_ones = select(store.choice.c.appointment_id).where(store.choice.c.state.in_(CHANGEABLE))
            assert await tx.all(open_ones.group_by(store.choice.c.appointment_id).having(func.count() > 1)) == []
