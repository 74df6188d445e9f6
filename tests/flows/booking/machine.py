"""A small hospital in which hypothesis does whatever there is to do, in any order; and what is true after each act."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import time_machine
from sqlalchemy import func, select

from bot import clock, keys
from bot.context import Context
from bot.db.engine import Database
from bot.errors import Conflict, NotAllowed, NotFound, Refusal
from flows.booking import store
from flows.booking.pool.shares import store as shares
from flows.booking.pool.shares.rules import Rule
from flows.booking.service import BookingService
from flows.booking.stops.choosing import Choosing
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from flows.booking.stops.store import stop
from flows.booking.stops.undoing import Undoing
from jobs import booking, booking_opening, booking_stops
from tests.flows.booking import ward
from tests.support.world import World

PEOPLE = 7
ACTIVE = ("held", "booked")
Act = Callable[[Context], Awaitable[Any]]


class Hospital:
    """Seven people and three sessions: a doctor's morning and afternoon, and a colleague's morning."""

    def __init__(self, url: str, ring: keys.KeyRing) -> None:
        keys.install(ring)
        self.loop = asyncio.new_event_loop()
        self.travel = time_machine.travel(ward.MORNING, tick=False)
        self.clock = self.travel.start()
        self.database = Database(url)
        self.number = 0
        self.do(self._open())

    def do(self, work: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(work)

    def close(self) -> None:
        self.do(self.database.close())
        self.travel.stop()
        self.loop.close()

    async def _open(self) -> None:
        await self.database.start()
        self.world = World(self.database)
        await ward.open_hospital(self.world)
        day = ward.TODAY + timedelta(days=3)
        self.codes = [
            await ward.session(self.world, day, capacity=1, ends=time(10, 30)),
            await ward.session(self.world, day, half="pm", starts=time(14), ends=time(15)),
            await ward.session(self.world, day, doctor="1024"),
        ]
        await ward.sync(self.world)
        rows = [await ward.segments(self.world, code) for code in self.codes]
        self.sessions = [each[0].session_id for each in rows]
        self.segments = [row.id for each in rows for row in each]
        self.people = [await ward.person(self.world, f"p{n}", f"张{n}", known=False) for n in range(PEOPLE)]

    # --- acts ----------------------------------------------------------------------------------------------------

    async def by(self, who: int, act: Act, channel: str = "wechat") -> None:
        """Somebody does something; a no is an ordinary answer, and must have changed nothing."""
        try:
            async with self.world.context(f"p{who}") as context:
                await act(replace(context, channel=channel))
        except (Refusal, NotFound, NotAllowed, Conflict):
            pass

    async def staff(self, act: Act) -> None:
        await self.by(0, lambda context: act(replace(context, contact=None, actor="staff:clerk")))

    async def mine(self, lot: int, *states: str) -> Any | None:
        """One of the appointments in these states."""
        async with self.database.reading() as tx:
            found = select(store.appointment).where(store.appointment.c.state.in_(states))
            rows = await tx.all(found.order_by(store.appointment.c.id))
        return rows[lot % len(rows)] if rows else None

    async def hold(self, who: int, segment: int, channel: str) -> None:
        self.number += 1
        token, segment_id = f"r{self.number}", self.segments[segment % len(self.segments)]
        await self.by(who, lambda context: BookingService(context).hold(segment_id, self.people[who], token), channel)

    async def verb(self, name: str, lot: int, *states: str, segment: int | None = None) -> None:
        """Confirm, release, cancel or change one of those that there are."""
        row = await self.mine(lot, *states)
        if row is None:
            return
        more = () if segment is None else (self.segments[segment % len(self.segments)],)
        who = self.people.index(row.person_id)
        await self.by(who, lambda context: getattr(BookingService(context), name)(row.id, *more))

    async def wait(self, who: int, session: int) -> None:
        asked = [self.sessions[session % 3]]
        await self.by(who, lambda context: BookingService(context).waiting.join(asked, self.people[who]))

    async def give_up(self, who: int) -> None:
        async def act(context: Context) -> None:
            for row in await BookingService(context).waiting.mine():
                await BookingService(context).waiting.give_up(row.public_id)

        await self.by(who, act)

    async def stop(self, session: int, part: bool, substitute: bool) -> None:
        self.number += 1
        since = (time(9, 30), time(14, 30), time(9, 30))[session % 3] if part else None
        wish = Wish(self.sessions[session % 3], "临时停诊", since, "D1032" if substitute else None)
        await self.staff(lambda context: StopsService(context).stop(wish, f"stop{self.number}"))

    async def undo(self) -> None:
        async with self.database.reading() as tx:
            found = await tx.one(select(stop.c.public_id).order_by(stop.c.id.desc()).limit(1))
        if found:
            await self.staff(lambda context: Undoing(context).undo(found.public_id))

    async def choose(self, who: int, answer: Any, segment: int) -> None:
        async def act(context: Context) -> None:
            choosing = Choosing(context)
            for row in (await choosing.asked())[:1]:
                await choosing.choose(row.public_id, answer, self.segments[segment % len(self.segments)])

        await self.by(who, act)

    async def share(self, channel: str, percent: int) -> None:
        rule = Rule("1101", "D1023", channel, percent, 600)
        await self.staff(lambda context: shares.set_rule(context.tx, rule, "staff:clerk"))

    async def roster(self, session: int, capacity: int, state: str) -> None:
        """The hospital changes a session, and the rosters are taken over."""
        await ward.change_session(self.world, self.codes[session % 3], capacity=capacity, state=state)
        await booking.sync_rosters(self.world.workshop.job(name="booking.rosters"))

    async def later(self, minutes: int) -> None:
        self.clock.shift(timedelta(minutes=minutes))

    async def work(self) -> None:
        """What runs by itself: the outbox, and what sweeps behind it."""
        shop = self.world.workshop
        for run in (booking.sweep, booking.waiting, booking_opening.sweep_shares, booking_stops.stops):
            await run(shop.job(name=run.__name__))
        await self.world.drain.once()

    # --- what is always true -------------------------------------------------------------------------------------

    async def check(self) -> None:
        assert await ward.balanced(self.world), "taken plus free is not the capacity"
        slot, appointment = store.slot, store.appointment
        async with self.database.reading() as tx:
            active = appointment.c.state.in_(ACTIVE)
            doubled = select(appointment.c.slot_id).where(active).group_by(appointment.c.slot_id)
            assert await tx.all(doubled.having(func.count() > 1)) == [], "two have one slot"
            held = await tx.all(
                select(appointment.c.id, appointment.c.state, appointment.c.segment_id, slot.c.state.label("slot"),
                       slot.c.appointment_id, slot.c.segment_id.label("where"))
                .join(slot, slot.c.id == appointment.c.slot_id).where(active)
            )
            for row in held:
                expected = "held" if row.state == "held" else "taken"
                assert (row.slot, row.appointment_id, row.where) == (expected, row.id, row.segment_id), row
            owned = await tx.all(select(slot.c.id, slot.c.state, slot.c.appointment_id).where(
                slot.c.state.in_(("held", "taken"))
            ))
            ids = {row.id for row in held}
            assert {row.appointment_id for row in owned} <= ids, "a slot is lost: whoever has it has it no more"
            twice = (
                select(appointment.c.person_id, store.segment.c.session_id)
                .join(store.segment, store.segment.c.id == appointment.c.segment_id).where(active)
                .group_by(appointment.c.person_id, store.segment.c.session_id).having(func.count() > 1)
            )
            assert await tx.all(twice) == [], "somebody holds two in one session"

    async def check_end(self) -> None:
        """Some hours later, with nobody doing anything: what was held or cooled is back."""
        for _ in range(4):
            await self.later(400)
            await self.work()
            await self.work()
            await self.check()
        async with self.database.reading() as tx:
            now = clock.now()
            late = await tx.all(select(store.slot.c.id, store.slot.c.state, store.slot.c.back_at).where(
                store.slot.c.state == "cooling", store.slot.c.back_at < now - timedelta(hours=1)
            ))
            assert late == [], "slots never came back"
            stale = await tx.all(select(store.appointment.c.id).where(
                store.appointment.c.state == "held", store.appointment.c.hold_until < now - timedelta(hours=1)
            ))
            assert stale == [], "holds that never end"

