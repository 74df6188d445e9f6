"""The sandbox's embedded hospital comes to life: past and coming days that keep every rule, and go on day after day."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
import time_machine
from sqlalchemy import delete, func, select

from bot.access import audit
from bot.access.audit.store import entries as trail
from bot.db.contacts import contact
from bot.db.engine import Database
from bot.db.journal import journal
from bot.settings import Settings
from flows.booking import store
from flows.booking.opening import rules as opening
from flows.booking.opening import store as draws
from flows.booking.opening.records import Records
from flows.booking.played import days, lots, phones
from flows.booking.pool import store as pool
from flows.booking.standing.store import appeal, attendance, lock, no_show
from flows.booking.stops.store import choice
from flows.booking.waiting.store import entry
from flows.desk import store as desk
from flows.desk.store import request
from flows.directory.service import DirectoryService, forget
from flows.notices.store import push
from flows.patients.store import person
from integrations.his import played
from integrations.his import store as his
from integrations.his.embedded import EmbeddedHospital
from integrations.his.played import PlayedHospital
from integrations.his.port import HospitalPort
from integrations.his.seed import seed
from integrations.sandbox.app import sandbox_settings
from integrations.sandbox.offstage import is_offstage
from integrations.sandbox.phones import Phones, openid_of
from jobs import booking, booking_played, directory
from tests.flows.booking.ward import TODAY
from tests.support.world import ACCOUNT, World
from tests.support.world import test_settings as settings_of_a_test

CLINICS = ("1102", "1601")
TABLES = (
    contact, person, store.session, store.slot, store.appointment, attendance, no_show, lock, appeal, choice, entry,
    draws.draw, push, journal, request, his.registration, his.session, trail,
)


async def hospital(database: Database) -> World:
    """The seed's own people and doctors, of two clinics, without a day made yet."""
    kinds = ("booking.evening", "booking.soon", "booking.stopped", "booking.near")
    settings = sandbox_settings(Settings(secret_key="t" * 40), templates=kinds)
    world = World(database, settings=settings)
    made = EmbeddedHospital(database, world.clock)
    world.ports.put(HospitalPort, made)
    world.ports.put(PlayedHospital, made)
    await seed(database, world.clock, people=220, days=-1)
    async with database.transaction() as tx:
        await tx.execute(delete(his.pattern).where(his.pattern.c.clinic.not_in(CLINICS)))
    job = world.workshop.job(name="directory.sync")
    await directory.sync(job)
    await booking.sync_rosters(job)
    return world


def life(world: World) -> booking_played.Life:
    return booking_played.Life(world.workshop.job(name="booking.played"), past_days=5, people=180, rest_s=0)


async def counts(world: World) -> dict[str, int]:
    async with world.database.reading() as tx:
        return {each.name: await tx.scalar(select(func.count()).select_from(each)) for each in TABLES}


async def use(world: World, first: date, last: date) -> float:
    """The share of the slots of open sessions that is gone."""
    s, g = store.session.c, store.segment.c
    fields = (func.sum(g.capacity).label("capacity"), func.sum(g.free).label("free"))
    asked = select(*fields).join(store.segment, g.session_id == s.id)
    async with world.database.reading() as tx:
        row: Any = await tx.one(asked.where(s.date.between(first, last), s.state == "open", s.kind != "examination"))
    return 1 - float(row.free) / float(row.capacity)


async def missed(world: World, first: date, last: date) -> tuple[int, int]:
    """How many did not come, and how many were to."""
    s, g, a = store.session.c, store.segment.c, store.appointment.c
    asked = select(func.count(a.id).label("due"), func.count(no_show.c.id).label("missed")).select_from(store.session)
    asked = asked.join(store.segment, g.session_id == s.id).join(store.appointment, a.segment_id == g.id)
    asked = asked.outerjoin(no_show, no_show.c.appointment_id == a.id)
    async with world.database.reading() as tx:
        row: Any = await tx.one(asked.where(s.date.between(first, last), a.state == "booked", s.state == "open"))
    return row.missed, row.due


async def keeps_the_pool(world: World) -> None:
    """capacity = free + kept + held + taken + cooling, of every segment; and each appointment has its own slot."""
    async with world.database.reading() as tx:
        counted: dict[int, Counter[str]] = {}
        for row in await tx.all(select(store.slot.c.segment_id, store.slot.c.state)):
            counted.setdefault(row.segment_id, Counter())[row.state] += 1
        noted = await tx.all(select(store.segment.c.id, store.segment.c.capacity, store.segment.c.free))
        for row in noted:
            assert (counted[row.id]["free"], counted[row.id].total()) == (row.free, row.capacity), row.id
        assert set().union(*counted.values()) <= {"free", "kept", "held", "taken", "cooling"}
        one = await pool.census(tx, noted[0].id)
        assert one["noted_free"] == one["free"] == noted[0].free
        joined = store.appointment.join(store.slot, store.slot.c.id == store.appointment.c.slot_id)
        fields = (store.appointment.c.id, store.slot.c.appointment_id, store.slot.c.state)
        for row in await tx.all(
            select(*fields).select_from(joined).where(store.appointment.c.state == "booked")
        ):
            assert (row.appointment_id, row.state) == (row.id, "taken")


