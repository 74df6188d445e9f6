"""What the cashier's pages for finance share: rights, whose orders somebody sees, rows for lists."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.access.people import store as people
from bot.access.rights import Range
from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.masking import mask_name
from bot.web.desk import export
from bot.web.desk.guard import STAFF
from bot.web.desk.pages import is_part, render
from flows.directory.rules import Catalogue
from flows.directory.service import DirectoryService

HOME = "/desk/payment/"
VIEW, EXPORT, REFUND, APPROVE = "payment.view", "payment.export", "payment.refund", "payment.approve"
DAYS_PAGE = HOME + "days"
DAYS, REPAIR, MERCHANTS = "payment.days", "payment.repair", "payment.merchants"
CLAIMS = "payment.claims"
TAKE = "payment.take"
PERMITS = (VIEW, EXPORT, TAKE, REFUND, APPROVE, CLAIMS, DAYS, REPAIR, MERCHANTS)
RANGED = (VIEW, TAKE, REFUND, APPROVE, CLAIMS)
SHORTEST_NOTE, LONGEST_NOTE = 2, 200


def within(reach: Range, catalogue: Catalogue) -> list[str] | None:
    """The clinics that a right reaches; None for all. What belongs to no clinic is seen by whoever sees everything."""
    if reach.everything:
        return None
    return [each.code for each in catalogue.clinics if reach.covers(clinic=each.code, department=each.department)]


class Reach:
    """What a member may see and do by one right, in one request."""

    def __init__(self, catalogue: Catalogue, clinics: Sequence[str] | None) -> None:
        self.catalogue, self.clinics = catalogue, clinics

    @classmethod
    async def of(cls, request: web.Request, context: Context, right: str) -> Reach:
        catalogue = await DirectoryService(context).catalogue()
        return cls(catalogue, within(request[STAFF].range(right), catalogue))

    def covers(self, clinic: str) -> bool:
        return self.clinics is None or clinic in self.clinics

    def check(self, row: Any) -> Any:
        """The order, or NotFound."""
        if row is None or not self.covers(row.clinic):
            raise NotFound("order")
        return row

    def clinic(self, code: str) -> str:
        return self.catalogue.clinic_name(code) if code and code in {c.code for c in self.catalogue.clinics} else ""


async def called(context: Context, *actors: str | None) -> dict[str, str]:
    """How those are called who acted: members by name, others by what they are."""
    words = context.wording.words["payment_by"]
    names = {f"staff:{row.public_id}": row.name for row in await people.everybody(context.tx)}
    return {actor: names.get(actor) or words.get(actor.partition(":")[0], "") for actor in actors if actor}


def order_row(row: Any, reach: Reach) -> dict[str, Any]:
    """An order as lists show it; nobody's whole name."""
    facts = json.loads(row.facts)
    return {
        "id": row.public_id, "made": row.created_at, "title": facts.get("title", ""), "kind": row.kind,
        "person": mask_name(facts.get("person", "")), "clinic": reach.clinic(row.clinic), "amount": row.amount,
        "state": row.state, "paid": row.paid_at, "settled": row.settled_at, "receipt": row.receipt or "",
        "site": row.site, "bill": row.bill,
    }


def in_yuan(rows: Sequence[Mapping[str, Any]], *columns: str) -> list[dict[str, Any]]:
    """For Excel: money as numbers of yuan."""
    return [
        {name: value / 100 if name in columns and value is not None else value for name, value in row.items()}
        for row in rows
    ]


def wants_export(request: web.Request) -> str:
    """``page``, ``all`` or "". Raises NotAllowed."""
    return export.asked(request, EXPORT)


def note_of(sent: Mapping[str, str]) -> str:
    """What was typed as the reason; "" where it is too short to say anything."""
    typed = sent.get("note", "").strip()[:LONGEST_NOTE]
    return typed if len(typed) >= SHORTEST_NOTE else ""


def beside(
    request: web.Request, what: str, facts: Mapping[str, Any], *, problem: Problem | None = None, status: int = 200
) -> web.Response:
    """One row, beside its list or as a page. `what`: order, odd, refund, notice, difference, fund."""
    template = f"payment/desk/{what}.html.j2" if is_part(request) else "payment/desk/one.html.j2"
    return render(request, template, what=what, beside=facts, problem=problem, status=status)
