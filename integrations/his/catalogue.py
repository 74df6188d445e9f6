"""The embedded hospital's shelves: what is there, read from its tables into the shapes of the port."""

from __future__ import annotations

from bot.db.lookup import Lookup
from bot.db.transaction import Transaction
from integrations.his import store
from integrations.his.port import Clinic, Department, Doctor, Place, Room, Site, Staff

BETWEEN = "、"
"""Between the words of a list in one column."""

# The head office first: codes do not sort by weight.
_sites = Lookup(lambda: store.site.select().order_by(store.site.c.code.desc()))
_departments = Lookup(lambda: store.department.select().order_by(store.department.c.code))
_clinics = Lookup(lambda: store.clinic.select().order_by(store.clinic.c.code))
_doctors = Lookup(lambda: store.doctor.select().order_by(store.doctor.c.code))
_rooms = Lookup(lambda: store.room.select().order_by(store.room.c.code))
_staff = Lookup(lambda: store.staff.select().where(store.staff.c.employed.is_(True)).order_by(store.staff.c.code))


async def touch(tx: Transaction) -> None:
    """The least question there is: does the database answer?"""
    await tx.one(store.site.select().limit(1))


async def sites(tx: Transaction) -> list[Site]:
    rows = await _sites.rows(tx)
    return [Site(row.code, row.name, row.address, row.phone) for row in rows]


async def departments(tx: Transaction) -> list[Department]:
    rows = await _departments.rows(tx)
    return [Department(row.code, row.site, row.name, row.intro, row.discreet) for row in rows]


async def clinics(tx: Transaction) -> list[Clinic]:
    rows = await _clinics.rows(tx)
    return [
        Clinic(
            code=row.code,
            department=row.department,
            site=row.site,
            name=row.name,
            subjects=_words(row.subjects),
            place=Place(row.building, row.floor, row.area, row.room),
            phone=row.phone,
            intro=row.intro,
            min_age=row.min_age,
            max_age=row.max_age,
            sex=row.sex,
            discreet=row.discreet,
            online=row.online,
        )
        for row in rows
    ]


async def doctors(tx: Transaction) -> list[Doctor]:
    rows = await _doctors.rows(tx)
    return [
        Doctor(
            code=row.code,
            number=row.number,
            name=row.name,
            sex=row.sex,
            title=row.title,
            education=row.education,
            specialties=_words(row.specialties),
            intro=row.intro,
            clinics=tuple(row.clinics.split(",")),
            photo=None,
        )
        for row in rows
    ]


async def rooms(tx: Transaction) -> list[Room]:
    rows = await _rooms.rows(tx)
    return [
        Room(row.code, row.site, row.clinic, Place(row.building, row.floor, row.area, row.room)) for row in rows
    ]


async def staff(tx: Transaction) -> list[Staff]:
    rows = await _staff.rows(tx)
    return [
        Staff(row.code, row.number, row.name, row.kind, row.title, _codes(row.departments), _codes(row.clinics),
              row.doctor)
        for row in rows
    ]


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(BETWEEN)) if text else ()
