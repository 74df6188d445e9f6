"""How a draw is served: honestly, whatever comes back meanwhile and whatever is kept for channels."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.dialects import mysql

from flows.booking import store
from flows.booking.opening import drawing, rules
from flows.booking.opening import store as draws
from flows.booking.opening.drawing import Drawing
from flows.booking.opening.refusals import AlreadyWished
from flows.booking.opening.wishes import store as wishes
from flows.booking.pool import store as pool
from flows.booking.pool.shares import store as shares
from flows.booking.pool.shares.keeping import Keeping
from flows.booking.pool.shares.rules import Rule
from flows.booking.service import BookingService
from flows.patients import store as patients
from jobs import booking_opening
from tests.flows.booking import ward
from tests.flows.booking.fair import DAY, OPENS, all_wishes, announced, everybody, record, the_draw, wish
from tests.flows.booking.test_alone import first_fails
from tests.support.world import World


@pytest.fixture
async def segments(world: World) -> list[int]:
    return await announced(world)


async def test_nobody_wins_behind_somebody_who_lost(
    world: World, segments: list[int], travel: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A winner gives back what they won while the losers are being told."""
    monkeypatch.setattr(drawing, "TOLD_AT_ONCE", 2)
    travel.move_to(OPENS)
    await everybody(world, segments, 9)
    travel.shift(timedelta(seconds=91))
    draw_id = (await the_draw(world)).id
    job = world.workshop.job(name="booking.draws")
    await job.run(lambda context: Drawing(context).draw(draw_id))
    for _ in range(5):  # four win, two are told that they lost
        await job.run(lambda context: Drawing(context).step(draw_id))
    won = (await all_wishes(world))[0]
    async with world.database.reading() as tx:
        held = await tx.one(select(store.appointment).where(store.appointment.c.id == won.appointment_id))
    async with job.context() as context:
        await BookingService(context).release_hold(held.id, held.segment_id, held.slot_id, expired=False)
    await booking_opening.sweep_draws(job)
    assert [row.state for row in await all_wishes(world)] == ["won"] * 4 + ["lost"] * 5
    assert rules.faults(await record(world)) == []


async def test_what_is_kept_for_those_who_wish_is_drawn_by_all_of_them(
    world: World, segments: list[int], travel: time_machine.Coordinates
) -> None:
    """A quarter of the session is Alipay's, a quarter the window's: the window keeps its own, the rest is one urn."""
    async with world.database.transaction() as tx:
        for channel in ("alipay", "window"):
            await shares.set_rule(tx, Rule("1101", "D1023", channel, 25, 120), "test")
    await booking_opening.sweep_shares(world.workshop.job(name="booking.shares"))
    travel.move_to(OPENS)
    people = await everybody(world, segments, 9)
    async with world.database.transaction() as tx:
        await tx.update(update(wishes.wish).where(wishes.wish.c.person_id.in_(people[:4])).values(channel="alipay"))
    travel.shift(timedelta(seconds=91))
    draw_id = (await the_draw(world)).id
    job = world.workshop.job(name="booking.draws")
    await job.run(lambda context: Drawing(context).draw(draw_id))
    await booking_opening.sweep_shares(job)  # while the draw is served nothing is kept anew
    await booking_opening.sweep_draws(job)
    assert [row.state for row in await all_wishes(world)] == ["won"] * 3 + ["lost"] * 6
    assert rules.faults(await record(world)) == [] and await ward.balanced(world)
    kept = [(await ward.census(world, each))["kept"] for each in segments]
    assert sum(kept) == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_draw_or_a_share_that_fails_keeps_no_other_back(
    world: World, travel: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ward.session(world, DAY, half="pm", starts=time(14), ends=time(15))
    await announced(world)
    async with world.database.transaction() as tx:
        await shares.set_rule(tx, Rule("1101", "D1023", "window", 50, 120), "test")
    first_fails(monkeypatch, Keeping, "cut")
    first_fails(monkeypatch, pool, "release_share")
    first_fails(monkeypatch, Drawing, "draw")
    job = world.workshop.job()
    await booking_opening.sweep_shares(job)
    assert len(await shared(world)) == 2  # of the second session
    async with world.database.transaction() as tx:
        await tx.update(update(shares.share).values(release_at=tx.now))
        await shares.drop_rule(tx, (await shares.rules(tx))[0].id)
    await booking_opening.sweep_shares(job)
    assert len(await shared(world)) < 2
    travel.move_to(OPENS)
    travel.shift(timedelta(seconds=91))
    await booking_opening.sweep_draws(job)
    async with world.database.reading() as tx:
        states = await tx.all(select(draws.draw.c.state))
    assert sorted(row.state for row in states) == [draws.COMING, draws.DONE]


async def shared(world: World) -> Any:
    async with world.database.reading() as tx:
        return await tx.all(select(shares.share))


async def test_another_of_the_family_wishes_for_the_same_person(
    world: World, segments: list[int], travel: time_machine.Coordinates
) -> None:
    """Who may see everything finds the wish; who may book only is told why not; what was withdrawn is theirs."""
    person = await ward.person(world, "a")
    await ward.also(world, "张三明", "b", "child")
    await ward.also(world, "张三明", "c", "child")
    async with world.database.transaction() as tx:
        rows = await tx.all(select(patients.link).order_by(patients.link.c.id))
        await tx.update(update(patients.link).where(patients.link.c.id == rows[1].id).values(reach="booking"))
    travel.move_to(OPENS)
    first = await wish(world, "a", segments[0], person)
    assert (await wish(world, "c", segments[1], person)).public_id == first.public_id
    with pytest.raises(AlreadyWished) as no:
        await wish(world, "b", segments[1], person)
    assert "出结果" in world.wording.render(f"booking/chat/{no.value.template}", **no.value.facts)
    async with world.context("a") as context:
        await BookingService(context).wishing.withdraw(first.public_id)
    again = await wish(world, "b", segments[1], person)
    assert (again.state, again.segment_id, again.code) == ("waiting", segments[1], first.code)
    async with world.context("b") as context:
        assert [row.id for row in await BookingService(context).wishing.mine()] == [first.id]


async def test_many_wish_at_once_where_the_database_lets_them(world: World, segments: list[int]) -> None:
    """MariaDB shares the lock; TiDB and MySQL, which call themselves the same, get one that both know."""
    asked: list[str] = []
    async with world.database.transaction() as tx:
        whole = tx.scalar

        async def noted(statement: Any) -> Any:
            asked.append(str(statement.compile(dialect=mysql.dialect())))
            return await whole(statement)

        with patch.object(tx, "scalar", noted):
            await draws.share_lock(tx, (await the_draw(world)).id)
        mariadb = getattr(tx.link.dialect, "is_mariadb", False)
    assert ("LOCK IN SHARE MODE" in asked[0], "FOR UPDATE" in asked[0]) == (mariadb, not mariadb)
