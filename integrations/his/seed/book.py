"""The seed's TOML, read and checked: sites, departments, clinics and who works there."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from integrations.his.port import Clinic, Department, Place, Room, Site

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class ClinicPlan:
    """One clinic of the seed. `rooms` in order, the first is the general one's where there is a general session;
    `staff` are (name, sex, title, education), `visiting` numbers of doctors of other clinics."""

    clinic: Clinic
    rooms: tuple[Room, ...]
    skills: tuple[str, ...]
    staff: tuple[tuple[str, str, str, str], ...]
    visiting: tuple[str, ...]
    kind: str
    general: bool
    weekend: bool
    evening: bool
    minutes: int
    capacity: int | None
    fee: int | None


@cache
def hospital() -> dict[str, Any]:
    """`hospital.toml`: sites, fees (fen), capacities, words for titles."""
    return _read("hospital.toml")


@cache
def intros() -> dict[str, list[str]]:
    return _read("intros.toml")


@cache
def names() -> dict[str, Any]:
    return _read("names.toml")


def sites() -> list[Site]:
    return [Site(row["code"], row["name"], row["address"], row["phone"]) for row in hospital()["site"]]


def departments() -> list[Department]:
    return [
        Department(row["code"], row["site"], row["name"], row["intro"], row.get("discreet", False))
        for row in _departments()
    ]


@cache
def clinics() -> tuple[ClinicPlan, ...]:
    """Every clinic, by code."""
    plans = [_plan(department, row) for department in _departments() for row in department["clinic"]]
    return tuple(sorted(plans, key=lambda plan: plan.clinic.code))


@cache
def _departments() -> tuple[dict[str, Any], ...]:
    files = sorted((FOLDER / "clinics").glob("*.toml"))
    rows = [row for file in files for row in _read(f"clinics/{file.name}")["department"]]
    return tuple(sorted(rows, key=lambda row: row["code"]))


def _plan(department: dict[str, Any], row: dict[str, Any]) -> ClinicPlan:
    code, site = row["code"], department["site"]
    building, floor, area, numbers = row["place"].split(" ")
    first, last = (int(number) for number in numbers.split("-"))
    rooms = tuple(
        Room(f"{code}-{number}", site, code, Place(building, floor, area, str(number)))
        for number in range(first, last + 1)
    )
    clinic = Clinic(
        code=code,
        department=department["code"],
        site=site,
        name=row["name"],
        subjects=tuple(row["subjects"]),
        place=rooms[0].place,
        phone=f"{hospital()['area_code']}-661{code}",
        intro=row["intro"],
        min_age=row.get("min_age"),
        max_age=row.get("max_age"),
        sex=row.get("sex"),
        discreet=row.get("discreet", department.get("discreet", False)),
        online=row.get("online", True),
    )
    return ClinicPlan(
        clinic=clinic,
        rooms=rooms,
        skills=tuple(row["skills"].split("、")),
        staff=tuple(_person(line) for line in row["doctors"]),
        visiting=tuple(row.get("visiting", ())),
        kind=row.get("kind", "general"),
        general=row.get("general", True),
        weekend=row.get("weekend", False),
        evening=row.get("evening", False),
        minutes=row.get("minutes", 30),
        capacity=row.get("capacity"),
        fee=row.get("fee"),
    )


def _person(line: str) -> tuple[str, str, str, str]:
    name, sex, title, education = line.split(" ")
    words = hospital()
    return name, {"男": "male", "女": "female"}[sex], words["titles"][title], words["education"][education]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
