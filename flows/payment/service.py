"""What a contact does at the cashier, in the chat or on a page: see what is owed, pay it, look back twelve months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from bot.context import Context
from bot.errors import NotFound
from flows.patients.people import Person
from flows.patients.service import PatientsService
from flows.payment import owed, store
from flows.payment.covered import store as covered
from flows.payment.covered.rules import ALIVE
from flows.payment.covered.shares import Shares, shares
from flows.payment.history import store as history
from flows.payment.history.course import Step, course
from flows.payment.insured import store as insured
from flows.payment.insured.claims import Claims
from flows.payment.insured.rules import Wish
from flows.payment.orders import Orders, Owing
from flows.payment.refusals import NothingToPay, NotPriced, PaidAlready
from flows.payment.rules import OPEN_ORDER
from integrations.his.charges import Bill
from integrations.insurance.port import Identity, Insurer
from integrations.paying.port import PayChannel, PayChannels, Way

YEAR = timedelta(days=365)
UNDER_WAY = ("paid", "refunding")
"""Money was paid for it, and the hospital may not know yet: it still calls it owed."""
STALE = timedelta(minutes=1)
"""So old may be what the hospital says is owed: longer than it is waited for."""


@dataclass(frozen=True, slots=True)
class View:
    """An order with all that belongs to it."""

    order: Any
    payments: Sequence[Any]
    refunds: Sequence[Any]
    steps: Sequence[Step]
    claim: Any | None = None
    """The latest on the insurance."""
    cover: Any | None = None
    """The latest on a commercial insurer."""

    @property
    def shares(self) -> Shares | None:
        """Who pays what, where it is not the payer alone."""
        return shares(self.order, self.claim, self.cover)

    @property
    def parts(self) -> Any | None:
        """The claim whose parts the payer has before them, to agree to or agreed to."""
        return self.claim if self.claim is not None and self.claim.state in ("offered", "agreed") else None

    @property
    def running(self) -> Any | None:
        """The payment that is asked for or open, the latest."""
        return next((p for p in reversed(self.payments) if p.state in ("asked", "open")), None)

    @property
    def checking(self) -> bool:
        """They say that they paid, and nobody knows yet."""
        return self.running is not None and self.running.checking_at is not None


class PaymentService:
    """For the contact of the context: orders of others are NotFound."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def owed(self, person: Person) -> Sequence[Bill]:
        """Bills of a person that are not paid yet, the oldest first. Who may only book for them sees none.

        :raises HospitalSilent: the hospital did not say in time
        """
        return await owed.bills_of(self.context, person) if person.reach == "all" else ()

    async def open(self, person_id: int | str, code: str) -> Any:
        """The order for one of these bills, which is looked at anew: the amount is the hospital's.

        :raises PaidAlready: it was paid, and the hospital does not know yet, or what was paid is on its way back
        :raises NothingToPay: it is not owed any more
        """
        person = await PatientsService(self.context).person(person_id)
        bill = next((each for each in await self.owed(person) if each.code == code), None)
        if bill is None:
            raise NothingToPay()
        before = await store.order_about(self.tx, owed.NAME, code)
        # Locked, so that money which comes in this moment is either seen here or meets the order that is given.
        if before is not None:
            before = await store.lock(self.tx, before.id)
        if before is not None and (before.state in UNDER_WAY or self._just_settled(before)):
            raise PaidAlready()
        if before is not None and before.state in OPEN_ORDER and before.amount != bill.amount:
            # The hospital wrote it anew: what runs for the old amount is ended, and then there is an order for the new.
            await store.move_order(self.tx, before.id, OPEN_ORDER, expires_at=self.tx.now)
            await Orders(self.context).expire(before.id)
        ends = self.context.now + timedelta(minutes=self.context.settings.payment.minutes)
        owing = Owing(
            kind=bill.kind, owner=owed.NAME, about=bill.code, person=person.id, site=bill.site, amount=bill.amount,
            expires=ends if bill.until is None else min(ends, bill.until), clinic=bill.clinic, bill=bill.code,
            facts=self._facts(person, bill),
        )
        return await Orders(self.context).open(owing)

    def ways(self) -> Sequence[PayChannel]:
        """Where this contact can pay, the usual one first."""
        contact = self.context.contact
        return self.context.ports[PayChannels].offered(contact.account) if contact is not None else ()

    async def view(self, public: str) -> View:
        order = await self._mine(public)
        payments, refunds = await store.payments_of(self.tx, order.id), await store.refunds_of(self.tx, order.id)
        claims = await insured.claims_of(self.tx, order.id)
        covers = await covered.covers_of(self.tx, order.id)
        steps = course(order, payments, refunds, claims, covers)
        return View(
            order, payments, refunds, steps, claims[-1] if claims else None, covers[-1] if covers else None
        )

    def insurable(self, kind: str, person: Person | None, view: View | None = None) -> bool:
        """Whether the insurance can be asked to pay a part: of a bill, or of an order that is open already."""
        known = Insurer in self.context.ports and person is not None and person.reach == "all"
        if view is None:
            return Wish(kind, known).possible
        if view.cover is not None and view.cover.state in ALIVE:
            return False  # a commercial insurer pays of what the public one left
        return Wish(kind, known, view.order.state, view.claim.state if view.claim is not None else "").possible

    async def insure(self, public: str, voucher: str) -> Any:
        """They agree that the insurance is told who it is and for what; without `voucher` by the identity card on file,
        and that somebody read it is written down.

        :raises NotPriced: there is neither, or the insurance cannot be asked
        """
        view, patients = await self.view(public), PatientsService(self.context)
        if not self.insurable(view.order.kind, await patients.person(view.order.person_id), view):
            raise NotPriced()
        person = await patients.reveal(view.order.person_id, "insurance")
        number = voucher or (person.document_number if person.document_type == "resident" else None)
        if not number:
            raise NotPriced()
        identity = Identity("voucher" if voucher else "id_card", number, person.name)
        return await Claims(self.context).ask(view.order.id, identity)

    async def agree(self, public: str) -> Any:
        """As `Claims.agree`."""
        return await Claims(self.context).agree((await self._mine(public)).id)

    async def leave(self, public: str) -> None:
        """As `Claims.leave`."""
        await Claims(self.context).leave((await self._mine(public)).id)

    async def pay(self, public: str, account: str, way: Way, **who: str) -> Any:
        """As `Orders.pay`."""
        return await Orders(self.context).pay((await self._mine(public)).id, account, way, **who)

    async def claimed(self, public: str) -> None:
        """They came back from the sheet and say that it is paid: it is asked at once."""
        await Orders(self.context).claimed((await self._mine(public)).id)

    async def drop(self, public: str) -> None:
        """They want another way, or none."""
        await Orders(self.context).drop((await self._mine(public)).id)

    async def year(self, before: str = "") -> Sequence[Any]:
        """Orders of the last twelve months, a page of them, the latest first; `before` the last one of the page
        before."""
        assert self.context.contact is not None
        last = (await self._mine(before)).id if before else None
        return await history.of_contact(self.tx, self.context.contact.id, self.context.now - YEAR, before=last)

    def _facts(self, person: Person, bill: Bill) -> dict[str, Any]:
        title = self.context.wording.render("payment/chat/title", kind=bill.kind)
        return {
            "title": title, "person": person.name, "clinic": bill.clinic, "doctor": bill.doctor,
            "made_at": bill.made_at.isoformat(), "items": [asdict(item) for item in bill.items],
        }

    def _just_settled(self, order: Any) -> bool:
        """The hospital was asked what is owed before it had this as paid."""
        return order.state == "settled" and order.settled_at > self.tx.now - STALE

    async def _mine(self, public: str) -> Any:
        order = await store.order_of_public(self.tx, public)
        if order is None or self.context.contact is None or order.contact_id != self.context.contact.id:
            raise NotFound("order")
        return order
