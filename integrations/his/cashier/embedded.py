"""The cashier of the embedded hospital: a `Charging` on tables of our own, which obeys the hospital's conduct."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from bot import keys
from bot.clock import HospitalClock
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.errors import OutsideRefused
from integrations.his.cashier import bills, store, till
from integrations.his.cashier.takings import takings
from integrations.his.charges import Bill, ChargeOutcome, Invoice, Paid, Permission, Returned, Settlement, Taking
from integrations.his.conduct import Calls, refused

T = TypeVar("T")
Work = Callable[[Transaction], Awaitable[ChargeOutcome]]


class EmbeddedCashier:
    """Shares nothing with its caller but the database server, as the hospital itself."""

    def __init__(self, database: Database, clock: HospitalClock | None = None) -> None:
        self._database = database
        self._calls = Calls(database)
        self._clock = clock or HospitalClock()

    async def bills(self, record_number: str) -> Sequence[Bill]:
        return await self._calls.question(lambda tx: bills.of_patient(tx, record_number))

    async def bill(self, code: str) -> Bill | None:
        return await self._calls.question(lambda tx: self._open(tx, code))

    async def fee_of(self, registration: str) -> Bill | None:
        return await self._calls.question(lambda tx: self._open(tx, f"F{registration[1:]}"))

    async def settle(self, request_id: str, *, bill: str, amount: int, paid: Sequence[Paid]) -> Settlement:
        asked = {"bill": bill, "amount": amount, "paid": [asdict(part) for part in paid]}
        outcome = await self._command(
            "settle", request_id, asked, lambda tx: till.settle(tx, self._clock, bill, amount, paid)
        )
        return _said(outcome.settlement)

    async def may_refund(self, request_id: str, *, settlement: str, amount: int, why: str) -> Permission:
        asked = {"settlement": settlement, "amount": amount}
        outcome = await self._command(
            "may_refund", request_id, asked, lambda tx: till.may_refund(tx, self._clock, settlement, amount)
        )
        return _said(outcome.permission)

    async def refunded(
        self, request_id: str, *, permission: str, refund: str, parts: Sequence[Returned] = ()
    ) -> None:
        asked: dict[str, Any] = {"permission": permission, "refund": refund}
        asked |= {"parts": [asdict(part) for part in parts]} if parts else {}
        await self._command("refunded", request_id, asked, lambda tx: till.refunded(tx, permission, refund, parts))

    async def move_fee(self, request_id: str, *, settlement: str, registration: str) -> None:
        asked = {"settlement": settlement, "registration": registration}
        await self._command(
            "move_fee", request_id, asked, lambda tx: till.move_fee(tx, self._clock, settlement, registration)
        )

    async def ask_charge(self, request_id: str) -> ChargeOutcome | None:
        async def read(tx: Transaction) -> ChargeOutcome | None:
            row = await tx.one(store.request.select().where(store.request.c.request_id == request_id))
            return None if row is None else _read(row)

        return await self._calls.question(read)

    async def takings(self, day: date) -> AsyncIterator[Taking]:
        since = self._clock.moment(day, datetime.min.time())
        until = self._clock.moment(day + timedelta(days=1), datetime.min.time())
        async for line in takings(self._calls.question, since, until):
            yield line

    async def invoice(self, settlement: str) -> Invoice | None:
        return await self._calls.question(lambda tx: till.invoice(tx, settlement))

    async def dispensed(self, bill: str) -> bool:
        """What happens at the pharmacy's own window; not a verb of the port."""
        table = store.bill
        mine = table.update().where(table.c.code == bill, table.c.dispensed_at.is_(None))
        return bool(await self._database.run(lambda tx: tx.update(mine.values(dispensed_at=tx.now))))

    async def _open(self, tx: Transaction, code: str) -> Bill | None:
        found = await bills.of_code(tx, self._clock, code)
        settled = await tx.one(store.settlement.select().where(store.settlement.c.bill == code))
        return None if found is None or found.void or settled is not None else found.bill

    async def _command(self, verb: str, request_id: str, asked: dict[str, Any], work: Work) -> ChargeOutcome:
        conduct = await self._calls.come_in()

        async def told_to_refuse(tx: Transaction) -> ChargeOutcome:
            raise refused(conduct.refuse[verb])

        chosen = told_to_refuse if verb in conduct.refuse else work
        outcome = await self._database.run(lambda tx: _once(tx, verb, request_id, asked, chosen))
        await self._calls.go_out(conduct)
        if outcome.refused:
            raise refused(outcome.refused)
        return outcome


async def _once(tx: Transaction, verb: str, request_id: str, asked: dict[str, Any], work: Work) -> ChargeOutcome:
    """Carry out `work` unless `request_id` was seen before; then give the answer of that time. What `work` refuses is
    remembered in the same transaction; it refuses before it writes anything."""
    digest = keys.ring().hash(f"{verb}:{json.dumps(asked, sort_keys=True)}", "his_charge_request.digest")
    if not await tx.insert_once(store.request, request_id=request_id, digest=digest, seen_at=tx.now):
        row: Any = await tx.one(store.request.select().where(store.request.c.request_id == request_id))
        if bytes(row.digest) != digest:
            raise refused("request_id_reused")
        return _read(row)
    try:
        outcome = await work(tx)
    except OutsideRefused as no:
        outcome = ChargeOutcome(refused=no.code)
    mine = store.request.update().where(store.request.c.request_id == request_id)
    await tx.update(mine.values(answer=json.dumps(asdict(outcome), ensure_ascii=False)))
    return outcome


def _read(row: Any) -> ChargeOutcome:
    kept = json.loads(row.answer)
    settlement, permission = kept["settlement"], kept["permission"]
    return ChargeOutcome(
        settlement=Settlement(**settlement) if settlement else None,
        permission=Permission(**permission) if permission else None, told=kept["told"], refused=kept["refused"],
    )


def _said(answer: T | None) -> T:
    """The part of an outcome that its verb fills."""
    if answer is None:
        raise LookupError("the remembered answer belongs to another command")
    return answer
