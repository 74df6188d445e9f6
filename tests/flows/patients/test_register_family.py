"""Registering in a family: who is linked beside whom, at the same moment too, and a child by its guardian."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from flows.patients.people import Person
from flows.patients.refusals import (
    FamilyFull,
    SelfAlready,
)
from flows.patients.service import PatientsService
from tests.flows.patients.family import (
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
from tests.flows.patients.test_register import count
from tests.support.world import World


async def test_a_second_contact_is_linked_and_the_first_is_told(world: World) -> None:
    first = await registered(world)
    again = await registered(world, "b", relation="parent", mobile=OTHER_MOBILE)
    assert again.id == first.id
    assert (again.reach, again.relation) == ("booking", "parent")
    assert await count(world, "patients_person") == 1
    async with world.database.reading() as tx:
        told = await tx.all(text("SELECT topic FROM outbox WHERE topic = 'patients.tell'"))
    assert len(told) == 1


async def test_what_one_contact_proved_helps_no_other_to_guess(world: World) -> None:
    """The phone of the first, who may be the one on record, is nothing that the second gets to see."""
    await been_before(world, "张建国", ZHANG, "13900000009")
    first = await registered(world, mobile="13900000009")
    second = await registered(world, "b", relation="other", mobile=OTHER_MOBILE)
    assert (first.reach, second.reach) == ("all", "booking")
    assert (first.mobile_tail, second.mobile_tail) == ("0009", "0002")
    async with world.context("b") as context:
        service = PatientsService(context)
        assert await service.mobile_of(second.id) == OTHER_MOBILE
        assert not await service.prove_record(second.id, (second.patient_no or "")[-4:])


async def test_two_contacts_at_the_same_moment_make_one_person(world: World) -> None:
    who = {"a": MOBILE, "b": OTHER_MOBILE, "c": "13800000003"}
    for name, mobile in who.items():
        await prove(world, name, mobile)

    async def register(name: str) -> Person:
        async with world.context(name) as context:
            return await PatientsService(context).register(form(mobile=who[name]))

    persons = await asyncio.gather(*(register(name) for name in who))
    assert len({person.id for person in persons}) == 1
    assert await count(world, "patients_person") == 1
    assert await count(world, "patients_link") == 3


async def test_the_same_form_twice_at_once_is_one_link(world: World) -> None:
    await prove(world, "a")

    async def register() -> Person:
        async with world.context() as context:
            return await PatientsService(context).register(form())

    one, two = await asyncio.gather(register(), register())
    assert one.id == two.id
    assert await count(world, "patients_link") == 1


async def test_one_phone_serves_the_whole_family_and_five_are_enough(world: World) -> None:
    await registered(world)
    for order in range(1, 5):
        await registered(world, relation="child", name="张小雨", document_number=resident("20190503", order=order))
    async with world.context() as context:
        with pytest.raises(FamilyFull):
            await PatientsService(context).register(form(relation="spouse", name="李秀英", document_number=LI))
    assert sum(name == "patients.code" for _, name, _ in world.sms.sent) == 1


async def test_one_is_oneself_only_once(world: World) -> None:
    await registered(world)
    async with world.context() as context:
        with pytest.raises(SelfAlready):
            await PatientsService(context).register(form(name="李秀英", document_number=LI))


async def test_a_child_without_a_document_goes_by_its_guardian(world: World) -> None:
    father = await registered(world)
    child = form(
        relation="child", name="张小雨", document_type=None, document_number=None, guardian_id=father.id,
        sex="female", birth_date=date(2021, 6, 1),
    )
    async with world.context() as context:
        made = await PatientsService(context).register(child)
        twin = await PatientsService(context).register(replace(child, name="张小晴"))
        assert (await PatientsService(context).register(child)).id == made.id
    await world.drain.once()
    async with world.context() as context:
        made = await PatientsService(context).person(made.id)
    assert (made.guardian_id, made.document_type, made.record_state) == (father.id, None, "known")
    assert made.until == date(2039, 6, 1)
    assert twin.id != made.id
