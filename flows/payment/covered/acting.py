"""What staff do about a claim on a commercial insurer: ask it again, withdraw it, send after what it wants. All of it
stands in the trail."""

from __future__ import annotations

from typing import Any

from bot.access import audit
from bot.context import Context
from flows.payment import store as cashier
from flows.payment.covered import store
from flows.payment.covered.covers import Covers
from flows.payment.covered.ending import CLEAR, lane
from flows.payment.covered.rules import WAITING, acts

ASK, SUPPLY = "payment.cover_ask", "payment.cover_supply"


class CoverActs:
    """`context.actor` is who acts; the pages of the desk look after rights and reach. Each gives False where it is not
    allowed as the claim stands now."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def ask_again(self, public: str) -> bool:
        """How it stands is asked at once; what should not stand there any more is undone once more."""
        row, order = await self._locked(public)
        if "ask" not in acts(row, order.state):
            return False
        if row.state in WAITING:
            self.tx.put(ASK, {"cover": row.id}, lane=lane(row.id), priority=1)
        else:
            self.tx.put(CLEAR, {"cover": row.id}, lane=lane(row.id), priority=1)
        self._write("payment.cover_asked", public)
        return True

    async def withdraw(self, public: str, note: str) -> bool:
        """:raises OneIsRunning, BeingChecked: the payer is paying their part"""
        row, order = await self._locked(public)
        if "withdraw" not in acts(row, order.state):
            return False
        if not await Covers(self.context).leave(row.order_id, revoked=False):
            return False
        self._write("payment.cover_withdrawn", public, note=note)
        return True

    async def supply(self, public: str, note: str) -> bool:
        """What was sent after, in words: the insurer goes on with it."""
        row, order = await self._locked(public)
        if "supply" not in acts(row, order.state):
            return False
        await store.move(self.tx, row.id, ("wanting",), note=note, rounds=row.rounds + 1)
        self.tx.put(SUPPLY, {"cover": row.id, "round": row.rounds + 1}, lane=lane(row.id), priority=1)
        self._write("payment.cover_supplied", public, note=note)
        return True

    async def _locked(self, public: str) -> tuple[Any, Any]:
        found: Any = await store.of_public(self.tx, public)
        order = await cashier.lock(self.tx, found.order_id)
        return await store.of_public(self.tx, public), order

    def _write(self, act: str, public: str, **facts: Any) -> None:
        audit.write(self.tx, self.context.actor, act, f"cover:{public}", facts)
