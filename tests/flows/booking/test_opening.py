"""A draw in the database: once, in its order, whole after a crash; who hammers is one wish."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from bot.commands import draw as command
from flows.booking import store
from flows.booking.opening import rules
from flows.booking.opening import store as draws
from flows.booking.opening.drawing import Drawing
from flows.booking.opening.refusals import InDraw, NotWished, WishesClosed
from flows.booking.opening.wishes import store as wishes
from flows.booking.refusals import NotYetOpen
from flows.booking.service import BookingService
from flows.booking.standing.missing import store as missing
from jobs import booking_opening
from tests.flows.booking import ward
from tests.flows.booking.fair import (
    DAY,
    OPENS,
    all_wishes,
    announced,
    everybody,
    first_in_order,
    record,
    the_draw,
    wish,
)
from tests.support.world import World
from tests.support.world import test_settings as settings_for


@pytest.fixture
async def segments(world: World) -> list[int]:
    return await announced(world)


async def test_nobody_holds_what_is_drawn(
    world: World, segments: list[int], travel: time_machine.Coordinates
) -> None:
    person = await ward.person(world)
    draw = await the_draw(world)
    assert rules.sha256(draw.seed) == draw.seed_hash and draw.state == draws.COMING
    with pytest.raises(NotYetOpen):
        await wish(world, "a", segments[0], person)
    travel.move_to(OPENS)
    async with world.context() as context:
        with pytest.raises(InDraw):
            await BookingService(context).hold(segments[0], person, "r")
    assert (await wish(world, "a", segments[0], person)).state == "waiting"
    travel.shift(timedelta(seconds=90))
    late = await ward.person(world, "b", "李四")
    with pytest.raises(WishesClosed):
        await wish(world, "b", segments[0], late)
    await booking_opening.sweep_draws(world.workshop.job(name="booking.draws"))
    async with world.context("b") as context:  # what is left is anybody's
        assert (await BookingService(context).hold(segments[1], late, "r")).state == "held"
    assert await ward.balanced(world)


async def test_who_hammers_is_one_wish(world: World, segments: list[int], travel: time_machine.Coordinates) -> None:
    travel.move_to(OPENS)
    person = await ward.person(world)
    await asyncio.gather(*(wish(world, "a", segments[n % 2], person) for n in range(8)))
    assert len(await all_wishes(world)) == 1


async def test_the_first_in_the_order_win_and_anybody_finds_the_same(
    world: World, segments: list[int], travel: time_machine.Coordinates, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def there_already(*_: Any) -> None:
        """The keys are those of the tests."""

    monkeypatch.setattr(command.keys_store, "load", there_already)
    travel.move_to(OPENS)
    await everybody(world, segments, 9)
    travel.shift(timedelta(seconds=91))
    job = world.workshop.job(name="booking.draws")
    await asyncio.gather(*(booking_opening.sweep_draws(job) for _ in range(3)))
    found = await all_wishes(world)
    assert [row.state for row in found] == ["won"] * 4 + ["lost"] * 5
    assert [row.place for row in found] == list(range(1, 10))
    told = await record(world)
    assert rules.faults(told) == [] and told["places"] == 4
    assert (await ward.census(world, segments[0]))["held"] == (await ward.census(world, segments[1]))["held"] == 2
    async with world.database.reading() as tx:
        kinds = await tx.all(select(store.appointment.c.contact_id))
    assert len({row.contact_id for row in kinds}) == 4
    assert not any(name in json.dumps(told, ensure_ascii=False) for name in ("张", "openid", "o-p"))
    file = tmp_path / "record.json"
    file.write_text(rules.written(told), encoding="utf-8")
    await verified(world, str(file), 0)
    await verified(world, told["draw"], 0)
    told["wishes"][0]["result"], told["wishes"][8]["result"] = "lost", "won"
    file.write_text(rules.written(told), encoding="utf-8")
    await verified(world, str(file), 1)
    assert "somebody won behind" in capsys.readouterr().err


async def verified(world: World, what: str, code: int) -> None:
    settings = settings_for(database=world.database.url.render_as_string(hide_password=False))
    assert await command.run(argparse.Namespace(act="verify", what=what), settings) == code


async def test_killed_at_any_step_it_goes_on_where_it_ended(
    world: World, segments: list[int], travel: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel.move_to(OPENS)
    await everybody(world, segments, 7)
    travel.shift(timedelta(seconds=91))
    job = world.workshop.job(name="booking.draws")
    whole, left = Drawing.step, 0

    async def dies(self: Drawing, draw_id: int) -> bool:
        """Does its work and is killed before the commit, at every second call."""
        nonlocal left
        more = await whole(self, draw_id)
        left += 1
        if left % 2:
            raise KeyboardInterrupt
        return more

    monkeypatch.setattr(Drawing, "step", dies)
    for _ in range(20):
        try:
            await booking_opening.sweep_draws(job)
        except KeyboardInterrupt:
            assert await ward.balanced(world)
    assert [row.state for row in await all_wishes(world)] == ["won"] * 4 + ["lost"] * 3
    assert (await the_draw(world)).state == draws.DONE
    assert rules.faults(await record(world)) == []


async def test_who_may_not_have_it_is_told_and_the_next_is_asked(
    world: World, segments: list[int], travel: time_machine.Coordinates
) -> None:
    """Between the wish and the draw somebody books two other doctors for that day."""
    for n, doctor in enumerate(("1031", "1032")):
        await ward.session(world, DAY - timedelta(days=n), clinic="1102", doctor=doctor)
    await ward.session(world, DAY, clinic="1102", doctor="1032", half="pm")
    await ward.sync(world)
    travel.move_to(OPENS)
    people = await everybody(world, segments, 5)
    async with world.database.transaction() as tx:
        other = (await tx.all(select(store.segment.c.id).join(store.session).where(
            store.session.c.clinic == "1102", store.session.c.date == DAY).order_by(store.segment.c.id)))
    for n, segment in enumerate([other[0].id, other[-1].id]):
        async with world.context("p0") as context:
            held = await BookingService(context).hold(segment, people[0], f"r{n}")
            await BookingService(context).confirm(held.id)
    await first_in_order(world, people[0])
    travel.shift(timedelta(seconds=91))
    await booking_opening.sweep_draws(world.workshop.job(name="booking.draws"))
    states = {row.person_id: row for row in await all_wishes(world)}
    assert (states[people[0]].state, states[people[0]].reason) == ("skipped", "refuse_doctors_a_day")
    assert [states[person].state for person in people[1:]] == ["won"] * 4
    assert rules.faults(await record(world)) == []


async def test_lost_before_and_seen_before_weigh(
    world: World, segments: list[int], travel: time_machine.Coordinates
) -> None:
    """A loss counts until something is won; a visit makes the next one a return visit."""
    person, other = await ward.person(world, "a"), await ward.person(world, "b", "李四")
    travel.move_to(OPENS)
    row = await wish(world, "a", segments[0], person)
    assert (row.weight, row.seen, row.lost) == (2, False, 0)
    async with world.database.transaction() as tx:
        await tx.update(update(wishes.wish).values(state="lost"))
        assert await wishes.lost_before(tx, person, "D1023", "1101", tx.now - rules.LOST_WITHIN) == 1
        assert await wishes.lost_before(tx, person, "D1024", "1101", tx.now - rules.LOST_WITHIN) == 0
        await tx.update(update(wishes.wish).values(state="won"))
        assert await wishes.lost_before(tx, person, "D1023", "1101", tx.now - rules.LOST_WITHIN) == 0
        await tx.insert(
            store.appointment, person_id=other, contact_id=1, segment_id=segments[0], slot_id=1, number=1,
            state="booked", hold_until=tx.now, request_id="past", channel="wechat", fee=0, created_at=tx.now,
            created_by="test",
        )
    travel.move_to("2027-03-20 00:00:00+00:00")
    async with world.database.reading() as tx:
        assert await wishes.has_seen(tx, other, "D1023", "1101", tx.now - rules.RETURN_WITHIN)
        assert not await wishes.has_seen(tx, person, "D1023", "1101", tx.now - rules.RETURN_WITHIN)
    async with world.database.transaction() as tx:
        past = await tx.scalar(select(store.appointment.c.id).where(store.appointment.c.person_id == other))
        await missing.write(tx, past, other, tx.now)
        assert not await wishes.has_seen(tx, other, "D1023", "1101", tx.now - rules.RETURN_WITHIN), "nobody came"


async def test_out_of_the_draw_until_it_begins(
    world: World, segments: list[int], travel: time_machine.Coordinates
) -> None:
    travel.move_to(OPENS)
    person = await ward.person(world)
    row = await wish(world, "a", segments[0], person)
    async with world.context() as context:
        assert (await BookingService(context).wishing.withdraw(row.public_id)).state == "withdrawn"
    assert (await wish(world, "a", segments[0], person)).code == row.code
    travel.shift(timedelta(seconds=91))
    await booking_opening.sweep_draws(world.workshop.job(name="booking.draws"))
    async with world.context() as context:
        with pytest.raises(NotWished):
            await BookingService(context).wishing.withdraw(row.public_id)


async def test_a_stopped_session_is_not_drawn_to_anybody(
    world: World, segments: list[int], travel: time_machine.Coordinates
) -> None:
    travel.move_to(OPENS)
    await everybody(world, segments, 3)
    async with world.database.transaction() as tx:
        await tx.update(update(store.session).values(state="stopped"))
    travel.shift(timedelta(seconds=91))
    await booking_opening.sweep_draws(world.workshop.job(name="booking.draws"))
    assert {(row.state, row.reason) for row in await all_wishes(world)} == {("skipped", "stopped")}
