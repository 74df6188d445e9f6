"""A payment channel and a hospital's cashier in memory that misbehave by lot: they lose answers after the deed, refuse
to be reached, take their time. What they did is told by `money` and `book`.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot import clock
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations.his.charges import Bill, ChargeOutcome, Invoice, Paid, Permission, Returned, Settlement, Taking
from integrations.paying.port import Asking, Back, Sheet, Standing, State, Way


class Killed(BaseException):
    """The process is gone: nothing catches it, nothing is written down any more."""


@dataclass
class Faults:
    """Shares of calls: not reached, and done with the answer lost; of payments: taken although they are over. `killed`:
    of steps after which the process dies."""

    lot: random.Random
    away: float = 0.0
    lost: float = 0.0
    belated: float = 0.0
    killed: float = 0.0

    def end(self) -> None:
        self.away = self.lost = self.killed = 0.0

    def step(self) -> None:
        if self.lot.random() < self.killed:
            raise Killed

    def before(self) -> None:
        self.step()
        if self.lot.random() < self.away:
            raise OutsideUnavailable("by lot", system="till")

    def after(self, *, command: bool = True) -> None:
        self.step()
        if self.lot.random() < self.lost:
            raise (OutsideUnknown if command else OutsideUnavailable)("by lot", system="till")


@dataclass
class Account:
    asking: Asking
    state: State = "unpaid"
    channel_number: str = ""
    backs: dict[str, Back] = field(default_factory=dict)


class Till:
    """A channel. `pay` and `end_refunds` are what happens there; `told` gathers the notices that it would send."""

    channel = "wechat"
    ways: Sequence[Way] = ("inside", "code", "scanned")

    def __init__(self, name: str, faults: Faults) -> None:
        self.name, self.faults = name, faults
        self.accounts: dict[str, Account] = {}
        self.told: list[Standing | Back] = []

    async def ask_for(self, asking: Asking) -> Sheet:
        self.faults.before()
        known = self.accounts.get(asking.number)
        if known is None:
            self.accounts[asking.number] = Account(asking)
        elif known.asking.amount != asking.amount:
            raise OutsideRefused("number_reused", system="till")
        elif known.state != "unpaid":
            raise OutsideRefused("already_paid" if known.state == "paid" else "already_closed", system="till")
        self.faults.after()
        return Sheet(asking.way, asking.expires, {"package": asking.number})

    async def standing(self, number: str) -> Standing:
        self.faults.before()
        known = self.accounts.get(number)
        self.faults.after(command=False)
        return Standing(number, "absent") if known is None else self._standing(number)

    async def close(self, number: str) -> None:
        self.faults.before()
        known = self.accounts.get(number)
        if known is not None:
            if known.state == "paid":
                raise OutsideRefused("already_paid", system="till")
            known.state = "closed"
        self.faults.after()

    async def reverse(self, number: str) -> None:
        await self.close(number)

    async def refund(self, number: str, refund: str, *, amount: int, of: int, why: str) -> Back:
        self.faults.before()
        known = self.accounts[number]
        if refund not in known.backs:
            assert known.state == "paid" and of == known.asking.amount
            if amount + sum(each.amount for each in known.backs.values()) > of:
                raise OutsideRefused("not_enough", system="till")
            known.backs[refund] = Back(refund, "processing", amount, f"cr{refund[:10]}")
        assert known.backs[refund].amount == amount
        self.faults.after()
        return known.backs[refund]

    async def refund_standing(self, number: str, refund: str) -> Back:
        self.faults.before()
        return self.accounts[number].backs.get(refund, Back(refund, "absent"))

    async def bill(self, day: date) -> None:
        return None

    async def check(self) -> Sequence[str]:
        return []

    # --- what happens there --------------------------------------------------------------------------------------

    def pay(self, number: str) -> bool:
        """The payer types the password; False where the channel does not let them."""
        known = self.accounts.get(number)
        if known is None or known.state == "paid":
            return False
        over = known.state != "unpaid" or known.asking.expires <= clock.now()
        if over and self.faults.lot.random() >= self.faults.belated:
            return False
        known.state, known.channel_number = "paid", f"c{number[:20]}"
        self.told.append(self._standing(number))
        return True

    def end_refunds(self) -> None:
        for known in self.accounts.values():
            for refund, back in known.backs.items():
                if back.state == "processing":
                    known.backs[refund] = replace(back, state="back", back_at=clock.now())
                    self.told.append(known.backs[refund])

    def money(self) -> int:
        """What the channel holds for us, in fen."""
        return sum(
            known.asking.amount - sum(back.amount for back in known.backs.values() if back.state == "back")
            for known in self.accounts.values() if known.state == "paid"
        )

    def _standing(self, number: str) -> Standing:
        known = self.accounts[number]
        if known.state != "paid":
            return Standing(number, known.state)
        return Standing(number, "paid", known.asking.amount, known.channel_number, "o-x", clock.now())


class Tills:
    def __init__(self, *tills: Till) -> None:
        self.tills = {till.name: till for till in tills}

    def __getitem__(self, name: str) -> Till:
        return self.tills[name]

    def offered(self, account: str) -> Sequence[Till]:
        return list(self.tills.values())


class Cashier:
    """The hospital's. Refuses by `refuses` (bill -> code); `late` answers are done only after a while."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.answers: dict[str, ChargeOutcome] = {}
        self.settled: dict[str, Settlement] = {}
        self.permitted: dict[str, Permission] = {}
        self.told: set[str] = set()
        self.refuses: dict[str, str] = {}

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
        self.told.add(permission)
        self.answers[request_id] = ChargeOutcome(told=True)
        self.faults.after()

    async def move_fee(self, request_id: str, *, settlement: str, registration: str) -> None:
        raise NotImplementedError

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

    def takings(self, day: date) -> AsyncIterator[Taking]:
        raise NotImplementedError

    async def invoice(self, settlement: str) -> Invoice | None:
        self.faults.before()
        return Invoice(f"I{settlement}", f"https://invoice.example/{settlement}")

    def money(self) -> int:
        return sum(s.amount for s in self.settled.values()) - sum(p.amount for p in self.permitted.values())


