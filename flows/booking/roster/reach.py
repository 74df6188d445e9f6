"""What of the rosters lies within whose reach: of one's departments and clinics, or one's own sessions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bot.access.people import store as people
from bot.access.rights import Member, Range
from bot.context import Context
from bot.errors import NotAllowed, NotFound
from flows.booking.neighbours import Catalogue, Neighbours

SEE, EDIT, PUBLISH = "booking.roster.see", "booking.roster.edit", "booking.roster.publish"
CLINICS = "booking.clinics.edit"


@dataclass(frozen=True)
class Reach:
    """How far one right reaches. ``mine`` is the code of the doctor that the member is, "" for nobody."""

    right: str
    range: Range
    mine: str
    catalogue: Catalogue

    @cached_property
    def names(self) -> dict[str, str]:
        """Clinics, with the site beside it where two sites have one of the same name."""
        return {each.code: self.catalogue.clinic_name(each.code) for each in self.catalogue.clinics}

    @cached_property
    def departments(self) -> dict[str, str]:
        """The same of departments."""
        return {each.code: self.catalogue.department_name(each.code) for each in self.catalogue.departments}

    def clinic(self, clinic: str) -> bool:
        """Whether all of a clinic lies within."""
        known = self.catalogue.clinic.get(clinic)
        return self.range.covers(clinic=clinic, department=known.department if known else "")

    def covers(self, clinic: str, doctor: str | None) -> bool:
        """Whether the sessions of a doctor (None: the general clinic) in a clinic do."""
        return self.clinic(clinic) or bool(self.mine and doctor == self.mine)

    @property
    def clinics(self) -> list[str]:
        """Clinics of which something lies within, in the directory's order."""
        known = self.catalogue.doctor.get(self.mine)
        own = set(known.clinics) if known else set()
        return [each.code for each in self.catalogue.clinics if each.code in own or self.clinic(each.code)]

    def need(self, clinic: str, doctor: str | None = None) -> None:
        """Raises NotFound where nothing of it may be seen: that it is there would be told else. A clinic that the
        directory does not have is nowhere, also for whoever reaches everything."""
        if clinic not in self.catalogue.clinic or not self.covers(clinic, doctor):
            raise NotFound("clinic")


async def reach_of(context: Context, member: Member, right: str) -> Reach:
    """:raises NotAllowed: the member has not got the right at all"""
    if not member.may(right):
        raise NotAllowed(right)
    catalogue = await Neighbours(context).catalogue()
    row = await people.by_id(context.tx, member.id)
    return Reach(right, member.range(right), (row.doctor if row is not None else None) or "", catalogue)
