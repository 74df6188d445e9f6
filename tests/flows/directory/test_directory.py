"""Our copy of the hospital's directory, and how something is found in it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.db.turns import Apart, NoLink
from flows.directory import service, store
from flows.directory.rules import Catalogue, ClinicRule
from flows.directory.service import DirectoryService, forget, hospital_rows, take_over
from integrations.his.embedded import EmbeddedHospital
from integrations.his.port import HospitalPort
from integrations.his.seed import seed
from tests.support.world import World


@pytest.fixture
async def world(database: Database) -> World:
    made = World(database)
    await seed(database, made.clock, people=5, days=1)
    made.ports.put(HospitalPort, EmbeddedHospital(database, made.clock))
    return made


async def synchronised(world: World) -> Catalogue:
    rows, digest = await hospital_rows(world.ports[HospitalPort])
    async with world.context() as context:
        await take_over(context, rows, digest)
    forget(world.ports)
    async with world.context() as context:
        return await DirectoryService(context).catalogue()


async def test_the_copy_is_whole_and_in_the_hospitals_order(world: World) -> None:
    catalogue = await synchronised(world)
    hospital = world.ports[HospitalPort]
    assert list(catalogue.clinics) == list(await hospital.clinics())
    assert list(catalogue.doctors) == list(await hospital.doctors())
    assert list(catalogue.departments) == list(await hospital.departments())


async def test_taking_over_the_same_again_changes_nothing(world: World) -> None:
    before = await synchronised(world)
    rows, digest = await hospital_rows(world.ports[HospitalPort])
    async with world.context() as context:
        assert not await take_over(context, rows, digest)
    assert (await synchronised(world)).version == before.version


async def test_an_empty_answer_of_the_hospital_closes_nothing(world: World) -> None:
    before = await synchronised(world)
    async with world.context() as context:
        assert not await take_over(context, {name: [] for name in ("clinics", "departments")}, "x")
    assert (await synchronised(world)).clinics == before.clinics


async def test_our_own_decision_about_a_clinic_counts(world: World) -> None:
    clinic = next(each for each in (await synchronised(world)).clinics if each.online)
    async with world.context() as context:
        await store.set_rule(context.tx, clinic.code, ClinicRule(closed=True, horizon_days=14))
    forget(world.ports)
    catalogue = await synchronised(world)
    assert not catalogue.bookable(clinic.code) and catalogue.rule(clinic.code).horizon_days == 14


async def test_search_by_number_name_part_pinyin_and_specialty(world: World) -> None:
    catalogue = await synchronised(world)
    doctor = next(each for each in catalogue.doctors if len(each.name) == 3)
    assert [hit.code for hit in catalogue.search(doctor.number)] == [doctor.code]
    assert doctor.code in [hit.code for hit in catalogue.search(doctor.name)]
    assert doctor.code in [hit.code for hit in catalogue.search(f"{doctor.name}主任")]
    clinics = {hit.code for hit in catalogue.search("呼吸")}
    assert clinics and all("呼吸" in catalogue.clinic[c].name for c in clinics if c in catalogue.clinic)
    assert {hit.code for hit in catalogue.search("hxnk")} & clinics
    specialty = doctor.specialties[0]
    assert doctor.code in [hit.code for hit in catalogue.search(specialty)] or catalogue.search(specialty)
    assert catalogue.search("啊") == [] and catalogue.search("zzzzzz") == []


async def test_one_turn_reads_it_anew_and_those_that_share_their_transaction_do_not_wait(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, clock = await synchronised(world), service.monotonic.monotonic()
    monkeypatch.setattr(service, "monotonic", SimpleNamespace(monotonic=lambda: clock + service.FRESH_S + 1))
    shared = Transaction(NoLink(world.database.dialect), "r")
    with pytest.raises(Apart):
        await service.catalogue_at(world.ports, shared)
    assert await service.catalogue_at(world.ports, shared) is before, "one has left for it"
    async with world.context() as context:
        await store.set_rule(context.tx, before.clinics[0].code, ClinicRule(closed=True))
    async with world.context() as context:
        after = await DirectoryService(context).catalogue()
    assert after.version != before.version, "who can look does, whoever has left"
    assert await service.catalogue_at(world.ports, shared) is after
    for later in (3 * service.FRESH_S, 3 * service.FRESH_S + service.LEFT_S):
        monkeypatch.setattr(service, "monotonic", SimpleNamespace(monotonic=lambda later=later: clock + later))
        with pytest.raises(Apart):
            await service.catalogue_at(world.ports, shared)
