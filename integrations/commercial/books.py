"""What an embedded insurer keeps of policies and claims. It refuses before it writes; unique keys and locked rows
decide, never a look before."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from bot import keys
from bot.db.transaction import Transaction
from bot.errors import OutsideRefused
from integrations.commercial import store
from integrations.commercial.port import Answer, Claim, Line, Policy, Totals
from integrations.commercial.rules import Product, Shelf, bought, judge

SYSTEM = "commercial"
FIRST_POLICY, FIRST_CLAIM = 700_000, 9_000_000
REVIEW = timedelta(seconds=20)
"""So long somebody looks at a claim that is large."""


def no(code: str) -> OutsideRefused:
    return OutsideRefused(code, system=SYSTEM)


class Books:
    """Of one insurer, in one transaction."""

    def __init__(self, tx: Transaction, insurer: str, shelf: Shelf) -> None:
        self.tx, self.insurer, self.shelf = tx, insurer, shelf

    async def policies(self, document: str) -> list[Policy]:
        table, digest = store.policy, keys.ring().hash(document, "commercial_policy.document")
        for each in bought(self.insurer, self.shelf, document):
            await self.tx.insert_once(
                table, insurer=self.insurer, document=digest, product=each.code, deductible=each.deductible, spent=0,
                year=self.tx.now.year,
            )
        mine = table.select().where(table.c.insurer == self.insurer, table.c.document == digest).order_by(table.c.id)
        return [_policy(row, self.shelf.product(row.product), self.tx.now.year) for row in await self.tx.all(mine)]

    async def submit(self, claim: Claim) -> Answer:
        table = store.claim
        digest = keys.ring().hash(json.dumps(asdict(claim), sort_keys=True, default=str), "commercial_claim.digest")
        made = await self.tx.insert_once(
            table, insurer=self.insurer, number=claim.number, digest=digest, direct=claim.way == "direct",
            state="pending", pays=0, bore=0, at=self.tx.now,
        )
        row = await self._claim(claim.number)
        if not made:
            if row.state == "withdrawn":
                raise no("withdrawn")
            if row.digest is None or bytes(row.digest) != digest:
                raise no("number_reused")
            return await self.standing(row)
        policy = await self._policy(_key(claim.policy, "P", FIRST_POLICY))
        if policy is None:
            raise no("no_policy")
        product = self.shelf.product(policy.product)
        if claim.way not in product.ways:
            raise no("way_not_covered")
        deductible, left = _stand(policy, product, self.tx.now.year)
        judged = judge(
            product, deductible=deductible, left=left, items=claim.items, bill=claim.bill, amount=claim.amount
        )
        values: dict[str, Any] = {"policy_id": policy.id, "pays": judged.pays, "bore": judged.bore}
        if judged.reason:
            values |= {"state": "refused", "reason": judged.reason}
        elif claim.way == "after" and claim.amount >= product.papers:
            values |= {"state": "wanting", "wants": "invoice record"}
        elif claim.way == "direct" and claim.amount < product.review:
            values |= {"state": "offered"}
        else:
            values |= {"decides_at": self.tx.now + REVIEW}
        await self._change(row.id, **values)
        return await self.standing(await self._claim(claim.number))

    async def ask(self, number: str) -> Answer | None:
        row = await self._claim(number, must=False)
        return None if row is None else await self.standing(row)

    async def supply(self, number: str, note_id: str, note: str) -> Answer:
        row = await self._claim(number)
        if row.note_id == note_id:
            return await self.standing(row)
        if row.state in ("withdrawn", "settled", "reversed", "refused"):
            raise no("withdrawn" if row.state == "withdrawn" else "settled_already")
        await self._change(row.id, state="pending" if row.state == "wanting" else row.state, wants=None, note=note,
                           note_id=note_id, decides_at=self.tx.now + REVIEW)
        return await self.standing(await self._claim(number))

    async def settle(self, number: str, pays: int) -> Answer:
        row = await self._claim(number)
        if row.state == "settled" and row.pays == pays:
            return await self.standing(row)
        if row.state == "withdrawn":
            raise no("withdrawn")
        if row.state != "offered" or not row.direct:
            raise no("not_offered")
        if row.pays != pays or not await self._spend(row):
            raise no("terms_differ")
        return await self.standing(await self._claim(number))

    async def withdraw(self, number: str) -> Answer:
        made = await self.tx.insert_once(
            store.claim, insurer=self.insurer, number=number, direct=True, state="withdrawn", pays=0, bore=0,
            at=self.tx.now,
        )
        row = await self._claim(number)
        if not made and row.state in ("settled", "reversed"):
            raise no("settled_already")
        await self._change(row.id, state="withdrawn")
        return Answer("withdrawn", _code(row.id))

    async def reverse(self, number: str) -> Answer:
        row = await self._claim(number)
        if row.state == "settled":
            await self._change(row.id, state="reversed", reversed_at=self.tx.now)
            table = store.policy
            mine = table.update().where(table.c.id == row.policy_id)
            await self.tx.update(mine.values(spent=table.c.spent - row.pays, deductible=table.c.deductible + row.bore))
        elif row.state != "reversed":
            raise no("not_settled")
        return await self.standing(await self._claim(number))

    async def standing(self, row: Any) -> Answer:
        """How it stands now; what was to be decided by now is decided."""
        if row.state == "pending" and row.decides_at is not None and row.decides_at <= self.tx.now:
            if row.direct:
                await self._change(row.id, state="offered")
            elif not await self._spend(row):
                await self._change(row.id, state="refused", reason="used_up", pays=0)
            row = await self._claim(row.number)
        at = row.reversed_at if row.state == "reversed" else row.settled_at
        wants = tuple((row.wants or "").split())
        return Answer(row.state, _code(row.id), row.pays, row.reason or "", wants, at)

    async def lines(self, since: datetime, until: datetime, after: int, limit: int, *, back: bool) -> list[Line]:
        """Direct claims above number `after` that were settled then, or (`back`) undone."""
        table = store.claim
        at = table.c.reversed_at if back else table.c.settled_at
        mine = table.select().where(table.c.insurer == self.insurer, table.c.direct, at >= since, at < until)
        rows = await self.tx.all(mine.where(table.c.id > after).order_by(table.c.id).limit(limit))
        return [
            Line(row.number, _code(row.id), row.pays, row.reversed_at if back else row.settled_at,
                 f"R{row.id}" if back else "")
            for row in rows
        ]

    async def totals(self, since: datetime, until: datetime) -> Totals:
        table = store.claim
        mine = table.select().where(table.c.insurer == self.insurer, table.c.direct)
        paid = await self.tx.all(mine.where(table.c.settled_at >= since, table.c.settled_at < until))
        back = await self.tx.all(mine.where(table.c.reversed_at >= since, table.c.reversed_at < until))
        return Totals(len(paid) + len(back), sum(row.pays for row in paid), sum(row.pays for row in back))

    async def _spend(self, row: Any) -> bool:
        """From the year's limit; False where it is not there any more."""
        policy = await self._policy(row.policy_id)
        product = self.shelf.product(policy.product)
        deductible, left = _stand(policy, product, self.tx.now.year)
        if row.pays > left or row.bore > deductible:
            return False
        table = store.policy
        await self.tx.update(table.update().where(table.c.id == policy.id).values(
            deductible=deductible - row.bore, spent=product.limit - left + row.pays, year=self.tx.now.year
        ))
        await self._change(row.id, state="settled", settled_at=self.tx.now)
        return True

    async def _policy(self, policy_id: int) -> Any:
        table = store.policy
        mine = table.select().where(table.c.id == policy_id, table.c.insurer == self.insurer)
        return await self.tx.one(mine.with_for_update())

    async def _claim(self, number: str, *, must: bool = True) -> Any:
        table = store.claim
        mine = table.select().where(table.c.insurer == self.insurer, table.c.number == number)
        row = await self.tx.one(mine.with_for_update())
        if row is None and must:
            raise no("no_claim")
        return row

    async def _change(self, claim_id: int, **values: Any) -> None:
        await self.tx.update(store.claim.update().where(store.claim.c.id == claim_id).values(**values))


def number_of(code: str) -> int:
    return _key(code, "K", FIRST_CLAIM)


def _policy(row: Any, product: Product, year: int) -> Policy:
    deductible, left = _stand(row, product, year)
    return Policy(f"P{FIRST_POLICY + row.id}", product.name, product.ways, dict(product.percent), deductible, left)


def _stand(row: Any, product: Product, year: int) -> tuple[int, int]:
    """What is left of the deductible and of the limit; both are new each year."""
    if row.year < year:
        return product.deductible, product.limit
    return row.deductible, product.limit - row.spent


def _code(claim_id: int) -> str:
    return f"K{FIRST_CLAIM + claim_id}"


def _key(code: str, letter: str, first: int) -> int:
    """The integer key behind a code; 0, which nothing has, where it is none of ours."""
    digits = code[1:] if code.startswith(letter) else ""
    return max(int(digits) - first, 0) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0
