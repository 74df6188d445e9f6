"""The directory's tables: a synchronised copy of the hospital's own, and beside it what we decide ourselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, Text, Time, UniqueConstraint, delete, insert, select, update

from bot.db.lookup import Lookup
from bot.db.schema import code, key, table
from bot.db.transaction import Transaction
from flows.directory.editions import store as edition_rows
from flows.directory.editions.rules import KINDS, edition_of, over
from flows.directory.rules import Catalogue, ClinicRule, DoctorRule, narrowed
from integrations.his.port import Clinic, Department, Doctor, Place, Room, Site


def _listed(name: str, *columns: Column[Any]) -> Any:
    """A table of the copy; `position` keeps the order in which the hospital shows its rows."""
    return table(name, key(), Column("code", code(40), nullable=False, unique=True),
                 Column("position", Integer, nullable=False), *columns)


site = _listed(
    "directory_site",
    Column("name", code(80), nullable=False),
    Column("address", code(200), nullable=False),
    Column("phone", code(40), nullable=False),
)
department = _listed(
    "directory_department",
    Column("site", code(40), nullable=False),
    Column("name", code(80), nullable=False),
    Column("intro", Text, nullable=False),
    Column("discreet", Boolean, nullable=False),
)
clinic = _listed(
    "directory_clinic",
    Column("department", code(40), nullable=False),
    Column("site", code(40), nullable=False),
    Column("name", code(80), nullable=False),
    Column("subjects", JSON, nullable=False),
    Column("place", JSON, nullable=False),
    Column("phone", code(40), nullable=False),
    Column("intro", Text, nullable=False),
    Column("min_age", Integer),
    Column("max_age", Integer),
    Column("sex", code(8)),
    Column("discreet", Boolean, nullable=False),
    Column("online", Boolean, nullable=False),
)
doctor = _listed(
    "directory_doctor",
    Column("number", code(16), nullable=False),
    Column("name", code(80), nullable=False),
    Column("sex", code(8), nullable=False),
    Column("title", code(40), nullable=False),
    Column("education", code(80), nullable=False),
    Column("specialties", JSON, nullable=False),
    Column("intro", Text, nullable=False),
    Column("clinics", JSON, nullable=False),
    Column("photo", code(200)),
)
room = _listed(
    "directory_room",
    Column("site", code(40), nullable=False),
    Column("clinic", code(40), nullable=False),
    Column("place", JSON, nullable=False),
)
clinic_rule = table(
    "directory_clinic_rule",
    key(),
    Column("code", code(40), nullable=False, unique=True),
    Column("closed", Boolean, nullable=False, default=False),
    Column("horizon_days", Integer),
    Column("open_time", Time),
    Column("same_day", Boolean),
    Column("same_day_before", Integer),
    Column("same_day_until", Time),
    Column("no_shows", Boolean),
    Column("paying", code(8)),
    Column("min_age", Integer),
    Column("max_age", Integer),
    Column("sex", code(8)),
    Column("same_doctor", Integer),
    Column("doctors_a_day", Integer),
    Column("max_open", Integer),
    Column("hold_minutes", Integer),
    Column("cancel_until", Time),
    Column("cancel_same_day", code(12)),
    Column("cancel_before", Integer),
    Column("no_show_minutes", Integer),
    Column("most_no_shows", Integer),
    Column("within_days", Integer),
    Column("lock_days", Integer),
)
doctor_rule = table(
    "directory_doctor_rule",
    key(),
    Column("clinic", code(40), nullable=False),
    Column("doctor", code(40), nullable=False),
    Column("min_age", Integer),
    Column("max_age", Integer),
    Column("sex", code(8)),
    Column("same_doctor", Integer),
    Column("max_open", Integer),
    UniqueConstraint("clinic", "doctor"),
)
version = table(
    "directory_version",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("digest", code(64), nullable=False),
)

_COPIES = ((site, Site, "sites"), (department, Department, "departments"), (clinic, Clinic, "clinics"),
           (doctor, Doctor, "doctors"), (room, Room, "rooms"))
_TUPLES = ("subjects", "specialties", "clinics")


async def current(tx: Transaction) -> tuple[int, str]:
    """(version, digest) of the copy; (0, "") before the first synchronisation."""
    row = await _current.first(tx)
    return (0, "") if row is None else (row.version, row.digest)


_current = Lookup(lambda: select(version.c.version, version.c.digest).where(version.c.id == 1))


async def touch(tx: Transaction, digest: str | None = None) -> None:
    """The directory changed: every process reads it anew."""
    await tx.insert_once(version, id=1, version=0, digest="")
    values = {"version": version.c.version + 1} | ({} if digest is None else {"digest": digest})
    await tx.update(update(version).where(version.c.id == 1).values(values))


async def read(tx: Transaction, *, editions: bool = True) -> Catalogue:
    """The directory as patients read it; without `editions` as the hospital's own system has it."""
    number, _ = await current(tx)
    found: dict[str, Any] = {}
    for copy, shape, name in _COPIES:
        names = [entry.name for entry in fields(shape)]
        rows = await tx.all(select(*(copy.c[each] for each in names)).order_by(copy.c.position))
        found[name] = tuple(shape(**_shaped(dict(zip(names, row, strict=True)))) for row in rows)
    own = clinic_rule.c
    decisions = [entry.name for entry in fields(ClinicRule)]
    rules = await tx.all(select(own.code, *(own[name] for name in decisions)))
    decided = {row.code: ClinicRule(*row[1:]) for row in rules}
    doctors: dict[str, dict[str, DoctorRule]] = {}
    theirs = [doctor_rule.c[entry.name] for entry in fields(DoctorRule)]
    for row in await tx.all(select(doctor_rule.c.clinic, doctor_rule.c.doctor, *theirs)):
        doctors.setdefault(row.clinic, {})[row.doctor] = DoctorRule(*row[2:])
    written = {}
    if editions:
        rows = await edition_rows.shown(tx, tx.now)
        written = {(row.kind, row.code): edition_of(row) for row in rows}
        found["clinics"] = tuple(narrowed(each, decided.get(each.code, ClinicRule())) for each in found["clinics"])
        for kind in KINDS:
            found[f"{kind}s"] = tuple(over(each, written.get((kind, each.code))) for each in found[f"{kind}s"])
    return Catalogue(version=number, rules=decided, doctor_rules=doctors, written=written, **found)


