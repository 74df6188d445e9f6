"""A payment channel in memory that misbehaves by lot: it loses answers after the deed, refuses to be reached, takes its
time. What it did is told by `money` and `lines`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot import clock
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations.paying.port import Asking, Back, BillLine, Sheet, Standing, State, Way
from tests.flows.payment.paper import Paper, day_of


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
    """`asked_at`: when a refund was asked for, by its number."""

    asking: Asking
    state: State = "unpaid"
    channel_number: str = ""
    paid_at: datetime | None = None
    backs: dict[str, Back] = field(default_factory=dict)
    asked_at: dict[str, datetime] = field(default_factory=dict)


class Till:
    """A channel. `pay` and `end_refunds` are what happens there; `told` gathers the notices that it would send."""

    channel = "wechat"
    ways: Sequence[Way] = ("inside", "code", "scanned")

    def __init__(self, name: str, faults: Faults) -> None:
        self.name, self.faults = name, faults
        self.accounts: dict[str, Account] = {}
        self.told: list[Standing | Back] = []
        self.planted: dict[str, BillLine | None] = {}
        """What its bill says instead, by the name of the line; None: nothing."""

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
            known.asked_at[refund] = clock.now()
        assert known.backs[refund].amount == amount
        self.faults.after()
        return known.backs[refund]

    async def refund_standing(self, number: str, refund: str) -> Back:
        self.faults.before()
        return self.accounts[number].backs.get(refund, Back(refund, "absent"))

    async def bill(self, day: date) -> Paper | None:
        lines = dict(self.lines()) | self.planted
        return Paper(line for line in lines.values() if line is not None and day_of(line.at) == day)

    def lines(self) -> Iterator[tuple[str, BillLine]]:
        """All that moved here, by what it is called where the sides are held together."""
        for number, known in self.accounts.items():
            if known.paid_at is not None:
                yield f"p:{number}", BillLine(number, known.channel_number, known.asking.amount, known.paid_at)
            for refund, back in known.backs.items():
                yield f"r:{refund}", BillLine(
                    number, known.channel_number, back.amount, known.asked_at[refund], refund, back.channel_refund
                )

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
        known.state, known.channel_number, known.paid_at = "paid", f"c{number[:20]}", clock.now()
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
        return Standing(number, "paid", known.asking.amount, known.channel_number, "o-x", known.paid_at)


class Tills:
    def __init__(self, *tills: Till) -> None:
        self.tills = {till.name: till for till in tills}

    def __getitem__(self, name: str) -> Till:
        return self.tills[name]

    def offered(self, account: str) -> Sequence[Till]:
        return list(self.tills.values())
