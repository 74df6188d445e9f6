"""A commercial insurer as a contact meets it: which are connected, whether one can be asked, what they tell it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from bot.context import Context
from bot.errors import NotFound
from flows.patients.people import Person
from flows.patients.service import PatientsService
from flows.payment.covered.covers import Covers
from flows.payment.covered.rules import Wish
from flows.payment.orders import due_of
from flows.payment.refusals import NotPriced
from flows.payment.service import PaymentService, View
from integrations.commercial.port import Commercial, Commercials, Holder

READ = "commercial"
"""Why name and document were read, as the trail says it."""


class Asking:
    """For the contact of the context: orders of others are NotFound."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    def insurers(self) -> Sequence[Commercial]:
        ports = self.context.ports
        return ports[Commercials].all() if Commercials in ports else ()

    def title(self, name: str) -> str:
        """How an insurer is called; its name where it is connected no more."""
        return next((each.title for each in self.insurers() if each.name == name), name)

    def way(self, kind: str, person: Person | None, view: View | None = None) -> Literal["", "direct", "after"]:
        """In which way one can be asked to pay: of a bill, or of an order that was opened or is settled."""
        known = person is not None and person.reach == "all" and person.document_type is not None
        known = known and bool(self.insurers())
        if view is None:
            return Wish(kind, known).way
        left = view.parts.own if view.parts is not None else due_of(view.order)
        if view.order.state == "settled":
            left -= sum(each.amount for each in view.refunds if not each.of_excess and each.state != "refused")
        return Wish(
            kind, known, view.order.state, view.claim.state if view.claim is not None else "",
            view.cover.state if view.cover is not None else "", left,
        ).way

    async def ask(self, public: str, insurer: str) -> Any:
        """They agree that this insurer is told who it is and for what; that somebody read name and document is written
        down.

        :raises NotPriced: none can be asked for this order now
        """
        view, patients = await PaymentService(self.context).view(public), PatientsService(self.context)
        way = self.way(view.order.kind, await patients.person(view.order.person_id), view)
        if not way:
            raise NotPriced()
        if insurer not in {each.name for each in self.insurers()}:
            raise NotFound("insurer")
        person = await patients.reveal(view.order.person_id, READ)
        if not person.document_type or not person.document_number:
            raise NotPriced()
        holder = Holder(person.document_type, person.document_number, person.name)
        return await Covers(self.context).ask(view.order.id, insurer, holder, way)

    async def choose(self, public: str, which: int) -> None:
        await Covers(self.context).choose((await self._mine(public)).id, which)

    async def agree(self, public: str) -> Any:
        """As `Covers.agree`."""
        return await Covers(self.context).agree((await self._mine(public)).id)

    async def leave(self, public: str) -> None:
        """As `Covers.leave`: the consent is taken back."""
        await Covers(self.context).leave((await self._mine(public)).id)

    async def _mine(self, public: str) -> Any:
        return (await PaymentService(self.context).view(public)).order


async def agreed_before(context: Context, public: str) -> None:
    """What an insurer offered is agreed to where they choose a way to pay the rest.

    :raises PaymentRefusal: as `Covers.agree` says
    """
    view = await PaymentService(context).view(public)
    if view.cover is not None and view.cover.way == "direct" and view.cover.state == "offered":
        await Covers(context).agree(view.order.id)


def policies_of(cover: Any) -> list[dict[str, Any]]:
    """Those that they choose from, as the page shows them."""
    return list(json.loads(cover.policies)) if cover is not None and cover.policies else []


