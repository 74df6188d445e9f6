"""What happens to a family after registration."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
import time_machine
from sqlalchemy import select, text

from bot.db.outbox import outbox
from bot.errors import NotFound
from flows.patients.people import Person
from flows.patients.refusals import MobileNotProved, ReachTooShort, TooManyRemoved
from flows.patients.service import PatientsService
from flows.patients.trail.store import act, look
from jobs import patients as jobs
from tests.flows.patients.family import (
    CHILD,
    LI,
    MOBILE,
    OTHER_MOBILE,
    ZHANG,
    been_before,
    form,
    prove,
    registered,
    resident,
)
from tests.support.world import World


async def names(world: World, who: str = "a") -> list[str]:
    async with world.context(who) as context:
        return [person.name for person in await PatientsService(context).persons()]


async def told(world: World) -> list[str]:
    """Kinds of pushes handed on, in order."""
    found = select(outbox.c.key).where(outbox.c.topic == "patients.tell").order_by(outbox.c.id)
    async with world.database.reading() as tx:
        rows = await tx.all(found)
    return [row[0].split(":")[1] for row in rows]


async def test_the_default_stands_first_and_moves(world: World) -> None:
    await registered(world)
    wife = await registered(world, relation="spouse", name="李秀英", document_number=LI)
    assert await names(world) == ["张建国", "李秀英"]
    async with world.context() as context:
        service = PatientsService(context)
        assert (await service.set_default(wife.public_id)).is_default
        assert (await service.default()) == await service.person(wife.id)
    assert await names(world) == ["李秀英", "张建国"]


async def test_unbinding_hands_the_default_on(world: World) -> None:
    me = await registered(world)
    await registered(world, relation="spouse", name="李秀英", document_number=LI)
    async with world.context() as context:
        service = PatientsService(context)
        await service.unbind(me.id)
        default = await service.default()
        assert default is not None and default.name == "李秀英"
        with pytest.raises(NotFound):
            await service.unbind(me.id)
    again = await registered(world)
    assert again.id == me.id and not again.is_default


async def test_three_may_be_removed_a_month(world: World, travel: time_machine.Coordinates) -> None:
    persons = [await registered(world)]
    for order in range(1, 4):
        persons.append(
            await registered(world, relation="child", name="张小雨", document_number=resident("20190503", order=order))
        )
    for person in persons[:3]:
        async with world.context() as context:
            await PatientsService(context).unbind(person.id)
    async with world.context() as context:
        with pytest.raises(TooManyRemoved):
            await PatientsService(context).unbind(persons[3].id)
    assert await names(world) == ["张小雨"]
    travel.shift(30 * 86400)
    async with world.context() as context:
        await PatientsService(context).unbind(persons[3].id)


async def test_nobody_sees_anothers_person(world: World) -> None:
    mine = await registered(world)
    async with world.context("b") as context:
        service = PatientsService(context)
        for name in (mine.id, mine.public_id, "none", 0):
            with pytest.raises(NotFound):
                await service.person(name)
        for verb in (service.unbind, service.set_default, service.lock):
            with pytest.raises(NotFound):
                await verb(mine.public_id)


async def test_changing_a_phone_needs_its_code_and_tells_the_others(world: World) -> None:
    me = await registered(world)
    await registered(world, "b", relation="spouse", mobile=OTHER_MOBILE)
    async with world.context() as context:
        with pytest.raises(MobileNotProved):
            await PatientsService(context).change_mobile(me.id, "13900000008")
    await prove(world, "a", "13900000008", "change")
    async with world.context() as context:
        assert (await PatientsService(context).change_mobile(me.id, "13900000008")).mobile_tail == "0008"
        assert await PatientsService(context).mobile_of(me.id) == "13900000008"
    assert await told(world) == ["linked_elsewhere", "mobile_changed"]


async def test_who_did_not_prove_the_record_changes_no_phone_and_reveals_nothing(world: World) -> None:
    await been_before(world, "张建国", ZHANG, "13900000009")
    person = await registered(world)
    await prove(world, "a", OTHER_MOBILE, "change")
    async with world.context() as context:
        with pytest.raises(ReachTooShort):
            await PatientsService(context).change_mobile(person.id, OTHER_MOBILE)
        with pytest.raises(ReachTooShort):
            await PatientsService(context).reveal(person.id, "own page")


async def test_a_full_view_is_written_down(world: World) -> None:
    person = await registered(world)
    async with world.context() as context:
        full = await PatientsService(context).reveal(person.public_id, "own page")
        assert (full.name, full.document_number, full.mobile) == ("张建国", ZHANG, MOBILE)
        assert ZHANG not in repr(full) and MOBILE not in repr(full)
        [row] = await context.tx.all(select(look))
        assert (row.person_id, row.actor, row.why) == (person.id, context.actor, "own page")


async def test_a_child_grows_out_of_its_guardians_hands(world: World, travel: time_machine.Coordinates) -> None:
    await registered(world)
    child = await registered(world, relation="child", name="张小雨", document_number=CHILD)
    assert child.until == date(2037, 5, 3)
    travel.move_to("2037-05-02 15:00:00+00:00")
    await jobs.grows_up(world.workshop.job(name="patients.grows_up"))
    assert await names(world) == ["张建国", "张小雨"]
    travel.move_to("2037-05-02 16:30:00+00:00")  # half past midnight of the birthday, in the hospital
    work = world.workshop.job(name="patients.grows_up")
    await asyncio.gather(jobs.grows_up(work), jobs.grows_up(work))
    await jobs.grows_up(work)
    assert await names(world) == ["张建国"]
    assert await told(world) == ["grown_up"]
    async with world.database.reading() as tx:
        assert len(await tx.all(select(act).where(act.c.act == "grown"))) == 1


async def test_the_grown_child_registers_and_keeps_its_record(world: World, travel: time_machine.Coordinates) -> None:
    child = await registered(world, relation="child", name="张小雨", document_number=CHILD)
    travel.move_to("2037-05-03 04:00:00+00:00")
    await jobs.grows_up(world.workshop.job(name="patients.grows_up"))
    grown: Person = await registered(world, "b", name="张小雨", document_number=CHILD)
    assert (grown.id, grown.patient_no, grown.relation) == (child.id, child.patient_no, "self")


async def test_a_record_that_nobody_answered_for_is_asked_for_again(
    world: World, travel: time_machine.Coordinates
) -> None:
    await prove(world, "a")
    async with world.context() as context:
        person = await PatientsService(context).register(form())
    async with world.database.transaction() as tx:
        await tx.execute(text("UPDATE outbox SET state = 'dead' WHERE topic = 'patients.create_record'"))
    travel.shift(31 * 60)
    await jobs.ask_again(world.workshop.job(name="patients.ask_again"))
    await jobs.ask_again(world.workshop.job(name="patients.ask_again"))
    await world.drain.once()
    async with world.context() as context:
        assert (await PatientsService(context).person(person.id)).record_state == "known"


async def test_old_codes_are_forgotten(world: World, travel: time_machine.Coordinates) -> None:
    await registered(world)
    travel.shift(61 * 86400)
    await jobs.purge(world.workshop.job(name="patients.purge"))
    async with world.database.reading() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM patients_code")) == 0
        assert await tx.scalar(text("SELECT count(*) FROM patients_tally")) == 0
    assert await names(world) == ["张建国"]
