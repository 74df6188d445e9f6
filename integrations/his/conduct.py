"""How the embedded hospital behaves, and others of its world by a switch of their own (`who`). They can be told to be
slow, to lose their answers, to refuse, to be away; the switches stand in a table, so that every process meets the same.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from bot.db.engine import Database
from bot.db.lookup import Lookup, asked
from bot.db.transaction import Transaction
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations.his import store

HOSPITAL, INSURER, COMMERCIAL = 1, 2, 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Conduct:
    """`delay_s` seconds for every call, half before and half after its work, so that a caller's time limit may fall
    on either side of the commit. `lose_next` commands, and a share `lose_share` (0 to 1) of all, are done but their
    answer never arrives. `refuse` maps a verb to the code it is refused with. `unavailable`: nothing is taken."""

    delay_s: float = 0.0
    lose_next: int = 0
    lose_share: float = 0.0
    unavailable: bool = False
    refuse: Mapping[str, str] = field(default_factory=dict)


GOOD = Conduct()


async def behave(database: Database, conduct: Conduct = GOOD, who: int = HOSPITAL) -> None:
    """From now on behave like this, in every process. Without `conduct`: well."""
    values = {
        "delay_s": conduct.delay_s,
        "lose_next": conduct.lose_next,
        "lose_share": conduct.lose_share,
        "unavailable": conduct.unavailable,
        "refuse": json.dumps(dict(conduct.refuse)),
    }

    async def write(tx: Transaction) -> None:
        if not await tx.insert_once(store.conduct, id=who, **values):
            await tx.update(store.conduct.update().where(store.conduct.c.id == who).values(**values))

    await database.run(write)


async def current(database: Database, who: int = HOSPITAL) -> Conduct:
    """How it behaves now."""
    async with database.reading() as tx:
        row = await _conduct.first(tx, id=who)
    if row is None:
        return GOOD
    return Conduct(row.delay_s, row.lose_next, row.lose_share, row.unavailable, json.loads(row.refuse))


_conduct = Lookup(lambda: store.conduct.select().where(store.conduct.c.id == asked(store.conduct.c.id)))


async def loses_one(database: Database, who: int = HOSPITAL) -> bool:
    """Take one of the answers that are to be lost; False when none is left."""
    table = store.conduct

    async def take(tx: Transaction) -> bool:
        fewer = table.update().where(table.c.id == who, table.c.lose_next > 0)
        return await tx.update(fewer.values(lose_next=table.c.lose_next - 1)) == 1

    return await database.run(take)


@dataclass(frozen=True, slots=True)
class Calls:
    """The way in and out of an embedded system: each call meets how it behaves at that moment."""

    database: Database
    who: int = HOSPITAL
    name: str = "hospital"
    system: str = "his"

    async def come_in(self) -> Conduct:
        """Half of the delay is over. Raises OutsideUnavailable."""
        conduct = await current(self.database, self.who)
        await asyncio.sleep(conduct.delay_s / 2)
        if conduct.unavailable:
            raise OutsideUnavailable(f"the {self.name} takes no calls", system=self.system)
        return conduct

    async def go_out(self, conduct: Conduct) -> None:
        """With an answer, after the other half. Raises OutsideUnknown where it is lost."""
        await asyncio.sleep(conduct.delay_s / 2)
        told = conduct.lose_next > 0 and await loses_one(self.database, self.who)
        if told or random.random() < conduct.lose_share:
            raise OutsideUnknown("no answer", system=self.system)

    async def question(self, read: Callable[[Transaction], Awaitable[T]]) -> T:
        """What changes nothing: its answer is never lost."""
        conduct = await self.come_in()
        async with self.database.reading() as tx:
            answer = await read(tx)
        await asyncio.sleep(conduct.delay_s / 2)
        return answer


def refused(code: str) -> OutsideRefused:
    """The no with this code of `port.REFUSALS`, in the hospital's words."""
    return OutsideRefused(code, WORDS.get(code, code), system="his")


WORDS = {
    "no_order": "no such examination order of this patient",
    "order_booked": "the order has an appointment already",
    "no_patient": "no patient with this record number",
    "no_session": "no session with this code",
    "no_segment": "the session has no such segment",
    "no_registration": "no registration with this code",
    "session_stopped": "the session is stopped",
    "session_over": "the segment has ended",
    "number_out_of_segment": "the number does not belong to the segment",
    "number_taken": "the number is registered for somebody else",
    "appointment_elsewhere": "the appointment is registered in another place",
    "document_missing": "neither a document nor a guardian's",
    "document_of_another": "the document is known under another name",
    "no_clinic": "no clinic with this code",
    "no_doctor": "no doctor with this code",
    "no_room": "no room with this code",
    "half_taken": "who sits there sits in another session in that half day",
    "number_in_use": "somebody is registered under a number that is left out",
    "session_outdated": "a later revision of the session is known",
    "request_id_reused": "the request id was used for something else",
    "no_bill": "no bill with this code",
    "bill_paid": "the bill is paid",
    "bill_void": "nobody owes this bill any more",
    "amount_differs": "the bill is of another amount",
    "no_settlement": "no settlement with this code",
    "seen": "the patient was seen",
    "dispensed": "what was paid for was handed out",
    "more_than_paid": "more than was paid, or than is left of it",
    "no_permission": "no consent with this code, or given for another refund",
    "not_movable": "the patient was seen, or part of it went back",
    "range_too_long": "a roster of more than 62 days",
}
