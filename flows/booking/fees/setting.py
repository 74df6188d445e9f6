"""Sets what the sessions of a clinic cost by kind, from a day on; what a patient was told stays."""

from __future__ import annotations

from dataclasses import dataclass

from bot import logs
from bot.access import audit
from bot.context import Context
from bot.errors import NotFound, Refusal
from flows.booking.fees import store
from flows.booking.fees.rules import Fee
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.patterns.rules import DEAREST, KINDS
from flows.booking.roster.sessions import store as sessions
from flows.booking.roster.sessions.generating import MAKE

log = logs.get(__name__)


class BadFee(Refusal):
    """No such kind, no such fee, or a day that is over. Facts: field (kind, fee, first)."""


class FeeNeeded(Refusal):
    """Sessions would be left without a fee."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a new fee meets: sessions that follow the rule, and how many have a place in them at the old fee."""

    sessions: int
    people: int
    before: int | None


class FeeSetting:
    """Made anew for each request. Reach is checked by whoever calls."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx
        self.today = context.clock.local(context.now).date()

    async def preview(self, wanted: Fee) -> Found:
        """Reads only. Raises BadFee."""
        self._check(wanted)
        fees = await store.read(self.tx, wanted.clinic)
        before = fees.on(wanted.clinic, wanted.kind, wanted.first)
        later = (each.first for each in fees.coming(wanted.clinic, wanted.first) if each.kind == wanted.kind)
        found = await sessions.by_rule(self.tx, wanted.clinic, wanted.kind, wanted.first, min(later, default=None))
        return Found(len(found), sum(row.people for row in found), before)

    async def put(self, wanted: Fee) -> None:
        """Sessions that are there follow right after the commit; appointments and holds keep what they were told.
        Raises BadFee."""
        self._check(wanted)
        await patterns.pass_gate(self.tx)
        await store.put(self.tx, wanted.clinic, wanted.kind, wanted.first, wanted.fee, self.context.actor)
        await self._told("booking.fee_set", wanted, wanted.fee)

    async def drop(self, clinic: str, public: str) -> None:
        """Take back one that has not begun. Raises NotFound, FeeNeeded."""
        await patterns.pass_gate(self.tx)
        fees = await store.read(self.tx, clinic)
        found = next((each for each in fees.coming(clinic, self.today) if each.key == public), None)
        if found is None:
            raise NotFound("fee")
        edits = [edit.terms for _, edit in await patterns.edits(self.tx, clinic) if edit.terms is not None]
        for terms in [*(each.terms for each in await patterns.live(self.tx)), *edits]:
            mine = terms.fee is None and (terms.clinic, terms.kind) == (clinic, found.kind)
            if mine and not fees.covers(clinic, found.kind, max(terms.first, self.today), without=public):
                raise FeeNeeded
        await store.drop(self.tx, public)
        await self._told("booking.fee_dropped", found, None)

    def _check(self, wanted: Fee) -> None:
        if wanted.kind not in KINDS:
            raise BadFee(field="kind")
        if not 0 <= wanted.fee <= DEAREST:
            raise BadFee(field="fee")
        if wanted.first < self.today:
            raise BadFee(field="first")

    async def _told(self, act: str, fee: Fee, now: int | None) -> None:
        facts = {"kind": fee.kind, "first": fee.first.isoformat(), "fee": now}
        audit.write(self.tx, self.context.actor, act, f"clinic:{fee.clinic}", facts)
        await patterns.tell(self.tx, self.context.actor, "fee", fee.clinic, fee.clinic, facts=facts)
        self.tx.put(MAKE, {"clinic": fee.clinic}, priority=3)
        log.info("fee_rule_changed", clinic=fee.clinic, kind=fee.kind, first=fee.first.isoformat())
