"""The staff as a member may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from bot.access.office import tried
from bot.access.people import store as people
from bot.access.rights import Places, Range
from bot.access.roles import store as roles
from bot.access.tries import store as tries
from bot.context import Context
from bot.errors import NotFound
from flows.directory.rules import Catalogue
from flows.directory.service import DirectoryService
from flows.staff import rules


@dataclass(frozen=True)
class Colleague:
    """A member of staff as others see them. ``row``: the columns of the table without its secrets."""

    row: Any
    places: Places
    roles: tuple[Any, ...]
    catalogue: Catalogue
    locked: datetime | None = None
    """Until when too many wrong tries keep them out."""

    @cached_property
    def place_names(self) -> list[str]:
        """In words; a code that the directory no longer has stays a code."""
        catalogue = self.catalogue
        return [
            *(catalogue.department_name(each) or each for each in sorted(self.places.departments)),
            *(catalogue.clinic_name(each) or each for each in sorted(self.places.clinics)),
        ]

    @property
    def values(self) -> dict[str, Any]:
        """For the list and its export."""
        row = self.row
        state = "locked" if self.locked and row.state == "active" else row.state
        return {
            "id": row.public_id, "login": row.login, "name": row.name, "number": row.number, "state": state,
            "roles": [role.name for role in self.roles], "places": self.place_names,
            "factor": "on" if row.factor_at else "off", "signed_in": row.signed_in_at, "created": row.created_at,
        }


class StaffService:
    """Made anew for each request: `StaffService(context)`."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def catalogue(self) -> Catalogue:
        return await DirectoryService(self.context).catalogue()

    async def colleagues(self, reach: Range) -> list[Colleague]:
        """Everybody within ``reach``."""
        catalogue, everybody = await self.catalogue(), await people.everybody(self.tx)
        places, held = await people.all_places(self.tx), await roles.holders(self.tx)
        locked = await self.locked(everybody)
        found = [Colleague(row, places.get(row.id, Places()), tuple(held.get(row.id, ())), catalogue,
                           locked.get(row.id)) for row in everybody]
        homes = department_of(catalogue)
        return [each for each in found if rules.within(reach, each.row.public_id, each.places, homes)]

    async def colleague(self, public_id: str, reach: Range) -> Colleague:
        """:raises NotFound: nobody, or nobody within ``reach`` (which must look the same)"""
        row = await people.by_public_id(self.tx, public_id)
        if row is None:
            raise NotFound("staff")
        catalogue = await self.catalogue()
        places = await people.places_of(self.tx, row.id)
        if not rules.within(reach, row.public_id, places, department_of(catalogue)):
            raise NotFound("staff")
        locked = (await self.locked([row])).get(row.id)
        return Colleague(row, places, tuple((await roles.holders(self.tx)).get(row.id, ())), catalogue, locked)

    async def locked(self, rows: Sequence[Any]) -> dict[int, datetime]:
        """Key -> until when, of those whom wrong tries keep out now."""
        subjects = {subject: row.id for row in rows for subject in tried(row)[:2]}
        found: dict[int, datetime] = {}
        for subject, until in (await tries.locked(self.tx, list(subjects))).items():
            key = subjects[subject]
            found[key] = max(until, found.get(key, until))
        return found

    async def count_locked(self, reach: Range) -> int:
        """How many within ``reach`` wrong tries keep out now."""
        keys = await self.locked(await people.logins(self.tx))
        if reach.everything or not keys:
            return await people.count(self.tx, keys) if keys else 0
        homes = department_of(await self.catalogue())
        clinics = {*homes, *reach.places.clinics}
        places = Places(
            frozenset(each for each in reach.places.departments if reach.covers(department=each)),
            frozenset(each for each in clinics if reach.covers(clinic=each, department=homes.get(each, ""))),
        )
        return await people.count(self.tx, keys, within=places, owner=reach.staff)

    async def departments(self, reach: Range) -> list[dict[str, Any]]:
        """Departments and, indented below them, their clinics, with how many work there; only those within reach."""
        catalogue, places = await self.catalogue(), list((await people.all_places(self.tx)).values())
        rows: list[dict[str, Any]] = []
        for department in catalogue.departments:
            clinics = [each for each in catalogue.clinics_of(department.code)
                       if reach.covers(clinic=each.code, department=department.code)]
            if not clinics and not reach.covers(department=department.code):
                continue
            known = catalogue.site.get(department.site)
            site = catalogue.site_name(department.site) or (known.name if known else "")
            rows.append({"code": department.code, "name": department.name, "site": site,
                         "kind": "department", "staff": sum(department.code in each.departments for each in places),
                         "doctors": len({d.code for c in clinics for d in catalogue.doctors_of(c.code)})})
            rows += [{"code": each.code, "name": each.name, "site": site, "kind": "clinic",
                      "staff": sum(each.code in one.clinics for one in places),
                      "doctors": len(catalogue.doctors_of(each.code))} for each in clinics]
        return rows


def department_of(catalogue: Catalogue) -> Mapping[str, str]:
    """Clinic -> department."""
    return {each.code: each.department for each in catalogue.clinics}
