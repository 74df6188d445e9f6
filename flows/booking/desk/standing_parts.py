"""What the console's pages on coming and not coming share: rights, whose clinics somebody sees, rows for lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from bot.access.rights import Range
from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.masking import mask_name
from bot.web.desk import export
from bot.web.desk.guard import STAFF
from bot.web.desk.lists import Asked
from bot.web.desk.pages import is_part, render
from flows.booking.neighbours import Catalogue, Neighbours
from flows.booking.office.service import Names
from flows.patients.finding import store as persons

ARRIVALS, STANDING = "/desk/booking/arrivals", "/desk/booking/standing/"
SEE_ARRIVALS, CHECK_IN, EXCUSE = "booking.arrivals.view", "booking.arrivals.check_in", "booking.arrivals.excuse"
SEE, STRIKE, LIFT, ANSWER = (
    "booking.standing.view", "booking.standing.strike", "booking.standing.lift", "booking.standing.answer"
)
EXPORT = "booking.standing.export"
PERMITS = (SEE_ARRIVALS, CHECK_IN, EXCUSE, SEE, STRIKE, LIFT, ANSWER, EXPORT)
RANGED = (SEE_ARRIVALS, CHECK_IN, EXCUSE, SEE, STRIKE, LIFT, ANSWER)
SHORTEST_REASON = 4


def within(reach: Range, catalogue: Catalogue) -> list[str] | None:
    """The clinics that a right reaches; None for all. What belongs to no clinic is seen by whoever sees everything."""
    if reach.everything:
        return None
    return [each.code for each in catalogue.clinics if reach.covers(clinic=each.code, department=each.department)]


class Desk:
    """What a member may see and do by one right, in one request."""

    def __init__(self, context: Context, reach: Range, catalogue: Catalogue) -> None:
        self.context, self.tx, self.reach, self.catalogue = context, context.tx, reach, catalogue
        self.clinics = within(reach, catalogue)
        self.names = Names(catalogue, context.wording.words)

    @classmethod
    async def of(cls, request: web.Request, context: Context, right: str) -> Desk:
        return cls(context, request[STAFF].range(right), await Neighbours(context).catalogue())

    @property
    def choices(self) -> list[dict[str, str]]:
        """Clinics that a filter offers."""
        return [{"code": each.code, "name": self.names.clinic(each.code)} for each in self.catalogue.clinics
                if self.clinics is None or each.code in self.clinics]

    def check(self, *clinics: str | None) -> None:
        """Raises NotFound where none of these clinics is within reach."""
        if self.clinics is not None and not set(clinics) & set(self.clinics):
            raise NotFound("clinic")

    async def people(self, ids: Iterable[int]) -> dict[int, str]:
        """Key -> name as it may be shown."""
        known = await persons.briefs(self.tx, ids)
        return {key: mask_name(each.name) for key, each in known.items()}

    async def person(self, asked: Asked) -> int | None:
        """The key of whom the address names; None for everybody, -1 for whom nobody knows."""
        public = asked.filters["person"]
        return (await persons.key_of(self.tx, public) or -1) if public else None


def wants_export(request: web.Request) -> str:
    """``page``, ``all`` or "". Raises NotAllowed."""
    return export.asked(request, EXPORT)


def beside(
    request: web.Request, what: str, facts: dict[str, Any], *, problem: Problem | None = None, status: int = 200
) -> web.Response:
    """One row, beside its list or as a page. `what`: arrival, no_show, lock, appeal."""
    template = "booking/desk/standing_beside.html.j2" if is_part(request) else "booking/desk/standing_one.html.j2"
    return render(request, template, what=what, beside=facts, problem=problem, status=status)


def reason_of(sent: Any) -> str:
    """What was typed as the reason; "" where it is too short to say anything."""
    typed = str(sent.get("reason", "")).strip()[:200]
    return typed if len(typed) >= SHORTEST_REASON else ""
