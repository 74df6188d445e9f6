"""The seed's weekly patterns: who sits where in which half day. No doctor in two places, no room with two doctors."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import cast

from integrations.his.port import Doctor, Half, Kind
from integrations.his.roster import Pattern
from integrations.his.seed import book
from integrations.his.seed.book import ClinicPlan
from integrations.his.seed.doctors import doctors

Slot = tuple[int, Half]
HALVES: tuple[Half, ...] = ("am", "pm")
WORKING: tuple[Slot, ...] = tuple((day, half) for day in range(5) for half in HALVES)
SATURDAY: Slot = (5, "am")


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every half day of a week in every clinic."""
    week = _Week()
    for plan in book.clinics():
        week.general(plan)
        for doctor in week.staff.values():
            if doctor.clinics[0] == plan.clinic.code:
                week.own_sessions(plan, doctor)
    # Visits come last: they have to fit between what the visitors do at home.
    for plan in book.clinics():
        for number in plan.visiting:
            week.visit(plan, week.staff[number])
    return tuple(week.made)


class _Week:
    def __init__(self) -> None:
        self.staff: dict[str, Doctor] = {doctor.number: doctor for doctor in doctors()}
        self.made: list[Pattern] = []
        self._sits: dict[tuple[str, Slot], str] = {}  # (doctor, slot) -> site
        self._rooms: set[tuple[str, Slot]] = set()

    def general(self, plan: ClinicPlan) -> None:
        """Sessions without a doctor's name, each working half day, in the clinic's first room."""
        if not plan.general:
            return
        slots: list[Slot] = list(WORKING)
        if plan.weekend:
            slots += [(day, half) for day in (5, 6) for half in HALVES]
        if plan.evening:
            slots += [(day, "evening") for day in range(5)]
        for slot in slots:
            self._add(plan, None, slot, plan.rooms[0].code)

    def own_sessions(self, plan: ClinicPlan, doctor: Doctor) -> None:
        least, most = book.hospital()["half_days"][doctor.title]
        lot = Random(f"week {doctor.number}")
        wanted = lot.randint(least, most)
        if len(doctor.clinics) > 1:
            wanted = min(wanted, 3)  # a visit makes it four
        slots = [*WORKING, SATURDAY] if plan.weekend else list(WORKING)
        lot.shuffle(slots)
        for slot in slots:
            room = self._free_room(plan, slot)
            if wanted and room and (doctor.code, slot) not in self._sits:
                self._add(plan, doctor, slot, room)
                wanted -= 1

    def visit(self, plan: ClinicPlan, doctor: Doctor) -> None:
        """One half day a week in a clinic that is not their own; at another site, on a day that is free otherwise."""
        slots = list(WORKING)
        Random(f"visit {plan.clinic.code} {doctor.number}").shuffle(slots)
        for slot in slots:
            elsewhere = {site for (code, (day, _)), site in self._sits.items() if (code, day) == (doctor.code, slot[0])}
            room = self._free_room(plan, slot)
            if room and (doctor.code, slot) not in self._sits and elsewhere <= {plan.clinic.site}:
                self._add(plan, doctor, slot, room)
                return
        raise ValueError(f"no half day left for {doctor.number} to visit {plan.clinic.code}")

    def _free_room(self, plan: ClinicPlan, slot: Slot) -> str | None:
        rooms = plan.rooms[1:] if plan.general else plan.rooms
        return next((room.code for room in rooms if (room.code, slot) not in self._rooms), None)

    def _add(self, plan: ClinicPlan, doctor: Doctor | None, slot: Slot, room: str) -> None:
        fees, places = book.hospital()["fees"], book.hospital()["capacity"]
        kind = _kind(plan, doctor)
        grade = doctor.title if doctor else kind
        if doctor:
            self._sits[doctor.code, slot] = plan.clinic.site
        self._rooms.add((room, slot))
        self.made.append(
            Pattern(
                site=plan.clinic.site,
                clinic=plan.clinic.code,
                doctor=doctor.code if doctor else None,
                room=room,
                weekday=slot[0],
                half=slot[1],
                kind=kind,
                registration_fee=0 if plan.fee else fees["registration"],
                consultation_fee=plan.fee or fees[grade],
                minutes=plan.minutes,
                capacity=plan.capacity or places[grade],
            )
        )


def _kind(plan: ClinicPlan, doctor: Doctor | None) -> Kind:
    if doctor is None:
        return cast(Kind, plan.kind)
    return "specialist" if doctor.title == book.hospital()["titles"]["主治"] else "expert"
