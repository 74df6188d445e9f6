"""What the cashier asks and tells booking about fees (flows.payment.owners.Owner), under the lock of the order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.context import Context
from bot.db.contacts import contact_of
from flows.booking import store
from flows.booking.paying.service import BILL, OWNER, Fees
from flows.booking.pool import store as pool
from flows.booking.service import BookingService


class FeeOwner:
    """An `Owner`. The receipt is the cashier's to tell; that it is booked is ours."""

    name = OWNER
    tells = False

    async def paid(self, context: Context, order: Any) -> bool:
        """What was kept is booked now. False: it was let go meanwhile."""
        row = await store.appointment_of_public(context.tx, order.about)
        if row is None or row.pay_order != order.public_id:
            return False
        state = await pool.lock(context.tx, row.id)
        if state == "held":
            theirs = replace(context, contact=await contact_of(context.tx, row.contact_id), channel=row.channel)
            state = "booked" if await BookingService(theirs).paid(row.id) else ""
        if state != "booked":
            return False
        Fees(context).put(BILL, order.public_id, row)
        return True

    async def bill(self, context: Context, order: Any) -> str:
        """It is asked for behind the registration and written into the order (jobs/booking_fees.py)."""
        return ""

    async def settled(self, context: Context, order: Any) -> None: ...

    async def closed(self, context: Context, order: Any) -> None:
        """Nobody paid in time: the slot goes back, and they are told."""
        row = await store.appointment_of_public(context.tx, order.about)
        if row is not None and row.state == "held" and row.pay_order == order.public_id:
            await BookingService(context).release(row.id, expired=True)

    async def unsettled(self, context: Context, order: Any) -> None:
        """The appointment stands; its fee is to be paid at the hospital."""
