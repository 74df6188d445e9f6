"""The fee of an appointment at the cashier: asked for, paid, given back, following to another time. Who changes an
appointment that may have been paid for locks its order first (`lock`), then person, appointment, segment, slot.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.context import Context
from flows.booking import store as appointments
from flows.booking import visit
from flows.booking.neighbours import Catalogue, Neighbours
from flows.booking.paying import rules, store
from flows.booking.paying.inforce import paying, terms_of
from flows.booking.pool import store as pool
from flows.payment.dues.service import OVER, Dues
from flows.payment.orders import Orders, Owing
from flows.payment.rules import OPEN_ORDER

OWNER = "booking"
"""The area's name at the cashier."""
BILL, MOVED = "booking.fee_bill", "booking.fee_moved"
"""Topics: the hospital's bill of a fee that is paid · what was paid follows to another time."""


class Fees:
    """`row` is always an appointment as store.py reads it."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx
        self.dues = Dues(context)

    # --- asking --------------------------------------------------------------------------------------------------

    async def asks(self, row: Any) -> bool:
        """Whether it is not booked before it is paid."""
        catalogue = await Neighbours(self.context).catalogue()
        return rules.asks(paying(catalogue, row.clinic, self.context), row.fee, row.kind)

    async def keep(self, row: Any) -> bool:
        """A held slot is kept while its fee is paid, and the order is opened; False where it is held no more."""
        terms = terms_of(self.context)
        until = rules.pay_until(self.context.now, row.end_at, terms)
        if not await store.keep(self.tx, row.id, until + terms.after):
            return False
        await self._open(row, until)
        return True

    async def offer(self, row: Any) -> str:
        """The order in which the fee of what is booked can be paid online; "" where it is paid, or not offered.
        `row` may be old: it is looked at anew, under its lock."""
        before, state = await self.lock(row), await pool.lock(self.tx, row.id)
        known, row = row.pay_order, await appointments.appointment_by(self.tx, row.id)
        if row.pay_order != known:
            return str(row.pay_order)  # another tap was faster
        if state != "booked" or not (await self.told(row))["can_pay"]:
            return str(row.pay_order or "") if before is not None else ""
        if before is not None and before.state in OPEN_ORDER:
            return str(before.public_id)
        minutes = timedelta(minutes=self.context.settings.payment.minutes)
        return await self._open(row, min(self.context.now + minutes, row.end_at))

    # --- what becomes of it --------------------------------------------------------------------------------------

    async def lock(self, row: Any) -> Any | None:
        """The order of an appointment, locked; None where none was opened."""
        return await self.dues.lock(row.pay_order) if row.pay_order else None

    async def over(self, order: Any | None, why: str) -> None:
        """It goes back whole, by the way it was paid; what was not paid yet cannot be paid any more."""
        if order is not None:
            await self.dues.over(order, why)

    def over_later(self, row: Any, why: str) -> None:
        """The same, for who holds other locks already."""
        if row.pay_order:
            self.tx.put(OVER, {"order": row.pay_order, "why": why}, key=f"{OVER}:{row.pay_order}", priority=2)

    async def follow(self, order: Any | None, old: Any, new: Any) -> None:
        """`new` took the place of `old`: a fee of the same price follows; any other, and one that the insurance pays a
        part of, goes back, and the new one is paid anew. What is not paid yet is not paid for the old one any more."""
        if order is None:
            return
        if order.state not in ("paid", "settled") or order.amount != new.fee:
            await self.dues.over(order, "changed")
            return
        if order.insured:  # the insurance was told of this very visit
            await self.dues.over(order, "insured")
            return
        await self.dues.follow(order, new.public_id, json.dumps(await self._facts(new), ensure_ascii=False))
        await store.note_order(self.tx, new.id, order.public_id)
        if order.settled_at or order.told_at:
            self.put(MOVED, order.public_id, new)
        else:
            self.put(BILL, order.public_id, new)

    def put(self, topic: str, order: str, row: Any) -> None:
        """For jobs/booking_paying.py, which waits until it is registered. Moved twice, it is moved in this order."""
        key, lane = f"{topic}:{order}:{row.id}", f"{topic}:{order}" if topic == MOVED else None
        self.tx.put(topic, {"order": order, "appointment": row.id}, key=key, lane=lane, priority=3)

    # --- telling -------------------------------------------------------------------------------------------------

    async def told(self, row: Any) -> dict[str, Any]:
        """What templates say of it (rules.told)."""
        return (await self.told_of([row]))[row.id]

    async def told_of(self, rows: Iterable[Any]) -> dict[int, dict[str, Any]]:
        """Key of an appointment -> the same, in one question for all."""
        listed, catalogue = list(rows), await Neighbours(self.context).catalogue()
        asked = [row.pay_order for row in listed if row.pay_order]
        dues = await self.dues.of(asked) if asked else {}
        reader = self.context.contact.id if self.context.contact else None
        return {
            row.id: rules.told(
                row, paying(catalogue, row.clinic, self.context), terms_of(self.context), self.context.now,
                dues.get(row.pay_order or ""), reader,
            )
            for row in listed
        }

    # --- inside --------------------------------------------------------------------------------------------------

    async def _open(self, row: Any, until: datetime) -> str:
        owing = Owing(
            kind="registration", owner=OWNER, about=row.public_id, person=row.person_id, site=row.site, amount=row.fee,
            expires=until, facts=await self._facts(row), clinic=row.clinic,
        )
        order = await Orders(self.context).open(owing)
        await store.note_order(self.tx, row.id, order.public_id)
        return str(order.public_id)

    async def _facts(self, row: Any) -> dict[str, Any]:
        """What the payer is shown of it; `page` is where it leads to."""
        neighbours = Neighbours(self.context)
        catalogue, person = await neighbours.catalogue(), await neighbours.anybody(row.person_id)
        say = self.context.wording.render
        item = say("booking/chat/fee_item", kind=row.kind, day=row.date, start=row.start_wall, end=row.end_wall)
        return {
            "title": say("payment/chat/title", kind="registration"), "person": person.name if person else "",
            "clinic": row.clinic, "doctor": _doctor(catalogue, row), "made_at": self.context.now.isoformat(),
            "items": [{
                "name": item, "category": say("booking/chat/fee_category"), "quantity": "", "price": row.fee,
                "amount": row.fee,
            }],
            "page": f"/h5/booking/mine/{row.public_id}",
        }


def _doctor(catalogue: Catalogue, row: Any) -> str | None:
    found = catalogue.doctor.get(row.sitting or "")
    return found.name if found else None


def page(context: Context, row: Any) -> str:
    """The address of the page on which it is paid, for whoever reads a message of this account."""
    return visit.page(context, f"mine/{row.public_id}/pay")
