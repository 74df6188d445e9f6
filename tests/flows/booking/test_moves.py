"""The hospital gives a session with people in it another time or room, or drops a part of it: nobody is moved without
being told, and what one was told last is true."""

from __future__ import annotations

import itertools
import json
from datetime import time
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from bot.db.outbox import outbox
from flows.booking.moves import store as moves
from flows.booking.moves.noting import MOVED
from flows.booking.moves.service import Moves
from flows.booking.named.persons import store as named
from flows.booking.refusals import CancelTooLate
from flows.booking.service import BookingService
from flows.booking.standing.missing.writing import NoShows
from flows.booking.stops import store as stops
from flows.notices import store as notices
from integrations.his import store as his
from jobs import booking, booking_moves
from tests.flows.booking import behalf, ward
from tests.flows.booking.clerk import CODE, TERMS, appointment, book, draft, publish
from tests.support.world import World


async def pushed(world: World, kind: str) -> list[dict[str, Any]]:
    """What pushes of a kind say that were sent or will be."""
    mine = select(notices.push).where(notices.push.c.kind == f"booking.{kind}", notices.push.c.state != "withdrawn")
    async with world.database.reading() as tx:
        return [json.loads(row.facts) for row in await tx.all(mine.order_by(notices.push.c.id))]


async def follow(world: World) -> None:
    """The hospital's rosters as they are now, and what comes of them."""
    await ward.sync(world)
    await world.settle()


async def room(world: World, name: str) -> None:
    async with world.database.transaction() as tx:
        await tx.update(his.room.update().where(his.room.c.code == "R1101").values(room=name))


async def moved(world: World, code: str, starts: time, ends: time) -> None:
    await ward.change_session(world, code, starts=starts, ends=ends)
    await follow(world)


async def test_another_time_is_told_once_and_reminded_of(world: World) -> None:
    code = await ward.session(world, capacity=3)
    await ward.sync(world)
    row = await book(world, code)
    await moved(world, code, time(10), time(11))
    await follow(world)
    assert (await appointment(world, row.public_id)).start_wall == "10:00"
    (told,) = await pushed(world, "moved")
    assert (told["was_start"], told["start"], told["same_time"]) == ("09:00", "10:00", False)
    async with world.database.reading() as tx:
        move: Any = await moves.latest(tx, row.id)
        assert await named.persons(tx, "move", [move.public_id]) == {move.public_id: row.person_id}
    assert {each["start"] for kind in ("evening", "soon") for each in await pushed(world, kind)} == {"10:00"}
    await moved(world, code, time(14), time(15))
    assert [(each["was_start"], each["start"]) for each in await pushed(world, "moved")] == [
        ("09:00", "10:00"), ("10:00", "14:00")
    ]


async def test_who_confirms_after_the_move_is_told_as_well(
    world: World, travel: time_machine.Coordinates
) -> None:
    code = await ward.session(world, capacity=3)
    await ward.sync(world)
    who, segment = await ward.person(world, "a", "张三明"), (await ward.segments(world, code))[0]
    async with world.context("a") as context:
        held = await BookingService(context).hold(segment.id, who, "r")
    await moved(world, code, time(10), time(11))
    assert await pushed(world, "moved") == []
    async with world.context("a") as context:
        await BookingService(context).confirm(held.id)
    travel.shift(16 * 60)
    await world.settle()
    assert [(each["was_start"], each["start"]) for each in await pushed(world, "moved")] == [("09:00", "10:00")]


