"""The part of the hospital's contract about sessions that are made here: what a hospital that takes them must do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from bot.errors import OutsideUnavailable, OutsideUnknown
from integrations.his.conduct import Conduct
from integrations.his.port import HospitalPort, OwnSegment, OwnSession, Registration, Session
from tests.integrations.his.contract import SOMEBODY, Like, refusal, today

PARTS = (
    OwnSegment(1, time(14), time(14, 30), (1, 2), "open"),
    OwnSegment(2, time(14, 30), time(15), (5, 6), "open"),
)


class SessionsContract:
    """Beside `HospitalContract`, with the same fixtures."""

    async def test_a_session_of_ours_is_entered_once_and_told_back(self, hospital: HospitalPort) -> None:
        assert hospital.takes_sessions
        ours = await free_place(hospital)
        code = await hospital.tell_session("tell-1", ours)
        assert await hospital.tell_session("tell-1", ours) == code
        assert await hospital.tell_session("tell-2", ours) == code  # the same, told again
        assert await refusal(hospital.tell_session("tell-1", replace(ours, revision=2))) == "request_id_reused"
        told = await told_back(hospital, ours)
        assert [each.code for each in told] == [code]
        assert (told[0].clinic, told[0].doctor, told[0].room, told[0].kind) == (
            ours.clinic, ours.doctor, ours.room, ours.kind
        )
        assert (told[0].state, told[0].substitute, told[0].fee) == ("open", None, 2500)
        assert [(each.position, each.start, each.first, each.capacity) for each in told[0].segments] == [
            (1, time(14), 1, 2), (2, time(14, 30), 5, 2)
        ]

    async def test_its_places_are_registered_by_its_code(self, hospital: HospitalPort) -> None:
        ours = await free_place(hospital)
        code = await hospital.tell_session("tell-1", ours)
        first = await register(hospital, "take-1", "app-1", code, 2, 5)
        assert (first.session, first.segment, first.number) == (code, 2, 5)
        assert await refusal(register(hospital, "take-2", "app-2", code, 2, 5)) == "number_taken"
        assert await refusal(register(hospital, "take-3", "app-3", code, 2, 3)) == "number_out_of_segment"
        assert await refusal(register(hospital, "take-4", "app-4", code, 3, 7)) == "no_segment"
        gone = await hospital.cancel_registration("drop-1", first.code)
        assert gone.state == "cancelled"
        assert list(await hospital.attendance(ours.date)) == []

    async def test_changes_are_told_whole_and_disturb_nobody(self, hospital: HospitalPort) -> None:
        ours = await free_place(hospital)
        code = await hospital.tell_session("tell-1", ours)
        await register(hospital, "take-1", "app-1", code, 1, 2)
        fewer = replace(PARTS[0], numbers=(1,))
        assert await refusal(
            hospital.tell_session("tell-2", replace(ours, revision=2, segments=(fewer, PARTS[1])))
        ) == "number_in_use"
        closed = replace(PARTS[0], numbers=(2,), state="closed")
        third = OwnSegment(3, time(15), time(16), (7, 8, 9), "open")
        other = replace(ours, revision=3, segments=(closed, PARTS[1], third))
        assert await hospital.tell_session("tell-3", other) == code
        assert await refusal(hospital.tell_session("tell-4", replace(ours, revision=2))) == "session_outdated"
        (told,) = await told_back(hospital, ours)
        assert [(each.position, each.capacity) for each in told.segments] == [(1, 1), (2, 2), (3, 3)]
        assert (await register(hospital, "take-2", "app-2", code, 3, 9)).number == 9

    async def test_closed_takes_who_was_booked_before_and_stopped_nobody(self, hospital: HospitalPort) -> None:
        ours = await free_place(hospital)
        shut = tuple(replace(part, state="closed") for part in PARTS)
        code = await hospital.tell_session("tell-1", replace(ours, state="closed", segments=shut))
        assert (await register(hospital, "take-1", "app-1", code, 1, 1)).state == "active"
        half = (PARTS[0], replace(PARTS[1], state="stopped"))
        await hospital.tell_session("tell-2", replace(ours, revision=2, segments=half))
        assert await refusal(register(hospital, "take-2", "app-2", code, 2, 5)) == "session_stopped"
        assert (await told_back(hospital, ours))[0].state == "open"
        stopped = tuple(replace(part, state="stopped") for part in PARTS)
        await hospital.tell_session("tell-3", replace(ours, revision=3, state="stopped", segments=stopped))
        assert (await told_back(hospital, ours))[0].state == "stopped"
        assert await refusal(register(hospital, "take-3", "app-3", code, 1, 2)) == "session_stopped"
        await hospital.tell_session("tell-4", replace(ours, revision=4))
        assert (await told_back(hospital, ours))[0].state == "open"
        assert (await register(hospital, "take-4", "app-2", code, 2, 5)).number == 5

    async def test_a_substitute_is_told_back(self, hospital: HospitalPort) -> None:
        ours = await free_place(hospital)
        await hospital.tell_session("tell-1", ours)
        colleague = next(each.code for each in await hospital.doctors() if each.code != ours.doctor)
        seated = tuple(replace(part, state="closed", substitute=colleague) for part in PARTS)
        await hospital.tell_session(
            "tell-2", replace(ours, revision=2, state="closed", substitute=colleague, segments=seated)
        )
        (told,) = await told_back(hospital, ours)
        assert (told.doctor, told.substitute) == (ours.doctor, colleague)

    async def test_what_a_hospital_does_not_have_is_refused_by_name(self, hospital: HospitalPort) -> None:
        ours = await free_place(hospital)
        for n, (change, code) in enumerate([
            ({"clinic": "nowhere"}, "no_clinic"), ({"doctor": "nobody"}, "no_doctor"),
            ({"substitute": "nobody"}, "no_doctor"), ({"room": "nowhere"}, "no_room"),
            ({"date": today() - timedelta(days=1)}, "session_over"),
        ]):
            changed: Any = replace(ours, **change)
            assert await refusal(hospital.tell_session(f"tell-{n}", changed)) == code
        theirs = await open_session(hospital)
        taken = replace(
            ours, clinic=theirs.clinic, doctor=theirs.doctor, date=theirs.date, half=theirs.half, room=theirs.room
        )
        assert await refusal(hospital.tell_session("tell-9", taken)) == "half_taken"
        assert await told_back(hospital, ours) == []

    async def test_a_session_whose_answer_was_lost_is_not_doubled(
        self, hospital: HospitalPort, hospital_like: Like
    ) -> None:
        ours = await free_place(hospital)
        await hospital_like(Conduct(lose_next=1))
        with pytest.raises(OutsideUnknown):
            await hospital.tell_session("tell-1", ours)
        outcome = await hospital.ask("tell-1")
        assert outcome is not None and outcome.verb == "tell_session" and outcome.session is not None
        assert await hospital.tell_session("tell-1", ours) == outcome.session
        assert await hospital.tell_session("tell-2", replace(ours, revision=2)) == outcome.session
        assert len(await told_back(hospital, ours)) == 1

    async def test_told_side_by_side_it_stands_there_once(self, hospital: HospitalPort) -> None:
        ours = await free_place(hospital)
        codes = await asyncio.gather(*(hospital.tell_session(f"tell-{n % 3}", ours) for n in range(6)))
        assert len(set(codes)) == 1 == len(await told_back(hospital, ours))

    async def test_a_refusal_is_kept_and_away_is_nothing_done(
        self, hospital: HospitalPort, hospital_like: Like
    ) -> None:
        ours = await free_place(hospital)
        await hospital_like(Conduct(refuse={"tell_session": "no_room"}))
        assert await refusal(hospital.tell_session("tell-1", ours)) == "no_room"
        await hospital_like(Conduct(unavailable=True))
        with pytest.raises(OutsideUnavailable):
            await hospital.tell_session("tell-2", ours)
        await hospital_like(Conduct())
        assert await refusal(hospital.tell_session("tell-1", ours)) == "no_room"
        assert await hospital.ask("tell-2") is None
        assert await hospital.tell_session("tell-3", ours)


async def free_place(hospital: HospitalPort) -> OwnSession:
    """A session of ours in a half day in which its doctor sits nowhere."""
    day = today() + timedelta(days=2)
    sitting = {each.substitute or each.doctor for each in await hospital.rosters(day, day) if each.half == "pm"}
    rooms = {each.clinic: each.code for each in await hospital.rooms()}
    doctor = next(each for each in await hospital.doctors() if each.code not in sitting)
    return OwnSession(
        own=f"D{day:%y%m%d}P-{doctor.clinics[0]}-{doctor.code}", revision=1, clinic=doctor.clinics[0],
        doctor=doctor.code, date=day, half="pm", room=rooms[doctor.clinics[0]], kind="expert", registration_fee=0,
        consultation_fee=2500, state="open", substitute=None, segments=PARTS,
    )


async def open_session(hospital: HospitalPort) -> Session:
    day = today() + timedelta(days=2)
    found = await hospital.rosters(day, day)
    return next(each for each in found if each.state == "open" and each.doctor and each.substitute is None)


async def told_back(hospital: HospitalPort, ours: OwnSession) -> Sequence[Session]:
    """The sessions of our doctor in that half day, as the hospital's roster has them."""
    day: date = ours.date
    return [each for each in await hospital.rosters(day, day) if (each.doctor, each.half) == (ours.doctor, ours.half)]


async def register(
    hospital: HospitalPort, request_id: str, appointment: str, session: str, segment: int, number: int
) -> Registration:
    record = await hospital.create_patient("desk", SOMEBODY)
    return await hospital.register(
        request_id, appointment=appointment, record_number=record, session=session, segment=segment, number=number
    )
