"""What every `HospitalPort` must do, whatever stands behind it.

A test class for an implementation derives from `HospitalContract`, and has the fixtures `hospital` (the port, behaving
well) and `hospital_like` (an async function that changes how the other side behaves from now on).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.clock import HospitalClock
from bot.errors import OutsideRefused
from integrations.his.conduct import Conduct
from integrations.his.examinations import ExaminationOrder
from integrations.his.port import HospitalPort, NewPatient, Registration, Session

Like = Callable[[Conduct], Awaitable[None]]
SOMEBODY = NewPatient("测试人", "female", date(1990, 3, 7), "resident", "361703199003070022", "16000000001")


class HospitalContract:
    async def test_the_catalogue_hangs_together(self, hospital: HospitalPort) -> None:
        await hospital.ping()
        sites = {site.code for site in await hospital.sites()}
        departments = {department.code: department for department in await hospital.departments()}
        clinics = {clinic.code: clinic for clinic in await hospital.clinics()}
        doctors = {doctor.code: doctor for doctor in await hospital.doctors()}
        rooms = {room.code: room for room in await hospital.rooms()}
        assert {department.site for department in departments.values()} == sites
        assert all(clinic.site == departments[clinic.department].site for clinic in clinics.values())
        assert all(set(doctor.clinics) <= set(clinics) and doctor.clinics for doctor in doctors.values())
        for session in await hospital.rosters(today(), today() + timedelta(days=6)):
            assert session.site == clinics[session.clinic].site
            assert rooms[session.room].clinic == session.clinic
            assert session.doctor is None or session.clinic in doctors[session.doctor].clinics
            assert session.fee > 0 or session.kind == "examination"  # what is done there has its own

    async def test_staff_are_told_with_where_they_work(self, hospital: HospitalPort) -> None:
        everybody = await hospital.staff()
        assert [each.code for each in everybody] == sorted({each.code for each in everybody})
        assert len({each.number for each in everybody}) == len(everybody) > 1
        assert {"doctor", "nurse", "clerk"} <= {each.kind for each in everybody}
        departments = {each.code for each in await hospital.departments()}
        clinics = {each.code for each in await hospital.clinics()}
        doctors = {each.code for each in await hospital.doctors()}
        assert all(set(each.departments) <= departments and set(each.clinics) <= clinics for each in everybody)
        assert {each.doctor for each in everybody if each.doctor} <= doctors
        assert all(each.name.strip() and (each.departments or each.clinics) for each in everybody)

    async def test_segments_follow_each_other_and_so_do_their_numbers(self, hospital: HospitalPort) -> None:
        for session in await hospital.rosters(today(), today() + timedelta(days=3)):
            assert session.segments[0].first == 1
            for segment, later in zip(session.segments, session.segments[1:], strict=False):
                assert segment.position + 1 == later.position
                assert segment.start < segment.end <= later.start
                assert segment.first + segment.capacity == later.first

    async def test_rosters_hold_exactly_the_days_asked_for(self, hospital: HospitalPort) -> None:
        first, last = today() + timedelta(days=40), today() + timedelta(days=46)
        sessions = await hospital.rosters(first, last)
        assert {session.date for session in sessions} == {first + timedelta(days=n) for n in range(7)}
        assert list(sessions) == list(await hospital.rosters(first, last))
        with pytest.raises(OutsideRefused) as no:
            await hospital.rosters(first, first + timedelta(days=400))
        assert no.value.code == "range_too_long"

    async def test_a_patient_is_made_once_and_found_by_document(self, hospital: HospitalPort) -> None:
        assert await hospital.find_patient("resident", "361703199003070022") is None
        record = await hospital.create_patient("make-1", SOMEBODY)
        assert await hospital.create_patient("make-1", SOMEBODY) == record
        assert await hospital.create_patient("make-2", SOMEBODY) == record  # known already, another request
        found = await hospital.find_patient("resident", " 361703199003070022 ")
        assert found is not None
        assert (found.record_number, found.name, found.birth_date) == (record, "测试人", date(1990, 3, 7))

    async def test_a_document_under_another_name_is_refused(self, hospital: HospitalPort) -> None:
        await hospital.create_patient("make-1", SOMEBODY)
        for _ in range(2):
            assert await refusal(hospital.create_patient("make-2", replace(SOMEBODY, name="别人"))) == (
                "document_of_another"
            )
        nobody = replace(SOMEBODY, document_type=None, document_number=None)
        assert await refusal(hospital.create_patient("make-3", nobody)) == "document_missing"

    async def test_twins_on_a_guardians_document_get_a_record_each(self, hospital: HospitalPort) -> None:
        born = today() - timedelta(days=90)
        one = NewPatient("大双", "male", born, None, None, None, "resident", SOMEBODY.document_number)
        records = [await hospital.create_patient("twin-1", one), await hospital.create_patient("twin-2", one)]
        records.append(await hospital.create_patient("twin-3", replace(one, name="小双")))
        assert records[0] == records[1] != records[2]
        assert await hospital.find_patient("resident", "361703199003070022") is None

    async def test_registering_twice_enters_once(self, hospital: HospitalPort) -> None:
        desk = await Desk.at(hospital)
        first = await desk.register("take-1", "app-1", 2)
        assert first.number == 2 and first.state == "active"
        assert await desk.register("take-1", "app-1", 2) == first
        assert await desk.register("take-2", "app-1", 2) == first  # the same booking, told again
        assert await refusal(desk.register("take-3", "app-1", 3)) == "appointment_elsewhere"
        assert await refusal(desk.register("take-1", "app-9", 1)) == "request_id_reused"

    async def test_of_two_for_one_number_one_gets_it(self, hospital: HospitalPort) -> None:
        desk = await Desk.at(hospital)
        both = await asyncio.gather(
            desk.register("take-1", "app-1", 1), desk.register("take-2", "app-2", 1), return_exceptions=True
        )
        taken = [answer for answer in both if isinstance(answer, Registration)]
        refused = [answer.code for answer in both if isinstance(answer, OutsideRefused)]
        assert len(taken) == 1 and refused == ["number_taken"]

    async def test_one_request_sent_side_by_side_is_carried_out_once(self, hospital: HospitalPort) -> None:
        desk = await Desk.at(hospital)
        answers = await asyncio.gather(*(desk.register("take-1", "app-1", 1) for _ in range(6)))
        assert len(set(answers)) == 1

    async def test_the_book_of_examinations_hangs_together(self, hospital: HospitalPort) -> None:
        told = await hospital.examinations()
        clinics = {clinic.code: clinic for clinic in await hospital.clinics()}
        rooms = {(room.clinic, room.place.room) for room in await hospital.rooms()}
        items = {each.code for each in told.examinations}
        assert len(items) == len(told.examinations) > 5 and told.contrast_days > 0
        for each in told.examinations:
            assert not clinics[each.clinic].online and each.preparation and each.fee > 0
            assert all((each.clinic, number) in rooms for number in each.rooms)
        assert {code for rule in told.conflicts for code in (rule.first, rule.second)} <= items
        assert {code for package in told.packages for code in package.items} <= items
        week = await hospital.rosters(today(), today() + timedelta(days=6))
        assert {each.clinic for each in told.examinations} == {s.clinic for s in week if s.kind == "examination"}

    async def test_an_order_is_open_until_it_is_booked(self, hospital: HospitalPort) -> None:
        record, orders = await with_orders(hospital)
        days = await hospital.rosters(today() + timedelta(days=1), today() + timedelta(days=7))
        session = next(each for each in days if each.kind == "examination")
        place = {"record_number": record, "session": session.code, "segment": 1, "order": orders[0].code}
        taken = await hospital.register("exam-1", appointment="app-1", number=1, **place)
        assert await hospital.register("exam-2", appointment="app-1", number=1, **place) == taken
        assert orders[0] not in await hospital.examination_orders(record)
        assert await refusal(hospital.register("exam-3", appointment="app-2", number=2, **place)) == "order_booked"
        await hospital.cancel_registration("exam-4", taken.code)
        assert list(await hospital.examination_orders(record)) == list(orders)
        other = {**place, "order": "E1"}
        assert await refusal(hospital.register("exam-5", appointment="app-3", number=2, **other)) == "no_order"
        assert await hospital.examination_orders("1") == []

    async def test_a_number_given_back_can_be_taken_again(self, hospital: HospitalPort) -> None:
        desk = await Desk.at(hospital)
        first = await desk.register("take-1", "app-1", 1)
        gone = await hospital.cancel_registration("drop-1", first.code)
        assert (gone.code, gone.state) == (first.code, "cancelled")
        assert await hospital.cancel_registration("drop-1", first.code) == gone
        assert await hospital.cancel_registration("drop-2", first.code) == gone
        second = await desk.register("take-2", "app-2", 1)
        assert second.code != first.code
        assert await hospital.cancel_registration("drop-3", first.code) == gone
        assert await refusal(desk.register("take-3", "app-3", 1)) == "number_taken"
        assert await desk.register("take-1", "app-1", 1) == first  # the answer of that time, not a new registration

    async def test_what_cannot_be_is_refused_by_name(self, hospital: HospitalPort) -> None:
        desk = await Desk.at(hospital)
        assert await refusal(desk.register("a", "app", 999)) == "number_out_of_segment"
        assert await refusal(desk.register("b", "app", 1, segment=99)) == "no_segment"
        assert await refusal(desk.register("c", "app", 1, session="nowhere")) == "no_session"
        assert await refusal(desk.register("d", "app", 1, record_number="1")) == "no_patient"
        assert await refusal(desk.register("e", "app", 1, record_number="x１")) == "no_patient"
        assert await refusal(hospital.cancel_registration("f", "R1")) == "no_registration"
        past = await hospital.rosters(today() - timedelta(days=7), today() - timedelta(days=1))
        old = next(session for session in past if session.state == "open")
        assert await refusal(desk.register("g", "app", 1, session=old.code)) == "session_over"
        ahead = await hospital.rosters(today() + timedelta(days=1), today() + timedelta(days=30))
        stopped = next(session for session in ahead if session.state == "stopped")
        assert await refusal(desk.register("h", "app", 1, session=stopped.code)) == "session_stopped"
        # A refusal is an answer too: the request id keeps it.
        assert await refusal(desk.register("a", "app", 999)) == "number_out_of_segment"

    async def test_who_came_is_told_by_day(self, hospital: HospitalPort) -> None:
        """Nobody came to a day that is still to come; one that was given back is not told at all."""
        desk = await Desk.at(hospital)
        await desk.register("come-1", "app-come", 1)
        assert list(await hospital.attendance(desk.day)) == []
        if hospital.reports_attendance:
            assert list(await hospital.attendance(today())) == []


async def with_orders(hospital: HospitalPort) -> tuple[str, Sequence[ExaminationOrder]]:
    """Somebody of the seed with an open order, and all of them."""
    for number in range(10_000_001, 10_000_021):
        if orders := await hospital.examination_orders(str(number)):
            return str(number), orders
    raise AssertionError("nobody has an order")


class Desk:
    """A patient and an open session of tomorrow or later, so that a test says only what matters to it."""

    def __init__(self, hospital: HospitalPort, record_number: str, session: Session) -> None:
        self._hospital = hospital
        self._record_number = record_number
        self._session = session

    @classmethod
    async def at(cls, hospital: HospitalPort) -> Desk:
        record_number = await hospital.create_patient("desk", SOMEBODY)
        sessions = await hospital.rosters(today() + timedelta(days=1), today() + timedelta(days=3))
        session = next(each for each in sessions if each.state == "open" and each.segments[0].capacity >= 3)
        return cls(hospital, record_number, session)

    @property
    def day(self) -> date:
        return self._session.date

    async def register(
        self, request_id: str, appointment: str, number: int, *, segment: int = 1, session: str = "",
        record_number: str = ""
    ) -> Registration:
        return await self._hospital.register(
            request_id, appointment=appointment, record_number=record_number or self._record_number,
            session=session or self._session.code, segment=segment, number=number,
        )


async def refusal(command: Awaitable[object]) -> str:
    with pytest.raises(OutsideRefused) as no:
        await command
    return no.value.code


def today() -> date:
    return HospitalClock().today()