async def test_told_half_and_again_everybody_is_told_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies between two patients and the next one begins anew; then the same news comes once more."""
    code = await ward.session(world, capacity=3)
    await ward.sync(world)
    for who, name in (("a", "张三明"), ("b", "李四海")):
        await book(world, code, who=who, name=name)
    await ward.change_session(world, code, starts=time(10), ends=time(11))
    await ward.sync(world)
    async with world.database.reading() as tx:
        news: Any = await tx.one(select(outbox).where(outbox.c.topic == MOVED))
    tell, told = Moves.tell, itertools.count()

    async def dies(self: Moves, *what: Any) -> None:
        if next(told) == 1:
            raise RuntimeError("killed")
        await tell(self, *what)

    monkeypatch.setattr(Moves, "tell", dies)
    job, payload = world.workshop.job(name=MOVED, row=news), json.loads(news.payload)
    with pytest.raises(RuntimeError):
        await booking_moves.moved(job, payload)
    assert len(await pushed(world, "moved")) == 1
    for _ in range(2):
        await booking_moves.moved(job, payload)
    assert len(await pushed(world, "moved")) == 2


async def test_a_text_message_says_where(world: World) -> None:
    segments = await ward.session(world, capacity=3)
    await ward.sync(world)
    world = behalf.with_sms(world)
    await behalf.booked(world, await behalf.caller(world), (await ward.segments(world, segments))[0].id)
    await world.settle()
    await moved(world, segments, time(10), time(11))
    told = next(facts for _, kind, facts in world.sms.sent if kind == "booking.moved")
    assert (told["was"], told["time"]) == ("3月2日 周二 上午 9:00", "上午 10:00")
    assert told["place"] == "门诊楼 2 楼 B 区 205 诊室"


async def test_who_has_left_meanwhile_hears_nothing(world: World) -> None:
    code = await ward.session(world, capacity=3)
    await ward.sync(world)
    row = await book(world, code)
    await ward.change_session(world, code, starts=time(10), ends=time(11))
    await ward.sync(world)
    async with world.context("a") as context:
        await BookingService(context).cancel(row.id)
    await world.settle()
    assert [await pushed(world, kind) for kind in ("moved", "evening", "soon")] == [[], [], []]


async def test_whom_the_hospital_moved_may_leave_late_and_is_not_blamed(
    world: World, travel: time_machine.Coordinates
) -> None:
    code, other = await ward.session(world, capacity=3), await ward.session(world, doctor="1024")
    await ward.sync(world)
    mine, his_own = await book(world, code), await book(world, other, who="b", name="李四海")
    await moved(world, code, time(10), time(11))
    travel.move_to(ward.MORNING.replace("-01 ", "-02 "))
    async with world.context("b") as context:
        with pytest.raises(CancelTooLate):
            await BookingService(context).cancel(his_own.id)
    travel.shift(5 * 3600)
    job = world.workshop.job(name="booking.no_shows")
    assert not await job.run(lambda context: NoShows(context).write(mine.id))
    assert await job.run(lambda context: NoShows(context).write(his_own.id))


async def test_whom_the_hospital_moved_may_cancel_until_it_begins(
    world: World, travel: time_machine.Coordinates
) -> None:
    code = await ward.session(world, capacity=3)
    await ward.sync(world)
    row = await book(world, code)
    await moved(world, code, time(10), time(11))
    travel.move_to("2027-03-02 01:59:00+00:00")
    async with world.context("a") as context:
        assert (await BookingService(context).cancel(row.id)).state == "cancelled"


async def test_a_new_room_is_in_the_reminders_and_told_where_they_have_left(
    world: World, travel: time_machine.Coordinates
) -> None:
    code = await ward.session(world, capacity=3)
    await ward.sync(world)
    row = await book(world, code)
    await room(world, "301")
    await follow(world)
    assert await pushed(world, "moved") == []
    assert {each["room"] for kind in ("evening", "soon") for each in await pushed(world, kind)} == {"301"}
    travel.move_to("2027-03-01 11:30:00+00:00")
    await world.settle()
    await room(world, "302")
    await follow(world)
    (told,) = await pushed(world, "moved")
    assert (told["room"], told["same_time"]) == ("302", True)
    async with world.database.reading() as tx:
        assert (await moves.latest(tx, row.id)) is not None
    assert (await appointment(world, row.public_id)).moved_at is None


async def test_a_room_of_our_own_roster_is_in_the_reminders(world: World) -> None:
    await ward.sync(world)
    await draft(world, TERMS)
    await publish(world)
    await book(world, CODE)
    await room(world, "301")
    await ward.sync(world)
    await booking.make_sessions(world.workshop.job(name="booking.roster_days"))
    await world.settle()
    assert {each["room"] for kind in ("evening", "soon") for each in await pushed(world, kind)} == {"301"}


async def test_a_part_that_the_hospital_drops_is_stopped_for_whoever_sits_there(world: World) -> None:
    code = await ward.session(world, capacity=3)
    await ward.sync(world)
    row = await book(world, code, at=1)
    await world.settle()
    await moved(world, code, time(9), time(9, 30))
    assert (await appointment(world, row.public_id)).stopped_at is not None
    async with world.database.reading() as tx:
        (stop,) = await tx.all(select(stops.stop))
    assert (stop.state, stop.source, stop.whole, stop.from_wall) == ("running", "hospital", False, "09:30")
    assert len(await pushed(world, "stopped")) == 1
    await ward.change_session(world, code, consultation_fee=9900)  # other news of it leave the stop as it is
    await follow(world)
    assert (await appointment(world, row.public_id)).stopped_at is not None
    await moved(world, code, time(9), time(10))
    assert (await appointment(world, row.public_id)).stopped_at is None
    assert len(await pushed(world, "stop_undone")) == 1 and await ward.balanced(world)


async def test_a_time_that_nobody_was_told_of_is_told_of_nowhere(world: World) -> None:
    """There and back, or on to a third time, before anybody was told: what is said begins with what they knew."""
    code = await ward.session(world, capacity=3)
    await ward.sync(world)
    row = await book(world, code)
    for hour in (10, 9):
        await ward.change_session(world, code, starts=time(hour), ends=time(hour + 1))
        await ward.sync(world)
    await world.settle()
    assert await pushed(world, "moved") == []
    for hour in (10, 14):
        await ward.change_session(world, code, starts=time(hour), ends=time(hour + 1))
        await ward.sync(world)
    await world.settle()
    assert [(each["was_start"], each["start"]) for each in await pushed(world, "moved")] == [("09:00", "14:00")]
    # Back to where it was booked: they know it as 14:00 now.
    await moved(world, code, time(9), time(10))
    assert [(each["was_start"], each["start"]) for each in await pushed(world, "moved")][1:] == [("14:00", "09:00")]
    assert (await appointment(world, row.public_id)).start_wall == "09:00"
