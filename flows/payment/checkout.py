"""From what is owed to a payment, as chat and pages need it: bills by person, and what is being paid already."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.context import Context
from flows.patients.people import Person
from flows.patients.service import PatientsService
from flows.payment import owed, store
from flows.payment.refusals import HospitalSilent, OthersPay
from flows.payment.rules import OPEN_ORDER
from flows.payment.service import UNDER_WAY, PaymentService
from integrations.his.charges import Bill

HOME = "/h5/payment/"
ORDERS = f"{HOME}orders/"


@dataclass(frozen=True, slots=True)
class Owed:
    """A bill, and the order in which it is being paid or was paid a moment ago; None where there is none."""

    bill: Bill
    order: Any | None

    @property
    def under_way(self) -> bool:
        return self.order is not None and self.order.state in UNDER_WAY

    @property
    def stuck(self) -> bool:
        """Its channel has another sum: staff look, and nobody pays it meanwhile."""
        return self.order is not None and self.order.state == "failed"


@dataclass(frozen=True, slots=True)
class Owes:
    """What one person owes. `silent`: the hospital did not say in time; `short`: only after their record is proved."""

    person: Person
    bills: Sequence[Owed] = ()
    silent: bool = False
    short: bool = field(default=False)

    @property
    def amount(self) -> int:
        return sum(each.bill.amount for each in self.bills if not each.under_way and not each.stuck)


class Checkout:
    """For the contact of the context."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx, self.service = context, context.tx, PaymentService(context)

    async def owes(self) -> list[Owes]:
        """By person, in the order in which they are listed. The hospital is asked for all at once."""
        persons = await PatientsService(self.context).persons()
        asked = await asyncio.gather(*(self._bills(each) for each in persons))
        found = []
        for person, bills in zip(persons, asked, strict=True):
            if bills is None:
                found.append(Owes(person, silent=True))
            else:
                listed = [Owed(bill, await self._order(bill)) for bill in bills]
                short = person.reach != "all" and person.patient_no is not None
                found.append(Owes(person, listed, short=short))
        return found

    async def bill(self, person_id: str, code: str) -> tuple[Person, Owed | None]:
        """One bill of a person; None where it is owed no more, or is somebody else's."""
        person = await PatientsService(self.context).person(person_id)
        found = next((each for each in await self.service.owed(person) if each.code == code), None)
        return person, Owed(found, await self._order(found)) if found is not None else None

    async def begin(self, person_id: str, code: str) -> Any:
        """The order for a bill, in which it can be paid.

        :raises PaidAlready: it was paid, and the hospital does not know yet, or what was paid is on its way back
        :raises OthersPay: another contact of the family is paying it
        """
        order = await self.service.open(person_id, code)
        assert self.context.contact is not None
        if order.contact_id != self.context.contact.id:
            raise OthersPay()
        return order

    async def still_owed(self, order: Any, person: Person | None) -> None:
        """The hospital may have written a bill anew since the order was opened.

        :raises BillChanged: it is owed no more, or another amount is
        """
        bills = await self._bills(person) if order.owner == owed.NAME and person is not None else None
        if bills is not None:
            owed.require(order, bills)

    async def under_way(self) -> list[Any]:
        """Orders of this contact that are not at rest, the latest first."""
        return [each for each in await self.service.year() if each.state in (*OPEN_ORDER, *UNDER_WAY, "failed")]

    async def person(self, order: Any) -> Person | None:
        """For whom it is; None where this contact does not look after them any more."""
        persons = await PatientsService(self.context).persons()
        return next((each for each in persons if each.id == order.person_id), None)

    async def _bills(self, person: Person) -> Sequence[Bill] | None:
        try:
            return await self.service.owed(person)
        except HospitalSilent:
            return None

    async def _order(self, bill: Bill) -> Any | None:
        order = await store.order_about(self.tx, owed.NAME, bill.code)
        if order is None or order.state not in (*OPEN_ORDER, *UNDER_WAY, "failed"):
            return None
        if order.state not in OPEN_ORDER:
            return order
        contact = self.context.contact
        mine = contact is not None and order.contact_id == contact.id
        return order if mine and order.amount == bill.amount else None
