"""Registering as a service: matched, made, refused, raced."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from sqlalchemy import func, select, text

from bot.errors import BadInput, NotFound
from flows.patients import store
from flows.patients.refusals import (
    ConsentMissing,
    DocumentOfAnother,
    MobileNotProved,
    ProofTriesSpent,
)
from flows.patients.service import PatientsService
from flows.patients.trail.store import act
from integrations.his.conduct import Conduct, behave
from tests.flows.patients.family import (
    CHILD,
    LI,
    MOBILE,
    ZHANG,
    been_before,
    form,
    prove,
    registered,
)
from tests.support.world import World


async def count(world: World, table: str) -> int:
    async with world.database.reading() as tx:
        return int(await tx.scalar(text(f"SELECT count(*) FROM {table}")))


async def test_a_new_person_gets_a_record_made(world: World) -> None:
    person = await registered(world)
    assert (person.sex, person.birth_date) == ("male", date(1984, 5, 12))
    assert (person.record_state, person.reach, person.is_default, person.relation) == ("known", "all", True, "self")
    assert person.patient_no is not None
    assert "张建国" not in repr(person) and ZHANG[-4:] not in repr(person)


async def test_who_was_here_before_is_matched_by_document(world: World) -> None:
    number = await been_before(world, "张建国", ZHANG, MOBILE)
    person = await registered(world)
    assert (person.patient_no, person.reach) == (number, "all")


async def test_another_phone_on_record_limits_the_reach_until_proved(world: World) -> None:
    number = await been_before(world, "张建国", ZHANG, "13900000009")
    person = await registered(world)
    assert (person.patient_no, person.record_state, person.reach) == (number, "known", "booking")
    async with world.context() as context:
        service = PatientsService(context)
        assert not await service.prove_record(person.id, "1111")
        assert await service.prove_record(person.id, "0009")
        assert (await service.person(person.id)).reach == "all"


async def test_proving_is_tried_three_times_a_day(world: World, travel: time_machine.Coordinates) -> None:
    await been_before(world, "张建国", ZHANG, "13900000009")
    person = await registered(world)
    async with world.context() as context:
        for _ in range(3):
            assert not await PatientsService(context).prove_record(person.id, "1111")
        with pytest.raises(ProofTriesSpent):
            await PatientsService(context).prove_record(person.id, "0009")
    travel.shift(24 * 3600)
    async with world.context() as context:
        assert await PatientsService(context).prove_record(person.id, "0009")


async def test_another_name_on_the_record_refuses_and_leaves_nothing(world: World) -> None:
    await been_before(world, "张强", ZHANG, MOBILE)
    await prove(world, "a")
    async with world.context() as context:
        with pytest.raises(DocumentOfAnother) as no:
            await PatientsService(context).register(form())
        assert no.value.facts == {}
    assert await count(world, "patients_person") == await count(world, "patients_link") == 0
    async with world.context() as context:
        with pytest.raises(MobileNotProved):
            await PatientsService(context).register(form(name="张强"))


async def test_names_cannot_be_tried_out(world: World, travel: time_machine.Coordinates) -> None:
    await been_before(world, "张强", ZHANG, None)
    await registered(world, name="李秀英", document_number=LI)  # this phone needs no further codes
    for name in ("张一", "张二", "张三"):
        async with world.context() as context:
            with pytest.raises(DocumentOfAnother):
                await PatientsService(context).register(form(name=name, relation="other"))
    async with world.context() as context:
        with pytest.raises(ProofTriesSpent):
            await PatientsService(context).register(form(name="张强", relation="other"))


async def test_a_slow_hospital_is_asked_by_a_job(world: World) -> None:
    number = await been_before(world, "张建国", ZHANG, MOBILE)
    await prove(world, "a")
    await behave(world.database, Conduct(unavailable=True))
    async with world.context() as context:
        person = await PatientsService(context).register(form())
    assert (person.record_state, person.reach, person.patient_no) == ("asked", "booking", None)
    await behave(world.database)
    await world.drain.once()
    async with world.context() as context:
        person = await PatientsService(context).person(person.id)
    assert (person.record_state, person.reach, person.patient_no) == ("known", "all", number)


async def test_a_record_found_later_under_another_name_closes_the_person(world: World) -> None:
    await been_before(world, "张强", ZHANG, "13900000009")
    await prove(world, "a")
    await behave(world.database, Conduct(unavailable=True))
    async with world.context() as context:
        person = await PatientsService(context).register(form())
    await behave(world.database)
    await world.drain.once()
    async with world.context() as context:
        with pytest.raises(NotFound):
            await PatientsService(context).person(person.id)
    owner = await registered(world, "b", name="张强", mobile="13900000009")
    assert (owner.record_state, owner.reach) == ("known", "all")


async def test_the_true_owner_is_not_kept_out_by_a_wrong_name_that_waits(world: World) -> None:
    await been_before(world, "张强", ZHANG, "13900000009")
    await prove(world, "a")
    await behave(world.database, Conduct(unavailable=True))
    async with world.context() as context:
        await PatientsService(context).register(form())
    await behave(world.database)
    await prove(world, "b", "13900000009")
    async with world.context("b") as context:
        owner = await PatientsService(context).register(form(name="张强", mobile="13900000009"))
    assert (owner.record_state, owner.reach) == ("known", "all")
    async with world.context() as context:
        assert await PatientsService(context).persons() == []


async def test_a_lost_answer_makes_no_second_record(world: World) -> None:
    await prove(world, "a")
    async with world.context() as context:
        person = await PatientsService(context).register(form())
    await behave(world.database, Conduct(lose_next=1))
    await world.drain.once()
    with time_machine.travel("2027-03-01 04:10:00+00:00", tick=False):
        await world.drain.once()
    async with world.context() as context:
        assert (await PatientsService(context).person(person.id)).record_state == "known"
    assert await count(world, "his_patient") == 1


async def test_what_a_form_must_have(world: World) -> None:
    async with world.context() as context:
        service = PatientsService(context)
        assert service.check_form(form()) == {}
        slipped = ZHANG[:-1] + ("1" if ZHANG[-1] != "1" else "2")
        wrong = form(name="张", document_number=slipped, mobile="123")
        assert {name: p.slug for name, p in service.check_form(wrong).items()} == {
            "name": "name_short",
            "document_number": "bad_checksum",
            "mobile": "mobile",
        }
        passport = form(document_type="passport", document_number="E12345678")
        assert set(service.check_form(passport)) == {"sex", "birth_date"}
        with pytest.raises(BadInput):
            await service.register(wrong)
        with pytest.raises(ConsentMissing):
            await service.register(form(consent=False))
        with pytest.raises(MobileNotProved):
            await service.register(form())


async def test_proof_of_a_phone_does_not_last(world: World, travel: time_machine.Coordinates) -> None:
    await prove(world, "a")
    travel.shift(31 * 60)
    async with world.context() as context:
        with pytest.raises(MobileNotProved):
            await PatientsService(context).register(form())


async def test_every_act_is_kept_with_consent_and_reach(world: World) -> None:
    person = await registered(world, relation="child", name="张小雨", document_number=CHILD)
    async with world.database.reading() as tx:
        kept = await tx.all(select(act).where(act.c.person_id == person.id).order_by(act.c.id))
    assert [row.act for row in kept] == ["registered", "record_made"]
    assert (kept[0].relation, kept[0].reach) == ("child", "all")
    assert kept[0].consent and kept[0].actor.startswith("contact:")
    assert kept[1].actor == "job:patients.create_record"


async def test_nothing_personal_stands_in_the_clear(world: World) -> None:
    await registered(world)
    async with world.database.reading() as tx:
        for table in ("patients_person", "patients_link", "patients_act", "outbox"):
            for row in await tx.all(text(f"SELECT * FROM {table}")):
                said = " ".join(v.decode("utf8", "ignore") if isinstance(v, bytes) else str(v) for v in row)
                assert all(secret not in said for secret in ("张建国", ZHANG, MOBILE))
        assert await tx.scalar(select(func.count()).select_from(store.person)) == 1
