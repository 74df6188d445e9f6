"""A claim on a commercial insurer on its way: what it is told, and what it says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot import metrics
from bot.context import Context
from bot.db.transaction import Transaction
from flows.payment import pushes
from flows.payment import store as cashier
from flows.payment.covered import store
from flows.payment.covered.ending import clear, lane
from flows.payment.covered.rules import OPEN, WAITING, next_ask
from integrations.commercial.port import Answer, Claim, Holder, Policy
from integrations.his.charges import Item

CARRY = "payment.cover"


def carry_on(tx: Transaction, row: Any, step: str = "") -> None:
    """What is next for it is done in the background."""
    tx.put(CARRY, {"cover": row.id}, key=f"{CARRY}:{row.id}:{step}", lane=lane(row.id), priority=1)


async def chosen(tx: Transaction, row: Any, policy: str, product: str) -> None:
    """It is claimed on this policy."""
    if await store.move(tx, row.id, ("known",), state="sent", policy=policy, product=product, policies=None):
        carry_on(tx, row, "sent")


@dataclass(frozen=True, slots=True)
class ToCarry:
    """What is next for a claim that the insurer has not answered. `claim` None: whose policies there are is asked."""

    cover: int
    insurer: str
    holder: Holder
    claim: Claim | None


class Answers:
    """Locks the order first."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def to_carry(self, cover_id: int) -> ToCarry | None:
        """None where nothing is to be told now."""
        row, order = await self._locked(cover_id)
        if row.state == "asked":
            return ToCarry(row.id, row.insurer, Holder(**json.loads(row.identity)), None)
        if row.state != "sent" or row.sent_at is not None:
            return None
        facts = json.loads(order.facts)
        claim = Claim(
            row.number, row.policy, row.way, order.clinic, facts.get("doctor") or "", row.consented_at, order.amount,
            row.amount, tuple(Item(**each) for each in facts.get("items", ())),
        )
        return ToCarry(row.id, row.insurer, Holder("", "", ""), claim)

    async def known(self, cover_id: int, policies: Sequence[Policy]) -> None:
        """Whose policies there are. The only one that pays in this way is claimed on at once; of several they choose.
        """
        row, _ = await self._locked(cover_id)
        fit = [each for each in policies if row.way in each.ways]
        if not fit:
            await self.refused(cover_id, "way_not_covered" if policies else "not_insured")
            return
        told = json.dumps([asdict(each) for each in fit], ensure_ascii=False)
        if await store.move(self.tx, cover_id, ("asked",), state="known", policies=told):
            if len(fit) == 1:
                now: Any = await store.by_id(self.tx, cover_id)
                await chosen(self.tx, now, fit[0].code, fit[0].product)

    async def sent(self, cover_id: int) -> None:
        """The insurer has it: from now on it is asked how it stands."""
        await store.move(
            self.tx, cover_id, ("sent",), sent_at=self.tx.now, asks=0, ask_at=next_ask(self.tx.now, 0)
        )

    async def answered(self, cover_id: int, said: Answer) -> None:
        """How the claim stands at the insurer, as it answers or on being asked: the same however often it is heard, and
        what it says of a claim that is over here changes nothing."""
        row, order = await self._locked(cover_id)
        if row.state == "agreed":
            return  # the order stands on it: what the insurer thinks better of, it says when it is told to settle
        facts: dict[str, Any] = {"code": said.code or None, "answered_at": self.tx.now}
        if said.state == "refused":
            await self.refused(cover_id, said.reason or "refused")
        elif said.state == "withdrawn":
            await self.refused(cover_id, "withdrawn")
        elif said.state == "wanting":
            wants = " ".join(said.wants)[:64]
            same = row.state == "wanting" and row.wants == wants
            if not same and await store.move(
                self.tx, cover_id, WAITING, state="wanting", wants=wants, **facts
            ):
                await self._tell(order, cover_id, "wanting")
        elif said.state == "pending":
            await store.move(self.tx, cover_id, ("wanting",), state="sent", wants=None)
        elif said.state == "offered" and row.way == "direct":
            if not 0 < said.pays <= row.amount:
                await self.refused(cover_id, "amount_differs")
            elif await store.move(
                self.tx, cover_id, WAITING, state="offered", pays=said.pays, wants=None, ask_at=None, **facts
            ):
                await self._tell(order, cover_id, "offered")
        elif said.state == "settled" and row.way == "after":
            if await store.move(
                self.tx, cover_id, WAITING, state="settled", pays=said.pays, wants=None, ask_at=None,
                settled_at=said.at or self.tx.now, identity=None, policies=None, **facts,
            ):
                await self._tell(order, cover_id, "settled")

    async def refused(self, cover_id: int, code: str) -> None:
        """The insurer will not pay."""
        row, order = await self._locked(cover_id)
        if await store.move(
            self.tx, cover_id, OPEN, state="refused", refusal=code[:64], ended_at=self.tx.now, ask_at=None
        ):
            clear(self.tx, cover_id)
            if row.state != "agreed":
                await self._tell(order, cover_id, "refused")
            self.tx.note(
                "payment.covered_refused", actor=self.context.actor, about=f"order:{order.public_id}",
                person=order.person_id, clinic=order.clinic, failed=code,
            )

    async def _tell(self, order: Any, cover_id: int, what: str) -> None:
        await pushes.covered(self.context, order, await store.by_id(self.tx, cover_id))
        metrics.covers.inc(what)

    async def _locked(self, cover_id: int) -> tuple[Any, Any]:
        """The claim as it is under its order's lock, and the order."""
        found: Any = await store.by_id(self.tx, cover_id)
        order: Any = await cashier.lock(self.tx, found.order_id)
        return await store.by_id(self.tx, cover_id), order
