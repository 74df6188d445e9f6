"""Use cases of a claim on the insurance: asked with consent, offered, agreed to, told, undone."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import logs, metrics
from bot.context import Context
from flows.payment import pushes
from flows.payment import store as cashier
from flows.payment.covered import store as covers
from flows.payment.hearing import Hearing
from flows.payment.insured import store
from flows.payment.insured.ending import clear, end, lane
from flows.payment.insured.rules import CONSENT, OPEN
from flows.payment.ledger import rules as ledger_rules
from flows.payment.ledger import store as book
from flows.payment.orders import LAST_MOMENTS
from flows.payment.refusals import BeingChecked, NotPriced, OneIsRunning, PaidAlready, TimeIsUp
from flows.payment.rules import OPEN_ORDER
from integrations.his.charges import Item
from integrations.insurance.port import Identity, Insurer, Reversal, Settlement, Split

log = logs.get(__name__)
PRICE = "payment.insured"
NOTHING_COVERED = "nothing_covered"


@dataclass(frozen=True, slots=True)
class ToPrice:
    """What the insurance is told before it can say what it would pay."""

    number: str
    identity: Identity
    clinic: str
    doctor: str
    at: datetime
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class ToClaim:
    """What the insurance is told to settle. `unwanted`: given up, so nothing is to come of it."""

    claim: int
    number: str
    visit: str
    split: Split
    unwanted: bool


class Claims:
    """Locks the order first."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def ask(self, order_id: int, identity: Identity) -> Any:
        """Whoever pays has agreed that the insurance is told: it is asked what it would pay. The claim that is alive,
        or a new one.

        :raises NotPriced: a commercial insurer was asked already
        """
        order = await cashier.lock(self.tx, order_id)
        self._payable(order)
        assert order is not None
        if await covers.alive(self.tx, order_id) is not None:
            raise NotPriced()  # what a commercial insurer pays is of what this one leaves
        made = await self.tx.insert_once(
            store.claim, order_id=order_id, open_key=order_id, number=secrets.token_hex(13),
            insurer=self.context.ports[Insurer].name, state="asked", consent=CONSENT, consented_at=self.tx.now,
            consented_by=self.context.actor,
            identity=json.dumps([identity.kind, identity.number, identity.name], ensure_ascii=False),
        )
        row: Any = await store.alive(self.tx, order_id)
        if made:
            self.tx.put(PRICE, {"claim": row.id}, key=f"{PRICE}:{row.id}", lane=lane(row.id), priority=1)
            self._note("asked", order)
        return row

    async def to_price(self, claim_id: int) -> ToPrice | None:
        row: Any = await store.by_id(self.tx, claim_id)
        if row.state != "asked":
            return None
        order: Any = await cashier.lock(self.tx, row.order_id)
        facts = json.loads(order.facts)
        return ToPrice(
            row.number, Identity(*json.loads(row.identity)), order.clinic, facts.get("doctor") or "",
            row.consented_at, tuple(Item(**{"price": each["amount"], **each}) for each in facts.get("items", ())),
        )

    async def offered(self, claim_id: int, scheme: str, visit: str, split: Split) -> None:
        """The insurance says what it would pay; of nothing, or of another bill, no claim is made."""
        row, order = await self._locked(claim_id)
        if split.amount != order.amount or split.covered <= 0:
            code = NOTHING_COVERED if split.amount == order.amount else "amount_differs"
            await self.refused(claim_id, code, visit)
            return
        values = {"fund": split.fund, "personal": split.personal, "own": split.own}
        if await store.move(
            self.tx, row.id, ("asked",), state="offered", scheme=scheme, visit=visit, offered_at=self.tx.now, **values
        ):
            await pushes.offered(self.context, order, await store.by_id(self.tx, row.id))
            metrics.claims.inc("offered")

    async def refused(self, claim_id: int, code: str, visit: str | None = None) -> None:
        """The insurance will not have it."""
        row, order = await self._locked(claim_id)
        if await store.move(
            self.tx, row.id, OPEN, state="refused", refusal=code[:64], ended_at=self.tx.now, visit=visit or row.visit
        ):
            clear(self.tx, row.id)
            if row.state == "asked":
                await pushes.offered(self.context, order, await store.by_id(self.tx, row.id))
            self._note("refused", order, code)
            metrics.claims.inc("refused")

    async def agree(self, order_id: int) -> Any:
        """Whoever pays has seen the parts and agrees; what is left for them can be paid from now on.

        :raises NotPriced: the insurance has not said yet, or would not
        :raises OneIsRunning, BeingChecked: all of it is being paid in another way
        :raises PaidAlready, TimeIsUp: as they say
        """
        order = await cashier.lock(self.tx, order_id)
        self._payable(order)
        row = await store.alive(self.tx, order_id)
        if row is not None and row.state == "agreed":
            return row
        if row is None or row.state != "offered":
            raise NotPriced()
        await self._nothing_runs(order_id)
        await store.move(self.tx, row.id, ("offered",), state="agreed", agreed_at=self.tx.now)
        await pushes.answered(self.context, row)
        await cashier.move_order(self.tx, order_id, OPEN_ORDER, insured=row.fund + row.personal)
        self._note("agreed", order)
        if row.own == 0:
            await Hearing(self.context).nothing_left(order_id)
        return await store.by_id(self.tx, row.id)

    async def leave(self, order_id: int) -> None:
        """They want to pay all of it themselves.

        :raises OneIsRunning, BeingChecked: their part is being paid
        """
        order = await cashier.lock(self.tx, order_id)
        if order is None or order.state not in OPEN_ORDER:
            return
        await self._nothing_runs(order_id)
        if row := await store.alive(self.tx, order_id):
            await pushes.answered(self.context, row)
        if await end(self.tx, order_id):
            await cashier.move_order(self.tx, order_id, OPEN_ORDER, insured=0, covered=0)
            self._note("left", order)

    # --- settling and undoing ------------------------------------------------------------------------------------

    async def to_claim(self, order_id: int) -> ToClaim | None:
        """What the insurance is to be told of a paid order, None where that is over or there is nothing."""
        order = await cashier.lock(self.tx, order_id)
        row = await store.alive(self.tx, order_id)
        if order is None or row is None or row.state != "agreed" or order.state not in ("paid", "refunding"):
            return None
        unwanted = order.unwanted or order.settle_refusal is not None
        return ToClaim(row.id, row.number, row.visit, Split(row.fund, row.personal, row.own), unwanted)

    async def telling(self, claim_id: int) -> bool:
        """The insurance is about to be told; False where that is not wanted any more."""
        _, order = await self._locked(claim_id)
        return not order.unwanted and await store.move(self.tx, claim_id, ("agreed",), told_at=self.tx.now)

    async def claimed(self, claim_id: int, done: Settlement) -> None:
        row, order = await self._locked(claim_id)
        if await store.move(
            self.tx, claim_id, ("agreed",), state="claimed", settlement=done.code, claimed_at=done.at, identity=None
        ):
            moved = ledger_rules.claimed(order.id, row.id, row.insurer, row.fund + row.personal)
            await book.add(self.tx, moved, self.context.clock, self.context.actor)
            metrics.claims.inc("claimed")

    async def voided(self, claim_id: int) -> None:
        """It is sure that nothing of it will ever be settled."""
        row, _ = await self._locked(claim_id)
        if await store.move(self.tx, claim_id, OPEN, state="ended", ended_at=self.tx.now):
            clear(self.tx, row.id)

    async def to_undo(self, order_id: int) -> Any:
        """The claim whose settlement is to be reversed; None where none stands."""
        await cashier.lock(self.tx, order_id)
        row = await store.alive(self.tx, order_id)
        return row if row is not None and row.state == "claimed" else None

    async def reversed(self, claim_id: int, done: Reversal) -> None:
        row, order = await self._locked(claim_id)
        if await store.move(
            self.tx, claim_id, ("claimed",), state="reversed", reversal=done.code, reversed_at=done.at
        ):
            moved = ledger_rules.unclaimed(order.id, row.id, row.insurer, row.fund + row.personal)
            await book.add(self.tx, moved, self.context.clock, self.context.actor)
            clear(self.tx, row.id)
            metrics.claims.inc("reversed")

    async def _nothing_runs(self, order_id: int) -> None:
        for running in await cashier.open_payments(self.tx, order_id):
            raise (BeingChecked if running.checking_at is not None else OneIsRunning)(channel=running.channel)

    def _payable(self, order: Any) -> None:
        if order is None or order.state not in OPEN_ORDER:
            raise (TimeIsUp if order is None or order.state == "closed" else PaidAlready)()
        if order.expires_at <= self.tx.now + LAST_MOMENTS:
            raise TimeIsUp(order=order.public_id)

    async def _locked(self, claim_id: int) -> tuple[Any, Any]:
        """The claim as it is under its order's lock, and the order."""
        found: Any = await store.by_id(self.tx, claim_id)
        order: Any = await cashier.lock(self.tx, found.order_id)
        return await store.by_id(self.tx, claim_id), order

    def _note(self, what: str, order: Any, failed: str = "") -> None:
        self.tx.note(
            f"payment.insured_{what}", actor=self.context.actor, about=f"order:{order.public_id}",
            person=order.person_id, clinic=order.clinic, channel=self.context.channel, failed=failed,
        )
