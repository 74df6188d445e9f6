"""Commercial insurers in memory that misbehave by lot, as the till does; what they took upon themselves is told by
`money`, what they paid to patients by `given`."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from bot import clock
from bot.errors import OutsideRefused, OutsideUnknown
from integrations.commercial.port import Answer, Claim, Commercial, Holder, Line, Policy, Totals
from tests.flows.payment.till import Faults

PERCENT = {"西药费": 50}


def policy(code: str = "P1", **changes: Any) -> Policy:
    return replace(Policy(code, f"门诊险 {code}", ("direct", "after"), PERCENT, 0, 1_000_000), **changes)


@dataclass
class Known:
    claim: Claim | None
    answer: Answer


class PlayedCommercial:
    """Pays `percent` of what is claimed. `refuses` maps a verb to a code; `answers`: what a claim is answered with
    first ("" at once)."""

    title = "平和健康"

    def __init__(self, faults: Faults, name: str = "pinghe", percent: int = 50) -> None:
        self.faults, self.name, self.percent = faults, name, percent
        self.has: list[Policy] = [policy()]
        self.known: dict[str, Known] = {}
        self.told: list[Line] = []
        self.notes: list[str] = []
        self.refuses: dict[str, str] = {}
        self.first: Literal["", "pending", "wanting"] = ""
        self.unknown: dict[str, Literal["done", "not_done"]] = {}
        """Verbs whose answer is lost once, and whether they were done."""

    async def policies(self, holder: Holder) -> Sequence[Policy]:
        assert holder.number
        self.faults.before()
        self._may("policies")
        return self.has

    async def submit(self, claim: Claim) -> Answer:
        def work() -> Answer:
            known = self.known.get(claim.number)
            if known is not None:
                if known.claim is None:
                    raise OutsideRefused("withdrawn", system="commercial")
                assert known.claim == claim, "another claim under the same number"
                return known.answer
            self._may("submit")
            assert claim.policy in {each.code for each in self.has} and 0 < claim.amount <= claim.bill
            answer = self._judged(claim)
            if self.first and answer.state != "refused":
                answer = replace(answer, state=self.first, wants=("invoice",) if self.first == "wanting" else ())
            self.known[claim.number] = Known(claim, answer)
            return answer

        return self._once("submit", work)

    async def ask(self, number: str) -> Answer | None:
        self.faults.before()
        self.faults.after(command=False)
        found = self.known.get(number)
        return None if found is None else found.answer

    async def supply(self, number: str, note_id: str, note: str) -> Answer:
        def work() -> Answer:
            if note_id not in self.notes:
                self.notes.append(note_id)
                self.decide(number)
            return self.known[number].answer

        return self._once("supply", work)

    async def settle(self, number: str, pays: int) -> Answer:
        def work() -> Answer:
            known = self.known[number]
            if known.answer.state == "settled":
                return known.answer
            self._may("settle")
            if known.answer.state == "withdrawn":
                raise OutsideRefused("withdrawn", system="commercial")
            assert known.answer.state == "offered" and known.answer.pays == pays
            return self._pay(number)

        return self._once("settle", work)

    async def withdraw(self, number: str) -> Answer:
        def work() -> Answer:
            known = self.known.setdefault(number, Known(None, Answer("withdrawn")))
            if known.answer.state in ("settled", "reversed"):
                raise OutsideRefused("settled_already", system="commercial")
            known.claim, known.answer = None, Answer("withdrawn")
            return known.answer

        return self._once("withdraw", work)

    async def reverse(self, number: str) -> Answer:
        def work() -> Answer:
            known = self.known[number]
            if known.answer.state == "settled":
                self._may("reverse")
                assert known.claim is not None
                known.answer = replace(known.answer, state="reversed", at=clock.now())
                if known.claim.way == "direct":
                    self.told.append(Line(number, known.answer.code, known.answer.pays, clock.now(), "r"))
            assert known.answer.state == "reversed"
            return known.answer

        return self._once("reverse", work)

    async def totals(self, day: date) -> Totals:
        paid = sum(each.pays for each in self.told if not each.reversal)
        return Totals(len(self.told), paid, sum(each.pays for each in self.told if each.reversal))

    async def lines(self, day: date) -> AsyncIterator[Line]:
        for each in self.told:
            yield each

    async def check(self) -> Sequence[str]:
        return []

    def decide(self, number: str) -> None:
        """What was pending, or wanted something, is answered now."""
        known = self.known[number]
        if known.claim is not None and known.answer.state in ("pending", "wanting"):
            known.answer = self._judged(known.claim)

    def decide_all(self) -> None:
        for number in self.known:
            self.decide(number)

    def money(self) -> int:
        """What it pays to hospitals, in fen."""
        return self._sum("direct")

    def given(self) -> int:
        """What it paid to patients."""
        return self._sum("after")

    def left_open(self) -> list[str]:
        return [n for n, each in self.known.items() if each.answer.state in ("pending", "wanting", "offered")]

    def _sum(self, way: str) -> int:
        settled = [each for each in self.known.values() if each.answer.state == "settled"]
        return sum(each.answer.pays for each in settled if each.claim is not None and each.claim.way == way)

    def _judged(self, claim: Claim) -> Answer:
        pays = claim.amount * self.percent // 100
        if not pays:
            return Answer("refused", f"K{claim.number}", reason="not_covered")
        if claim.way == "direct":
            return Answer("offered", f"K{claim.number}", pays)
        return Answer("settled", f"K{claim.number}", pays, at=clock.now())

    def _pay(self, number: str) -> Answer:
        known = self.known[number]
        known.answer = replace(known.answer, state="settled", at=clock.now())
        self.told.append(Line(number, known.answer.code, known.answer.pays, clock.now()))
        return known.answer

    def _may(self, verb: str) -> None:
        if verb in self.refuses:
            raise OutsideRefused(self.refuses[verb], system="commercial")

    def _once(self, verb: str, work: Callable[[], Answer]) -> Answer:
        self.faults.before()
        unknown = self.unknown.pop(verb, "")
        if unknown == "not_done":
            raise OutsideUnknown("no answer", system="commercial")
        done = work()
        self.faults.after()
        if unknown == "done":
            raise OutsideUnknown("no answer", system="commercial")
        return done


class PlayedCommercials:
    """`Commercials`."""

    def __init__(self, *insurers: PlayedCommercial) -> None:
        self.insurers = {each.name: each for each in insurers}

    def __getitem__(self, name: str) -> Commercial:
        return self.insurers[name]

    def all(self) -> Sequence[Commercial]:
        return list(self.insurers.values())


def holder(**changes: Any) -> Holder:
    return Holder(**{"document_type": "resident", "number": "330102199003074512", "name": "某人"} | changes)


def quiet(seed: int = 1) -> Faults:
    return Faults(random.Random(seed))