async def test_an_empty_hospital_comes_to_life_and_goes_on(
    database: Database, travel: time_machine.Coordinates
) -> None:
    world = await hospital(database)
    await booking_played.begin(world.workshop.job(name="booking.played"))
    await life(world).go_on()
    await keeps_the_pool(world)
    assert 0.6 < await use(world, TODAY - timedelta(days=5), TODAY - timedelta(days=1)) < 0.9
    assert await use(world, TODAY + timedelta(days=7), TODAY + timedelta(days=7)) < 0.3
    gone, due = await missed(world, TODAY - timedelta(days=5), TODAY - timedelta(days=1))
    assert due > 40 and 0 < gone / due < 0.12
    made = await counts(world)
    for each in (attendance, choice, entry, draws.draw, push, journal, request, appeal):
        assert made[each.name], each.name
    async with database.reading() as tx:
        # Of the people nobody has a phone in the world, or on the sandbox's page but its own two.
        seen = {phone.mobile for phone in Phones()}
        for row in await tx.all(select(person.c.mobile, person.c.document)):
            assert is_offstage(row.mobile) or row.mobile in seen
        states = Counter(row.state for row in await tx.all(select(choice.c.state)))
    assert states["open"] and len(states) > 1
    assert (await audit.verify(database)).whole
    async with world.workshop.job(name="test").context() as context:
        forget(world.ports)
        places = await DirectoryService(context).catalogue()
        assert sum(places.rule(each.code).paying == "must" for each in places.clinics) == 1
        past: Any = await context.tx.one(select(draws.draw.c.public_id).where(draws.draw.c.state == draws.DONE))
        shown = await Records(context).one(past.public_id)
        assert shown is not None
        assert opening.faults(await Records(context).record(shown)) == []

    # A second start changes nothing.
    await booking_played.come(world.workshop.job(name="booking.played"))
    await life(world).go_on()
    assert await counts(world) == made

    # A day later: new days by the rosters, and most have come.
    for hours in (10, 14):
        travel.shift(timedelta(hours=hours))
        await booking_played.come(world.workshop.job(name="booking.played"))
        await life(world).go_on()
        await world.settle(seldom=False)
    await keeps_the_pool(world)
    gone, due = await missed(world, TODAY, TODAY)
    assert due > 10 and gone / due < 0.25
    assert 0 < await use(world, TODAY + timedelta(days=8), TODAY + timedelta(days=8)) < 0.3
    owners = {openid_of(world.settings.accounts[ACCOUNT].app_id, number) for number, *_ in phones.OWNERS}
    assert world.channels.templates
    assert all(is_offstage(whom) or whom in owners for whom, *_ in [*world.channels.templates, *world.channels.sent])


@pytest.mark.parametrize("change", [{"demonstration": False}, {"sandbox": "off"}])
async def test_it_is_played_only_where_it_shall_be(sqlite_database: Database, change: dict[str, Any]) -> None:
    world = World(sqlite_database, settings=settings_of_a_test().model_copy(update={"sandbox": "on"} | change))
    world.ports.put(PlayedHospital, EmbeddedHospital(sqlite_database, world.clock))
    await booking_played.begin(world.workshop.job(name="booking.played"))
    await booking_played.live(world.workshop.job(name="booking.played"))
    async with sqlite_database.reading() as tx:
        assert await played.begun(tx) is None
        assert await tx.one(select(contact.c.id)) is None


@pytest.mark.parametrize("change", [{}, {"demonstration": False}, {"sandbox": "off"}])
async def test_what_has_begun_ends_when_it_is_not_wanted_any_more(
    sqlite_database: Database, change: dict[str, Any]
) -> None:
    world = World(sqlite_database, settings=settings_of_a_test().model_copy(update={"sandbox": "on"} | change))
    world.ports.put(PlayedHospital, EmbeddedHospital(sqlite_database, world.clock))
    async with sqlite_database.transaction() as tx:
        await played.note(tx, played.BEGUN, TODAY)
    job = world.workshop.job(name="booking.played")
    with mock.patch.multiple(booking_played.Life, go_on=mock.DEFAULT, come=mock.DEFAULT) as lives:
        await booking_played.live(job)
        await booking_played.come(job)
    assert [each.await_count for each in lives.values()] == [not change] * 2


async def test_a_testers_own_request_is_left_open(database: Database) -> None:
    world = World(database)
    contacts = []
    for who in "abcd":
        async with world.context(who) as context:
            assert context.contact is not None
            contacts.append(context.contact.id)
    async with world.context("a") as context:
        await desk.ask(context.tx, "mine", contacts[0], "想问一下", None)
    cast = days.Cast([SimpleNamespace(contact_id=each) for each in contacts], frozenset(), mock.Mock())
    async with world.context("a") as context:
        await booking_played.requests(context, cast)
    async with database.reading() as tx:
        states = {row.once: row.state for row in await tx.all(select(request))}
    assert states.pop("mine") == desk.OPEN
    assert Counter(states.values()) == {desk.OPEN: 2, desk.DONE: 1}


async def test_a_real_hospital_is_never_filled(sqlite_database: Database) -> None:
    world = World(sqlite_database, settings=settings_of_a_test().model_copy(update={"sandbox": "on"}))
    await booking_played.begin(world.workshop.job(name="booking.played"))
    await booking_played.live(world.workshop.job(name="booking.played"))
    async with sqlite_database.reading() as tx:
        assert await played.begun(tx) is None


def test_lots_fall_the_same_way_and_only_once() -> None:
    numbers = list(range(1, 61))
    looks = [None, 7, 5, 2, 0]
    taken: list[int] = []
    for before, ahead in zip(looks, [7, 5, 2, 0, lots.PAST], strict=True):
        some = [each.number for each in lots.taken("x", numbers, doctor=True, share=0.3, before=before, ahead=ahead)]
        assert not set(some) & set(taken)
        taken += some
    whole = [each.number for each in lots.taken("x", numbers, doctor=True, share=0.3, before=None, ahead=lots.PAST)]
    assert sorted(taken) == whole


def test_most_come() -> None:
    fates = [lots.fate("x", number, often=False) for number in range(2000)]
    assert 0.02 < sum(each.missed for each in fates) / 2000 < 0.05
    assert sum(days.seldom(each) for each in range(1, 2001)) > 1900

