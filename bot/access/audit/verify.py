"""The proof that nothing was taken out: the whole chain is calculated again, from the first row to the sealed head."""

from __future__ import annotations

import hmac
from typing import Any

from bot import keys
from bot.access.audit import chain, store
from bot.access.audit.chain import ZERO, Fault, Kind, Proof
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.errors import KeysError

BATCH = 500
MOST_FAULTS = 50


async def verify(database: Database, anchor: str = "") -> Proof:
    """Read the trail from end to end; reads only, and rows that come meanwhile are no fault.

    :param anchor: ``Proof.anchor`` of an earlier proof, kept elsewhere; a trail that does not hold it was replaced
    """
    async with database.reading() as tx:
        row = await store.head_of(tx)
        walk = _Walk(row, anchor)
        while not walk.done:
            rows = await store.after(tx, walk.number, BATCH)
            for each in rows:
                walk.step(each)
            if len(rows) < BATCH:
                break
        grown = await _grown(tx, row)
    return walk.proof(grown)


async def _grown(tx: Transaction, row: Any) -> bool:
    """Whether the head moved on while we read: rows behind the one we began with are then to be expected."""
    now = await store.head_of(tx)
    return now is not None and row is not None and now.number > row.number and _ours(now)


class _Walk:
    """Where the walk along the chain stands."""

    def __init__(self, head: Any, anchor: str) -> None:
        self.head, self.number, self.digest = head, 0, ZERO
        self.faults: list[Fault] = []
        number, _, self._expected = anchor.partition(":")
        self._anchor = int(number) if number.isdigit() else 0
        self._met = not anchor
        self._behind = False

    @property
    def done(self) -> bool:
        return self._behind or len(self.faults) >= MOST_FAULTS

    def step(self, row: Any) -> None:
        if self.head is not None and row.number > self.head.number:
            self._behind = True
            return
        if row.number != self.number + 1:
            self._fault("missing", self.number + 1)
            self.digest = b""  # the rows behind a gap are judged by their own link again
        stored = bytes(row.hash)
        try:
            entry = store.entry_of(row, keys.ring().open(bytes(row.sealed), "audit_entry.facts"))
            if self.digest and not hmac.compare_digest(chain.link(self.digest, entry), stored):
                self._fault("changed", row.number)
        except (KeysError, ValueError):
            self._fault("unreadable", row.number)
        self.number, self.digest = row.number, stored
        if row.number == self._anchor:
            self._met = stored.hex().startswith(self._expected) and len(self._expected) >= 8

    def proof(self, grown: bool) -> Proof:
        if self.head is None:
            if self.number or not self._met:
                self._fault("head_missing", self.number)
            return Proof(self.number, "", tuple(self.faults))
        if not _ours(self.head):
            self._fault("head_forged", self.head.number)
        elif len(self.faults) < MOST_FAULTS:
            if self.number < self.head.number:
                self._fault("cut", self.number + 1)
            elif self._behind and not grown:
                self._fault("added", self.number + 1)
            if self.number == self.head.number and self.digest != bytes(self.head.hash):
                self._fault("changed", self.number)
        if not self._met:
            self._fault("anchor", self._anchor)
        return Proof(self.number, chain.anchor(self.number, self.digest or ZERO), tuple(self.faults))

    def _fault(self, kind: Kind, number: int) -> None:
        fault = Fault(kind, number)
        if fault not in self.faults:
            self.faults.append(fault)


def _ours(head: Any) -> bool:
    return hmac.compare_digest(chain.seal(head.number, bytes(head.hash)), bytes(head.seal))
