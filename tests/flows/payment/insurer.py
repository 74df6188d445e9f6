"""An insurance in memory that misbehaves by lot, as the till does; what it took upon itself is told by `money`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot import clock
from bot.errors import OutsideRefused, OutsideUnknown
from integrations.his.charges import Item
from integrations.insurance.port import Detail, Done, Identity, Insured, Reversal, Settlement, Split, Totals, Visit
from tests.flows.payment.till import Faults


@dataclass
class Registered:
    amount: int = 0
    settled: Settlement | None = None
    gone: bool = False


class PlayedInsurer:
    """Pays `percent` of every bill, a third of that from the insured's own account; `refuses` maps a verb to a code.
    """

    name = "insurance"

    def __init__(self, faults: Faults, percent: int = 60) -> None:
        self.faults, self.percent = faults, percent
        self.visits: dict[str, Registered] = {}
        self.said: dict[str, Done] = {}
        self.lines: list[Detail] = []
        self.refuses: dict[str, str] = {}
        self.unknown: dict[str, Literal["done", "not_done"]] = {}
        """Verbs whose answer is lost once, and whether they were done."""

    async def identify(self, identity: Identity) -> Insured:
        self.faults.before()
        self._may("identify")
        return Insured("P1", "employee", 100_000)

    async def register(self, message: str, visit: Visit) -> str:
        def work() -> Done:
            self.visits[f"M{visit.number}"] = Registered()
            return Done(visit=f"M{visit.number}")

        return (await self._once("register", message, work)).visit

    async def unregister(self, message: str, visit: str) -> None:
        def work() -> Done:
            self._unsettled(visit).gone = True
            return Done()

        await self._once("unregister", message, work)

    async def charge(self, message: str, visit: str, items: Sequence[Item]) -> None:
        def work() -> Done:
            assert not self.visits[visit].amount
            self._unsettled(visit).amount = sum(item.amount for item in items)
            return Done()

        await self._once("charge", message, work)

    async def uncharge(self, message: str, visit: str) -> None:
        def work() -> Done:
            self._unsettled(visit).amount = 0
            return Done()

        await self._once("uncharge", message, work)

    async def price(self, visit: str) -> Split:
        self.faults.before()
        self._may("price")
        amount = self._unsettled(visit).amount
        covered = amount * self.percent // 100
        return Split(covered - covered // 3, covered // 3, amount - covered)

    async def settle(self, message: str, visit: str, split: Split) -> Settlement:
        def work() -> Done:
            found = self._unsettled(visit)
            assert split.amount == found.amount
            found.settled = Settlement(f"J{visit}", split, clock.now())
            self.lines.append(Detail(message, found.settled.code, split, clock.now()))
            return Done(settlement=found.settled)

        done = await self._once("settle", message, work)
        assert done.settlement is not None
        return done.settlement

    async def reverse(self, message: str, settlement: str) -> Reversal:
        def work() -> Done:
            found = self.visits[settlement[1:]]
            assert found.settled is not None
            first = next(each for each in self.lines if each.settlement == settlement)
            self.lines.append(Detail(first.message, settlement, found.settled.split, clock.now(), message))
            found.settled = None
            return Done(reversal=Reversal(f"C{settlement}", clock.now()))

        done = await self._once("reverse", message, work)
        assert done.reversal is not None
        return done.reversal

    async def void(self, message: str, of: str) -> None:
        def work() -> Done:
            if of in self.said and not self.said[of].voided:
                raise OutsideRefused("settled_already", system="insurance")
            self.said[of] = Done(voided=True)
            return Done()

        await self._once("void", message, work)

    async def ask(self, message: str) -> Done | None:
        self.faults.before()
        self.faults.after(command=False)
        return self.said.get(message)

    async def totals(self, day: date) -> Totals:
        taken = sum(each.split.covered for each in self.lines if not each.reversal)
        return Totals(len(self.lines), taken, sum(each.split.covered for each in self.lines if each.reversal))

    async def details(self, day: date) -> AsyncIterator[Detail]:
        for each in self.lines:
            yield each

    async def check(self) -> Sequence[str]:
        return []

    def money(self) -> int:
        """What it took upon itself, in fen."""
        return sum(each.settled.split.covered for each in self.visits.values() if each.settled is not None)

    def left_open(self) -> int:
        """Visits of which nothing came and that still stand."""
        return sum(not each.gone and each.settled is None for each in self.visits.values())

    def _may(self, verb: str) -> None:
        if verb in self.refuses:
            raise OutsideRefused(self.refuses[verb], system="insurance")

    def _unsettled(self, visit: str) -> Registered:
        found = self.visits[visit]
        if found.gone or found.settled is not None:
            raise OutsideRefused("no_visit" if found.gone else "visit_settled", system="insurance")
        return found

    async def _once(self, verb: str, message: str, work: Callable[[], Done]) -> Done:
        self.faults.before()
        unknown = self.unknown.pop(verb, "")
        if unknown == "not_done":
            raise OutsideUnknown("no answer", system="insurance")
        if message not in self.said:
            self._may(verb)
            self.said[message] = work()
        elif self.said[message].voided:
            raise OutsideRefused("voided", system="insurance")
        self.faults.after()
        if unknown == "done":
            raise OutsideUnknown("no answer", system="insurance")
        return self.said[message]


def identity(**changes: Any) -> Identity:
    return Identity(**{"kind": "id_card", "number": "330102199003074512", "name": "某人"} | changes)
