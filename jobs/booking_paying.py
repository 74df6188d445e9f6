"""Registration fees behind the conversation: the hospital's bill of what was paid, and what follows to another time."""

from __future__ import annotations

from typing import Any

from bot import clock, logs
from bot.context import Context
from bot.errors import OutsideRefused
from flows.booking import store
from flows.booking.paying.service import BILL, MOVED, Fees
from flows.payment.dues.service import OVER, Dues
from integrations.his.charges import Charging
from jobs.job import Job
from jobs.outbox import Handles, NotYet

log = logs.get(__name__)


async def bill(job: Job, payload: dict[str, Any]) -> None:
    """Ask the hospital for its bill of a registration, so that what was paid can be settled. Where nothing is owed
    there (it was paid at the window meanwhile), or it never took the registration, it goes back."""
    order, row = await _read(job, payload)
    if order is None or row is None or order.bill or order.state not in ("paid", "refunding"):
        return
    registration = _registration(row)
    if not registration and row.state not in ("booked", "cancelled"):
        return  # it is on its way back
    found = await job.ports[Charging].fee_of(registration) if registration else None

    async def note(context: Context) -> None:
        dues = Dues(context)
        locked = await dues.lock(order.public_id)
        assert locked is not None
        if locked.about != row.public_id:
            return  # it followed to another time while the hospital was asked
        if found is not None:
            await dues.billed(locked, found.code)
        else:
            await dues.over(locked, "not_owed")

    await job.run(note)


async def moved(job: Job, payload: dict[str, Any]) -> None:
    """What the hospital has as paid for one registration is paid for another one. Where it will not have that, it goes
    back, and the new one is paid at the hospital."""
    order, row = await _read(job, payload)
    if order is None or row is None or order.about != row.public_id:
        return
    if order.state in ("paid", "refunding"):
        raise NotYet("the hospital does not have it as paid yet, or a part of it goes back")
    registration = _registration(row) if order.state == "settled" else ""
    if not registration:
        return
    hospital, request = job.ports[Charging], f"{MOVED}:{order.public_id}:{row.public_id}"
    known = await hospital.ask_charge(request)
    try:
        if known is not None and known.refused:
            raise OutsideRefused(known.refused, system="his")
        if known is None:
            await hospital.move_fee(request, settlement=order.settlement, registration=registration)
    except OutsideRefused as no:
        log.warning("fee_not_moved", appointment=row.public_id, code=no.code)
        await job.run(lambda context: _over(context, order.public_id, "not_movable"))


async def over(job: Job, payload: dict[str, Any]) -> None:
    """What was asked for is of no use any more."""
    await job.run(lambda context: _over(context, str(payload["order"]), str(payload["why"])))


async def _over(context: Context, public: str, why: str) -> None:
    fees = Fees(context)
    await fees.over(await fees.dues.lock(public), why)


def _registration(row: Any) -> str:
    """The hospital's code; "" where there will be none. Raises NotYet where there may be one."""
    if not row.registration and row.state == "booked" and row.end_at > clock.now():
        raise NotYet("the hospital does not have the registration yet")
    return str(row.registration or "") if row.state == "booked" else ""


async def _read(job: Job, payload: dict[str, Any]) -> tuple[Any, Any]:
    async with job.context() as context:
        order = await Dues(context).lock(str(payload["order"]))
        return order, await store.appointment_by(context.tx, int(payload["appointment"]))


# Three weeks: a session of ours may stand in the hospital's book only shortly before its day.
HANDLES = {
    BILL: Handles(bill, tries=3000, slowest_s=600),
    MOVED: Handles(moved, tries=3000, slowest_s=600),
    OVER: Handles(over, tries=40, slowest_s=600),
}
