"""What the hospital says a person owes, and the area's own part as an owner: bills that were written there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bot import logs
from bot.context import Context
from bot.errors import OutsideError
from flows.patients.people import Person
from flows.payment.refusals import BillChanged, HospitalSilent
from integrations.his.charges import Bill, Charging

log = logs.get(__name__)

IN_A_TURN = 1.5  # seconds; the channel waits five for the whole answer
NAME = "payment"


async def bills_of(context: Context, person: Person) -> Sequence[Bill]:
    """What the person owes now, the oldest first; nothing for who has no record.

    :raises HospitalSilent: it did not say in time
    """
    if person.patient_no is None:
        return ()
    try:
        async with asyncio.timeout(IN_A_TURN):
            return await context.ports[Charging].bills(person.patient_no)
    except (TimeoutError, OutsideError) as error:
        log.info("bills_silent", error=type(error).__name__)
        raise HospitalSilent() from error


def require(order: Any, bills: Sequence[Bill]) -> None:
    """The hospital may have written a bill anew since the order was opened.

    :raises BillChanged: it is owed no more, or another amount is
    """
    if not any((each.code, each.amount) == (order.bill, order.amount) for each in bills):
        raise BillChanged(order=order.public_id)


class Bills:
    """An `Owner`: the hospital wrote the bill, nothing of ours hangs on it."""

    name = NAME
    tells = False

    async def paid(self, context: Context, order: Any) -> bool:
        return True

    async def bill(self, context: Context, order: Any) -> str:
        return str(order.bill)

    async def settled(self, context: Context, order: Any) -> None: ...

    async def closed(self, context: Context, order: Any) -> None: ...

    async def unsettled(self, context: Context, order: Any) -> None: ...
