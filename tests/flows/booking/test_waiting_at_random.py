"""Whatever happens in whatever order: the pool is balanced, nobody gets two, nobody is passed over."""

from __future__ import annotations

import random
from datetime import time, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from bot import clock
from flows.booking import store
from flows.booking.refusals import BookingRefusal
from flows.booking.service import BookingService
from flows.booking.waiting import store as entries
from jobs import booking
from tests.flows.booking import ward
from tests.support.world import World

ACTS = (
    *["hold"] * 7, *["confirm"] * 5, *["join"] * 7, *["cancel"] * 4, *["release"] * 3, "give_up", *["time"] * 4,
)


class Ward:
    """Ten people and one session of three segments."""

    def __init__(self, world: World, travel: time_machine.Coordinates, seed: int) -> None:
        self.world, self.travel, self.lot = world, travel, random.Random(seed)
        self.before: dict[int, str] = {}

    async def open(self) -> None:
        self.code = await ward.session(self.world, ward.TODAY + timedelta(days=4), capacity=1, ends=time(10, 30))
        await ward.sync(self.world)
        rows = await ward.segments(self.world, self.code)
        self.segments, self.session = [row.id for row in rows], rows[0].session_id
        self.people: list[int] = [await ward.person(self.world, f"p{n}", f"张{n}", known=False) for n in range(10)]
        for n, segment in enumerate(self.segments):  # it begins full
            async with self.world.context(f"p{n}") as context:
                held = await BookingService(context).hold(segment, self.people[n], f"first{n}")
                await BookingService(context).confirm(held.id)

    async def act(self, n: int) -> None:
        what, who = self.lot.choice(ACTS), self.lot.randrange(10)
        if n in (50, 100):
            await ward.change_session(self.world, self.code, capacity=n // 50)
            await booking.sync_rosters(self.world.workshop.job())
        elif what == "time":
            self.travel.shift(timedelta(minutes=self.lot.randint(1, 20)))
        elif what in ("cancel", "confirm", "release"):
            for name, appointment in await self.drawn("booked" if what == "cancel" else "held"):
                async with self.world.context(name) as context:
                    await getattr(BookingService(context), what)(appointment)
        else:
            async with self.world.context(f"p{who}") as context:
                service = BookingService(context)
                if what == "hold":
                    await service.hold(self.lot.choice(self.segments), self.people[who], f"r{n}")
                elif what == "join":
                    await service.waiting.join([self.session], self.people[who])
                else:
                    for row in await service.waiting.mine():
                        await service.waiting.give_up(row.public_id)

    async def drawn(self, state: str) -> list[tuple[str, int]]:
        """One of the appointments in this state, offers among them, with the name of its contact."""
        async with self.world.database.reading() as tx:
            mine = select(store.appointment.c.id, store.appointment.c.person_id)
            rows = await tx.all(mine.where(store.appointment.c.state == state).order_by(store.appointment.c.id))
        row = self.lot.choice(rows) if rows else None
        return [(f"p{self.people.index(row.person_id)}", row.id)] if row else []

    async def sweep(self) -> None:
        """What runs by itself, perhaps twice; the outbox is a fast way to what the sweep does anyway."""
        for _ in range(self.lot.randint(1, 2)):
            await booking.sweep(self.world.workshop.job(name="booking.sweep"))
            await booking.waiting(self.world.workshop.job(name="booking.waiting"))

    # --- what is always true -------------------------------------------------------------------------------------

    async def check(self) -> None:
        assert await ward.balanced(self.world)
        async with self.world.database.reading() as tx:
            active = store.appointment.c.state.in_(("held", "booked"))
            for column in (store.appointment.c.slot_id, store.appointment.c.person_id):
                doubled = select(column).where(active).group_by(column).having(func.count() > 1)
                assert await tx.all(doubled) == []
            joined = select(entries.entry.c.state, store.appointment.c.state, store.slot.c.state).select_from(
                entries.offer.join(entries.entry, entries.entry.c.id == entries.offer.c.waiting_id)
                .join(store.appointment, store.appointment.c.id == entries.offer.c.appointment_id)
                .join(store.slot, store.slot.c.appointment_id == store.appointment.c.id)
            ).where(entries.offer.c.state == "open")
            assert {tuple(row) for row in await tx.all(joined)} <= {("offered", "held", "held")}
            rows = await tx.all(select(entries.entry).order_by(entries.entry.c.joined_at, entries.entry.c.id))
        waited = [row.id for row in rows if row.state == "waiting"]
        for row in rows:
            if row.state == "offered" and self.before.get(row.id) != "offered":
                assert all(row.id < other for other in waited if other in self.before), "somebody was passed over"
        self.before = {row.id: row.state for row in rows}

    async def nothing_lies_free(self) -> None:
        async with self.world.database.reading() as tx:
            waits = await entries.session_awaited(tx, self.session)
            free = await tx.scalar(select(func.sum(store.segment.c.free)))
        assert not (waits and free), "a slot is free while somebody waits for it"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens(world: World, travel: time_machine.Coordinates, seed: int) -> None:
    house = Ward(world, travel, seed)
    await house.open()
    for n in range(140):
        travel.shift(timedelta(milliseconds=1))
        try:
            await house.act(n)
        except BookingRefusal:
            pass
        await house.check()
        if n % 3 == 0:
            await house.sweep()
            await house.check()
            if clock.now() < world.clock.moment(ward.TODAY, time(21)):
                await house.nothing_lies_free()
    async with world.database.reading() as tx:
        ends = {row.state for row in await tx.all(select(entries.offer.c.state))}
    assert ends, "the lot has to come to offers"
