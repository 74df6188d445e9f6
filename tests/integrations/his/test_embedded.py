"""The embedded hospital keeps the contract, and what only its tables can show."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.clock import HospitalClock
from bot.db.engine import Database
from integrations.his import store
from integrations.his.conduct import GOOD, Conduct, behave, current
from integrations.his.embedded import EmbeddedHospital
from integrations.his.seed import DAYS, seed
from tests.integrations.his.contract import SOMEBODY, Desk, HospitalContract, Like
from tests.integrations.his.contract_faults import FaultsContract
from tests.integrations.his.contract_sessions import SessionsContract


class TestEmbeddedHospital(HospitalContract, FaultsContract, SessionsContract):
    pass


async def test_two_processes_that_seed_at_once_fill_it_once(database: Database) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        filled = await asyncio.gather(seed(database, HospitalClock()), seed(other, HospitalClock()))
        assert sorted(filled) == [False, True]
        assert await seed(database, HospitalClock()) is False
        async with database.reading() as tx:
            assert len(await tx.all(store.patient.select().with_only_columns(store.patient.c.id))) == 2000
            days = await tx.all(store.roster_day.select().order_by(store.roster_day.c.day))
        today = HospitalClock().today()
        assert [row.day for row in days] == [today + timedelta(days=n) for n in range(DAYS + 1)]
    finally:
        await other.close()


async def test_a_day_made_side_by_side_is_made_once(hospital: EmbeddedHospital) -> None:
    day = HospitalClock().today() + timedelta(days=50)
    rosters = await asyncio.gather(*(hospital.rosters(day, day + timedelta(days=3)) for _ in range(4)))
    codes = [session.code for session in rosters[0]]
    assert len(codes) == len(set(codes)) > 200
    assert all(list(roster) == list(rosters[0]) for roster in rosters)


async def test_days_made_before_there_were_devices_get_their_sessions(database: Database) -> None:
    await seed(database, HospitalClock(), people=20, days=6)
    async with database.transaction() as tx:
        await tx.execute(store.session.delete().where(store.session.c.kind == "examination"))
    today, hospital = HospitalClock().today(), EmbeddedHospital(database)
    told = await asyncio.gather(*(hospital.rosters(today, today + timedelta(days=6)) for _ in range(2)))
    devices = {each.date for each in told[0] if each.kind == "examination"}
    assert devices == {each.date for each in told[0] if each.date.weekday() < 5}
    assert list(told[0]) == list(told[1]) == list(await hospital.rosters(today, today + timedelta(days=6)))


async def test_every_process_meets_the_same_conduct(database: Database) -> None:
    assert await current(database) == GOOD
    told = Conduct(delay_s=0.25, lose_next=2, lose_share=0.5, unavailable=True, refuse={"register": "no_session"})
    await behave(database, told)
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        assert await current(other) == told
    finally:
        await other.close()
    await behave(database)
    assert await current(database) == GOOD


async def test_exactly_as_many_answers_are_lost_as_told(hospital: EmbeddedHospital, hospital_like: Like) -> None:
    desk = await Desk.at(hospital)
    await hospital_like(Conduct(lose_next=2))
    answers = await asyncio.gather(
        *(desk.register(f"take-{n}", "app-1", 1) for n in range(5)), return_exceptions=True
    )
    assert sum(isinstance(answer, Exception) for answer in answers) == 2


async def test_nothing_personal_lies_open_in_the_tables(hospital: EmbeddedHospital, database: Database) -> None:
    await hospital.create_patient("make-1", SOMEBODY)
    open_words = [SOMEBODY.name, SOMEBODY.document_number, SOMEBODY.phone]
    seen = []
    for table in ("his_patient", "his_request"):
        async with database.engine.connect() as connection:
            seen += (await connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1 DESC LIMIT 3")).all()
    raw = b" ".join(value if isinstance(value, bytes) else str(value).encode() for row in seen for value in row)
    assert not [word for word in open_words if word and word.encode() in raw]


@pytest.mark.parametrize("name", ["张" * 20, "Anne-Marie O'Connor", "阿卜杜热依木·买买提", "𬎆㛃"])
async def test_names_come_back_as_they_went_in(hospital: EmbeddedHospital, name: str) -> None:
    number = await hospital.create_patient("make-1", replace(SOMEBODY, name=name, birth_date=date(1931, 1, 1)))
    found = await hospital.find_patient("resident", str(SOMEBODY.document_number))
    assert found is not None and (found.record_number, found.name) == (number, name)


async def test_the_first_word_on_who_came_stands(hospital: EmbeddedHospital) -> None:
    desk = await Desk.at(hospital)
    await desk.register("take-1", "app-1", 1)
    gone = await desk.register("take-2", "app-2", 2)
    assert await hospital.came("app-1") and await hospital.came("app-2")
    first = (await hospital.attendance(desk.day))[0]
    assert await hospital.came("app-1", seen=True) and await hospital.came("app-1", seen=True)
    await hospital.cancel_registration("give-2", gone.code)
    (told,) = await hospital.attendance(desk.day)
    assert told.arrived_at == first.arrived_at and told.seen_at is not None
    assert not await hospital.came("app-2") and not await hospital.came("nobody")
