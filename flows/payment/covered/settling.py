"""What a commercial insurer pays of an order becomes true once the order is paid, and is undone when it goes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot import metrics
from bot.context import Context
from flows.payment import pushes
from flows.payment import store as cashier
from flows.payment.covered import store
from flows.payment.covered.ending import clear
from flows.payment.covered.rules import OPEN
from flows.payment.ledger import rules as ledger_rules
from flows.payment.ledger import store as book
from integrations.commercial.port import Answer


@dataclass(frozen=True, slots=True)
class ToSettle:
    """What the insurer is told to settle. `unwanted`: given up, so nothing is to come of it."""

    cover: int
    insurer: str
    number: str
    pays: int
    unwanted: bool


class Covering:
    """Locks the order first."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def to_settle(self, order_id: int) -> ToSettle | None:
        """What the insurer is to be told of a paid order, None where that is over or there is nothing."""
        order = await cashier.lock(self.tx, order_id)
        row = await store.alive(self.tx, order_id)
        if order is None or row is None or row.state != "agreed" or order.state not in ("paid", "refunding"):
            return None
        unwanted = order.unwanted or order.settle_refusal is not None
        return ToSettle(row.id, row.insurer, row.number, row.pays, unwanted)

    async def telling(self, cover_id: int) -> bool:
        """The insurer is about to be told; False where that is not wanted any more."""
        _, order = await self._locked(cover_id)
        return not order.unwanted and await store.move(self.tx, cover_id, ("agreed",), told_at=self.tx.now)

    async def settled(self, cover_id: int, done: Answer) -> None:
        row, order = await self._locked(cover_id)
        if await store.move(
            self.tx, cover_id, ("agreed",), state="settled", settled_at=done.at or self.tx.now, identity=None,
            policies=None,
        ):
            moved = ledger_rules.covered(order.id, row.id, row.insurer, row.pays)
            await book.add(self.tx, moved, self.context.clock, self.context.actor)
            metrics.covers.inc("settled")

    async def voided(self, cover_id: int) -> None:
        """It is sure that nothing of it will ever be settled."""
        await self._locked(cover_id)
        if await store.move(self.tx, cover_id, OPEN, state="ended", ended_at=self.tx.now):
            clear(self.tx, cover_id)

    async def to_undo(self, order_id: int) -> Any:
        """The direct claim whose settlement is to be reversed; None where none stands."""
        await cashier.lock(self.tx, order_id)
        row = await store.alive(self.tx, order_id)
        return row if row is not None and row.way == "direct" and row.state == "settled" else None

    async def reversed(self, cover_id: int, done: Answer) -> None:
        """The insurer has undone it. What it had paid to the patient never was in our books."""
        row, order = await self._locked(cover_id)
        if not await store.move(
            self.tx, cover_id, ("settled",), state="reversed", reversed_at=done.at or self.tx.now
        ):
            return
        if row.way == "direct":
            moved = ledger_rules.uncovered(order.id, row.id, row.insurer, row.pays)
            await book.add(self.tx, moved, self.context.clock, self.context.actor)
        else:
            await pushes.covered(self.context, order, await store.by_id(self.tx, cover_id))
        clear(self.tx, cover_id)
        metrics.covers.inc("reversed")

    async def kept(self, cover_id: int, code: str) -> None:
        """The insurer will not take it back: staff look."""
        await self._locked(cover_id)
        await store.move(self.tx, cover_id, ("settled", "ended", "refused"), refusal=code[:64])
        metrics.covers.inc("kept")

    async def _locked(self, cover_id: int) -> tuple[Any, Any]:
        """The claim as it is under its order's lock, and the order."""
        found: Any = await store.by_id(self.tx, cover_id)
        order: Any = await cashier.lock(self.tx, found.order_id)
        return await store.by_id(self.tx, cover_id), order
