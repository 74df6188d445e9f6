"""Publishing disturbs nobody who has an appointment, nor the hospital, nor another clerk."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import Conflict, NotFound
from flows.booking.offers import Offers, Wanted
from flows.booking.refusals import SlotTaken
from flows.booking.roster.patterns.drafts import BadTerms, Drafts
from flows.booking.roster.sessions.publishing import (
    Published,
    Publishing,
    StalePreview,
    Undecided,
)
from flows.booking.service import BookingService
from flows.booking.waiting import store as waiting
from jobs import booking
from tests.flows.booking import ward
from tests.flows.booking.clerk import (
    CODE,
    TERMS,
    TUESDAY,
    appointment,
    book,
    change,
    draft,
    end,
    hospital,
    line,
    publish,
    run,
    seen,
    sessions,
)
from tests.support.world import World

__all__ = ["hospital"]


async def test_who_has_an_appointment_keeps_time_and_number(world: World) -> None:
    await draft(world, TERMS)
    await publish(world)
    first, late = await book(world, CODE), await book(world, CODE, 3, "b", "李四")
    await change(world, minutes=20, ends="09:20", capacity=3)
    found = await seen(world)
    assert {(hit.visit.public_id, hit.why) for hit in found.hits} == {
        (first.public_id, "time"), (late.public_id, "time"),
    }
    assert all("*" in hit.visit.person for hit in found.hits)
    with pytest.raises(Undecided):
        await publish(world)
    with pytest.raises(Undecided):  # a session that goes on is not stopped for one of its patients
        await publish(world, **{first.public_id: "stop", late.public_id: "keep"})
    done = await publish(world, **{first.public_id: "keep", late.public_id: "keep"})
    assert (done.changes, done.kept) == (2, 2)
    for before in (first, late):
        after = await appointment(world, before.public_id)
        assert after.state == "booked" and (after.start_at, after.end_at, after.number) == (
            before.start_at, before.end_at, before.number,
        )
    open_ones = [each for each in await ward.segments(world, CODE) if each.state == "open"]
    assert [(each.start_wall, each.end_wall) for each in open_ones] == [
        ("08:00", "08:20"), ("08:20", "08:40"), ("08:40", "09:00"), ("09:00", "09:20"),
    ]
    # Number 1 is somebody's, in a stretch that is closed now: nobody else gets it.
    assert sum(each.free for each in open_ones) == 12 - 2 and await ward.balanced(world)


async def test_what_goes_takes_nobody_new_and_comes_back(world: World) -> None:
    await draft(world, TERMS)
    await publish(world)
    booked = await book(world, CODE)
    await end(world)
    found = await seen(world)
    assert [each.why for each in found.hits] == ["gone"] and len(found.compared.goes) == 2
    await publish(world, **{booked.public_id: "keep"})
    assert {each.state for each in await sessions(world)} == {"closed"}
    assert (await appointment(world, booked.public_id)).state == "booked" and await ward.balanced(world)
    with pytest.raises(SlotTaken):
        await book(world, CODE, 1, "b", "李四")
    await draft(world, TERMS)
    await publish(world)
    assert {each.state for each in await sessions(world)} == {"open"}
    assert sum(each.free for each in await ward.segments(world, CODE)) == 7 and await ward.balanced(world)


async def test_later_terms_leave_the_days_before_alone(world: World) -> None:
    await draft(world, TERMS)
    await publish(world)
    await change(world, first=TUESDAY + timedelta(days=7), ends="09:00")
    await publish(world)
    ends = [(await ward.segments(world, each.code))[-1] for each in await sessions(world)]
    assert [len(await ward.segments(world, each.code)) for each in await sessions(world)] == [4, 4]
    assert [each.state for each in ends] == ["open", "closed"]


async def test_the_hospital_and_we_leave_each_other_alone(world: World) -> None:
    theirs = await ward.session(world, TUESDAY)
    await ward.sync(world)
    await draft(world, TERMS)
    found = await seen(world)
    assert [(each.day, each.by, each.other) for each in found.lost] == [(TUESDAY, "hospital", theirs)]
    await publish(world)
    await ward.change_session(world, theirs, state="stopped")
    await booking.sync_rosters(world.workshop.job(name="booking.rosters"))
    await booking.make_sessions(world.workshop.job(name="booking.roster_days"))
    assert CODE not in {each.code for each in await sessions(world)}  # who is ill there is ill here
    await ward.change_session(world, theirs, state="open")
    await booking.sync_rosters(world.workshop.job(name="booking.rosters"))
    late = await ward.session(world, TUESDAY + timedelta(days=7))
    await booking.sync_rosters(world.workshop.job(name="booking.rosters"))
    there = {each.code: each.source for each in await sessions(world)}
    assert there == {theirs: "hospital", CODE.replace(f"{TUESDAY:%y%m%d}", f"{TUESDAY + timedelta(7):%y%m%d}"): "desk"}
    await end(world)
    await publish(world)
    await booking.sync_rosters(world.workshop.job(name="booking.rosters"))
    states = {each.code: each.state for each in await sessions(world)}
    assert states[late] == states[theirs] == "open" and len(states) == 3


async def test_closed_by_hand_and_opened_again(world: World) -> None:
    await draft(world, TERMS)
    await publish(world)
    booked = await book(world, CODE)
    for _ in range(2):
        await run(world, lambda context: Publishing(context).close(CODE))
    await booking.make_sessions(world.workshop.job(name="booking.roster_days"))
    assert [each.state for each in await sessions(world)] == ["closed", "open"]
    async with world.context() as context:
        assert await Offers(context).days(Wanted("1101", "D1023")) == []
    await run(world, lambda context: Publishing(context).open(CODE))
    assert {each.state for each in await ward.segments(world, CODE)} == {"open"} and await ward.balanced(world)
    assert (await appointment(world, booked.public_id)).state == "booked"
    with pytest.raises(NotFound):
        await run(world, lambda context: Publishing(context).close("D270302A-1101-D1024"))


async def test_whoever_waits_is_told_that_it_takes_nobody_new(world: World) -> None:
    await draft(world, replace(TERMS, capacity=1, ends="08:30"))
    await publish(world)
    await book(world, CODE)
    other = await ward.person(world, "b", "李四")
    async with world.context("b") as context:
        row = (await ward.segments(world, CODE))[0]
        await BookingService(context).waiting.join([row.session_id], other)
    await end(world)
    found = await seen(world)
    assert found.waiting == 1 and len(found.hits) == 1
    await publish(world, **{found.hits[0].visit.public_id: "keep"})
    await booking.waiting(world.workshop.job(name="booking.waiting"))
    async with world.database.reading() as tx:
        waited = await tx.one(waiting.entry.select())
    assert waited is not None and (waited.state, waited.reason) == ("over", "closed")


async def test_publishing_amid_a_crowd_that_books(world: World) -> None:
    await draft(world, replace(TERMS, capacity=4))
    await publish(world)
    segments = [each.id for each in await ward.segments(world, CODE)]
    crowd = [(f"c{n}", await ward.person(world, f"c{n}", f"张{'一二三四五六七八'[n]}")) for n in range(8)]
    await change(world, minutes=20, ends="09:20")

    async def books(n: int) -> Any:
        who, person = crowd[n]
        try:
            async with world.context(who) as context:
                held = await BookingService(context).hold(segments[n % 4], person, f"crowd-{n}")
                return await BookingService(context).confirm(held.id)
        except SlotTaken:
            return None

    async def publishes() -> Published | None:
        for _ in range(12):
            found = await seen(world)
            keep = {hit.visit.public_id: "keep" for hit in found.hits}
            try:
                return await publish(world, found.token, **keep)
            except StalePreview:
                continue
        return None

    done, *booked = await asyncio.gather(publishes(), *(books(n) for n in range(8)))
    assert done is not None
    for before in [each for each in booked if each is not None]:
        after = await appointment(world, before.public_id)
        assert (after.state, after.start_at, after.number) == ("booked", before.start_at, before.number)
    assert await ward.balanced(world)


async def test_nobody_sits_where_the_directory_has_nothing(world: World) -> None:
    for wrong in (replace(TERMS, room="R9"), replace(TERMS, doctor="D9999"), replace(TERMS, fee=-1),
                  replace(TERMS, doctor=None)):
        with pytest.raises(BadTerms):
            await draft(world, wrong)


async def test_two_clerks_at_one_pattern(world: World) -> None:
    await draft(world, TERMS)
    entry = await line(world)
    await change(world, ends="11:00")
    with pytest.raises(Conflict):
        other = replace(TERMS, ends="09:00")
        await run(world, lambda context: Drafts(context).change("1101", entry.key, entry.mark, other))
    assert (await line(world)).terms.ends == "11:00"
