"""The seed's examinations: what is done in which room, the weeks of the devices, orders for some of the patients."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from integrations.his.examinations import Conflict, Examination, ExaminationBook, Package
from integrations.his.port import Clinic, Half, Place, Room
from integrations.his.roster import Pattern
from integrations.his.seed.book import sites

FILE = Path(__file__).parent / "examinations.toml"
HALVES: tuple[Half, ...] = ("am", "pm")


@dataclass(frozen=True, slots=True)
class Unit:
    """A clinic of devices, a room each."""

    clinic: Clinic
    rooms: tuple[Room, ...]
    minutes: int
    capacity: int


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def units() -> tuple[Unit, ...]:
    return tuple(_unit(row, sites()[0].code) for row in _told()["clinic"])


@cache
def book() -> ExaminationBook:
    told = _told()
    return ExaminationBook(
        tuple(_examination(row) for row in told["examination"]),
        tuple(Conflict(**row) for row in told["conflict"]),
        tuple(Package(row["code"], row["name"], tuple(row["items"]), row["fee"]) for row in told["package"]),
        told["contrast_days"],
    )


def patterns() -> Iterator[Pattern]:
    """Each device works each half of a working day. What is done on it has its own fee, the session has none."""
    for unit in units():
        for room in unit.rooms:
            for weekday in range(5):
                for half in HALVES:
                    yield Pattern(
                        unit.clinic.site, unit.clinic.code, None, room.code, weekday, half, "examination", 0, 0,
                        unit.minutes, unit.capacity,
                    )


def orders(patients: Iterable[int], doctors: Iterable[str], today: date) -> Iterator[tuple[int, str, str, date]]:
    """(patient, examination, doctor's name, day) for some of these patients' keys."""
    names = sorted(doctors)
    for patient in patients:
        for row in _told()["order"]:
            if patient % row["every"] == row["at"]:
                doctor = names[patient % len(names)] if names else ""
                for item in row["items"]:
                    yield patient, item, doctor, today - timedelta(days=row["days_ago"])


def _unit(row: dict[str, Any], site: str) -> Unit:
    building, floor, area, numbers = row["place"].split(" ")
    first, last = (int(number) for number in numbers.split("-"))
    rooms = tuple(
        Room(f"{row['code']}-{number}", site, row["code"], Place(building, floor, area, str(number)))
        for number in range(first, last + 1)
    )
    clinic = Clinic(
        row["code"], row["department"], site, row["name"], (), rooms[0].place, "", row["intro"], None, None, None,
        discreet=False, online=False,
    )
    return Unit(clinic, rooms, row["minutes"], row["capacity"])


def _examination(row: dict[str, Any]) -> Examination:
    return Examination(
        code=row["code"],
        name=row["name"],
        modality=row["modality"],
        clinic=row["clinic"],
        rooms=tuple(row.get("rooms", ())),
        minutes=row["minutes"],
        preparation=tuple(row["preparation"]),
        fasting_hours=row.get("fasting_hours", 0),
        latest=row.get("latest"),
        notice_hours=row.get("notice_hours", 0),
        contrast=row.get("contrast", False),
        min_age=row.get("min_age"),
        max_age=row.get("max_age"),
        sex=row.get("sex"),
        fee=row["fee"],
    )
