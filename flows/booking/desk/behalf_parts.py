"""What the pages of booking for a person share: rights, the person, how far somebody reaches, words and the trail."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot import metrics
from bot.access import audit
from bot.context import Context
from bot.errors import BadInput, NotAllowed, NotFound
from bot.web.desk.guard import STAFF
from bot.web.desk.pages import render, see
from flows.booking import rules, store, told, visit
from flows.booking.behalf.exams import ExamsFor
from flows.booking.behalf.service import WAYS, Behalf
from flows.booking.desk.office_parts import office
from flows.booking.desk.stops import HOME as STOPS
from flows.booking.desk.stops import VIEW
from flows.booking.neighbours import Neighbours, Person
from flows.booking.office.service import OfficeService
from flows.booking.paying.service import Fees
from flows.booking.refusals import BookingRefusal
from flows.booking.stops.asking import Asking
from flows.booking.stops.board import Board
from flows.booking.stops.refusals import ChoiceFirst
from flows.patients.sight import FIND, Sight

HOME = "/desk/booking/for/"
SEE, BOOK, CHANGE, CANCEL, LATE, WAIT, NEXT = (
    "booking.behalf.see", "booking.behalf.book", "booking.behalf.change", "booking.behalf.cancel",
    "booking.behalf.late", "booking.behalf.wait", "booking.behalf.next",
)
PERMITS = (SEE, BOOK, CHANGE, CANCEL, LATE, WAIT, NEXT)
RANGED = (SEE, BOOK, CHANGE, CANCEL, LATE, WAIT)
SHORTEST_REASON, LONGEST_REASON = 4, 100
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Counter:
    """A member of staff with one person before them. `office` sees as far as the right that was asked by reaches."""

    request: web.Request
    context: Context
    person: Person
    office: OfficeService
    via: str

    @classmethod
    async def of(cls, request: web.Request, context: Context, right: str, via: str = "") -> Counter:
        """Whoever books for a person may find persons as well. Raises NotAllowed, and NotFound for nobody."""
        for each in (FIND, right):
            if not request[STAFF].may(each):
                raise NotAllowed(each)
        person = await (await Sight.of(context, request[STAFF])).person(request.match_info["person"])
        return cls(request, context, person, await office(request, context, right), way_of(via))

    @property
    def home(self) -> str:
        return f"{HOME}{self.person.public_id}"

    async def row(self, public: str) -> Any:
        """An appointment of this person within reach, as store.py reads it. Raises NotFound."""
        row = await store.appointment_of_public(self.context.tx, public)
        if row is None or row.person_id != self.person.id or not self.office.scope.covers(row.clinic, row.sitting):
            raise NotFound("appointment")
        return row

    async def stopped(self, row: Any) -> str | None:
        """Where the patient's choice of a stopped visit can be answered for them, which comes before all else: "" where
        others reach it; None where there is nothing to choose."""
        choice = await Asking(self.context).first(row)
        if choice is None:
            return None
        board = Board(self.context, self.request[STAFF].range(VIEW))
        return f"{STOPS}person/{choice.public_id}" if await board.find(choice.public_id) else ""

    async def led(self, row: Any) -> web.StreamResponse | None:
        """The answer of a page that cancels or changes, for a visit that was stopped."""
        address = await self.stopped(row)
        if address is None:
            return None
        refused = said(self.context, ChoiceFirst())
        return see(self.request, address) if address else self.page(
            "booking/desk/behalf_no.html.j2", status=409, refused=refused)

    async def acting(self, row: Any = None) -> Behalf:
        """Who books for the person. What the patient cannot change any more they can with a right of its own."""
        late = await self._late(row)
        return await Behalf.of(self.context, self.person, self.via, self.office.scope.covers, late=late)

    async def examining(self, row: Any = None) -> ExamsFor:
        """As `acting`, for examinations."""
        late = await self._late(row)
        return await ExamsFor.of(self.context, self.person, self.via, self.office.scope.covers, late=late)

    async def _late(self, row: Any) -> bool:
        if row is None or not self.request[STAFF].may(LATE):
            return False
        return (await office(self.request, self.context, LATE)).scope.covers(row.clinic, row.sitting)

    async def facts(self, row: Any) -> dict[str, Any]:
        """What a page says of an appointment (visit.py); `place` is the clinic as lists of staff call it."""
        catalogue = await Neighbours(self.context).catalogue()
        pay = await Fees(self.context).told(row)
        if pay["how"] == "must":
            pay["how"] = "may"  # what staff book is booked at once
        return visit.facts_of(row, self.person, catalogue, self.context) | {
            "pay": pay,
            "id": row.public_id, "state": row.state, "place": self.office.names.clinic(row.clinic),
            "who": self.office.names.doctor(row.sitting, row.kind), "exam": row.kind == rules.EXAMINATION,
        }

    def page(self, template: str, *, status: int = 200, **facts: Any) -> web.Response:
        common: dict[str, Any] = {"person": self.person, "home": self.home, "via": self.via, "ways": WAYS,
                                  "refused": "", "problem": None}
        return render(self.request, template, status=status, **common | facts)

    def wrote(self, act: str, about: str, **facts: Any) -> None:
        """Who did it for whom and why stands in the trail."""
        wrote(self.context, act, about, self.via, person=self.person.public_id, **facts)


def wrote(context: Context, act: str, about: str, via: str, **facts: Any) -> None:
    audit.write(context.tx, context.actor, f"booking.{act}_for", about, {"channel": via, **facts})
    metrics.by_staff.inc(act, via)


def way_of(text: str) -> str:
    """On which way the patient came; by phone where the address says nothing that there is."""
    return text if text in WAYS else WAYS[0]


def reason_of(sent: Any) -> str:
    """What was typed as the reason, "" where it says nothing."""
    typed = str(sent.get("why", "")).strip()[:LONGEST_REASON]
    return typed if len(typed) >= SHORTEST_REASON else ""


def request_id(context: Context, token: str, *what: object) -> str:
    """The id of one press of a button: a second one finds the first."""
    if not _TOKEN.fullmatch(token):
        raise BadInput("no_request_token")
    text = ":".join(str(each) for each in (context.actor, token, *what))
    return "desk:" + hashlib.sha256(text.encode()).hexdigest()


def key_of(text: str) -> int:
    """A key in a form. Raises NotFound for what can be none."""
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise NotFound("segment")
    return int(text)


def said(context: Context, no: BookingRefusal, **names: Any) -> str:
    """A no in the words for staff; where it needs none of its own, in those of the patients' pages."""
    own = f"booking/desk/{no.template}"
    if not context.wording.has(own):
        return told.said(context, no, can_wait=False, **names)
    return context.wording.render(own, **no.facts)