async def held(tx: Transaction) -> Catalogue:
    """The directory as it is now, and nobody else decides about a clinic until this transaction ends: what was read and
    what is decided upon it belong together, also where two save in the same instant."""
    found = select(version.c.version).where(version.c.id == 1).with_for_update()
    if await tx.one(found) is None:
        await tx.insert_once(version, id=1, version=0, digest="")
        await tx.one(found)
    return await read(tx)


async def replace(tx: Transaction, rows: Mapping[str, Sequence[Any]], digest: str) -> None:
    """Take the hospital's directory over, whole. `rows`: sites, departments, clinics, doctors, rooms."""
    for copy, _, name in _COPIES:
        await tx.execute(delete(copy))
        listed = [asdict(row) | {"position": n} for n, row in enumerate(rows[name])]
        if listed:
            await tx.execute(insert(copy), [_plain(row) for row in listed])
    await touch(tx, digest)


async def set_rule(tx: Transaction, clinic_code: str, rule: ClinicRule) -> None:
    """Our own decision about a clinic: closed for booking, another horizon, another opening time."""
    values = asdict(rule)
    if not await tx.insert_once(clinic_rule, code=clinic_code, **values):
        await tx.update(update(clinic_rule).where(clinic_rule.c.code == clinic_code).values(**values))
    await touch(tx)


async def set_doctor_rule(tx: Transaction, clinic_code: str, doctor_code: str, rule: DoctorRule) -> None:
    """The same about one doctor in a clinic."""
    values = asdict(rule)
    if not await tx.insert_once(doctor_rule, clinic=clinic_code, doctor=doctor_code, **values):
        own = (doctor_rule.c.clinic == clinic_code, doctor_rule.c.doctor == doctor_code)
        await tx.update(update(doctor_rule).where(*own).values(**values))
    await touch(tx)


def _shaped(row: dict[str, Any]) -> dict[str, Any]:
    for name in _TUPLES:
        if name in row:
            row[name] = tuple(row[name])
    if "place" in row:
        row["place"] = Place(**row["place"])
    return row


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}
