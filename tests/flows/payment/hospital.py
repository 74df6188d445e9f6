"""A hospital's cashier in memory, which misbehaves as the till does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date

from bot import clock
from bot.errors import OutsideRefused
from integrations.his.charges import Bill, ChargeOutcome, Invoice, Paid, Permission, Returned, Settlement, Taking
from tests.flows.payment.paper import day_of
from tests.flows.payment.till import Faults


class Cashier:
    """The hospital's. Refuses by `refuses` (bill -> code); `late` answers are done only after a while."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.answers: dict[str, ChargeOutcome] = {}
        self.settled: dict[str, Settlement] = {}
        self.permitted: dict[str, Permission] = {}
        self.told: set[str] = set()
        self.refuses: dict[str, str] = {}
        self.takes: list[Taking] = []
        self.numbers: dict[str, str] = {}

    async def settle(self, request_id: str, *, bill: str, amount: int, paid: Sequence[Paid]) -> Settlement:
        self.faults.before()
        known = self.answers.get(request_id)
        if known is None:
            if code := self.refuses.get(bill):
                known = ChargeOutcome(refused=code)
            elif bill in self.settled:
                known = ChargeOutcome(refused="bill_paid")
            else:
                assert amount == sum(each.amount for each in paid)
                self.settled[bill] = Settlement(f"S{len(self.settled)}", bill, amount, f"R{len(self.settled)}")
                self.numbers[self.settled[bill].code] = paid[0].number
                self.takes += [Taking(self.settled[bill].code, p.number, p.amount, clock.now()) for p in paid]
                known = ChargeOutcome(settlement=self.settled[bill])
            self.answers[request_id] = known
        self.faults.after()
        if known.settlement is None:
            raise OutsideRefused(known.refused, system="his")
        return known.settlement

    async def may_refund(self, request_id: str, *, settlement: str, amount: int, why: str) -> Permission:
        self.faults.before()
        known = self.answers.get(request_id)
        if known is None:
            given = sum(p.amount for p in self.permitted.values() if p.settlement == settlement)
            whole = next(s.amount for s in self.settled.values() if s.code == settlement)
            assert given + amount <= whole, "more is asked back than was paid"
            if code := self.refuses.get(f"refund:{settlement}"):
                known = ChargeOutcome(refused=code)
            else:
                made = Permission(f"P{len(self.permitted)}", settlement, amount)
                self.permitted[made.code] = made
                known = ChargeOutcome(permission=made)
            self.answers[request_id] = known
        self.faults.after()
        if known.permission is None:
            raise OutsideRefused(known.refused, system="his")
        return known.permission

    async def refunded(
        self, request_id: str, *, permission: str, refund: str, parts: Sequence[Returned] = ()
    ) -> None:
        self.faults.before()
        assert not parts or sum(each.amount for each in parts) == self.permitted[permission].amount
        assert permission in self.permitted
        assert request_id in self.answers or permission not in self.told, "told twice"
        if permission not in self.told:
            given = self.permitted[permission]
            back = parts or (Returned(self.numbers[given.settlement], refund, given.amount),)
            self.takes += [Taking(given.settlement, p.number, p.amount, clock.now(), p.refund) for p in back]
        self.told.add(permission)
        self.answers[request_id] = ChargeOutcome(told=True)
        self.faults.after()

    async def move_fee(self, request_id: str, *, settlement: str, registration: str) -> None:
        raise OutsideRefused("no-fee", system="his")  # bills are all that it takes money for

    async def ask_charge(self, request_id: str) -> ChargeOutcome | None:
        self.faults.before()
        self.faults.after(command=False)
        return self.answers.get(request_id)

    async def bills(self, record_number: str) -> Sequence[Bill]:
        return []

    async def bill(self, code: str) -> Bill | None:
        return None

    async def fee_of(self, registration: str) -> Bill | None:
        return None

    async def takings(self, day: date) -> AsyncIterator[Taking]:
        for each in self.takes:
            if day_of(each.at) == day:
                yield each

    async def invoice(self, settlement: str) -> Invoice | None:
        self.faults.before()
        return Invoice(f"I{settlement}", f"https://invoice.example/{settlement}")

    def money(self) -> int:
        return sum(s.amount for s in self.settled.values()) - sum(p.amount for p in self.permitted.values())
