"""The draft of a clinic: what its patterns are to become once it is published."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.access import audit
from bot.access.twice import unless_done
from bot.context import Context
from bot.errors import Conflict, NotFound, Refusal
from flows.booking.fees import store as fees
from flows.booking.neighbours import Neighbours
from flows.booking.roster.patterns import store
from flows.booking.roster.patterns.rules import Edit, Terms, wrong


class BadTerms(Refusal):
    """These terms make no roster. Fact: ``why``, a slug of templates/common/desk/problem_<slug>."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a clinic's patterns: as it is in force (None: not yet), and what the draft makes of it."""

    key: str
    now: Terms | None
    edit: Edit | None

    @property
    def terms(self) -> Terms:
        """As it is to be; of one that ends, as it is."""
        terms = (self.edit.terms if self.edit else None) or self.now
        assert terms is not None
        return terms

    @property
    def mark(self) -> str:
        """Of what the form was filled from: who saves an older one is told."""
        draft = (self.edit.act, self.edit.terms) if self.edit else None
        return hashlib.sha256(repr((self.now, draft)).encode()).hexdigest()[:16]


class Drafts:
    """Made anew for each request. Reach is checked by whoever calls (roster/reach.py)."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx, self.by = context, context.tx, context.actor
        self.today = context.clock.local(context.now).date()

    async def entries(self, clinic: str) -> list[Entry]:
        """All patterns of a clinic that are not over, and what is to be added."""
        live = await store.live(self.tx)
        edits = [edit for _, edit in await store.edits(self.tx, clinic)]
        changed = {edit.pattern: edit for edit in edits if edit.pattern}
        found = [Entry(each.key, each.terms, changed.get(each.key)) for each in live if each.terms.clinic == clinic
                 and (each.terms.last is None or each.terms.last >= self.today or each.key in changed)]
        return found + [Entry(edit.key, None, edit) for edit in edits if not edit.pattern]

    async def entry(self, clinic: str, key: str) -> Entry:
        for each in await self.entries(clinic):
            if each.key == key:
                return each
        raise NotFound("pattern")

    async def add(self, terms: Sequence[Terms]) -> None:
        """New patterns, or single days; what the draft adds already is not added again. Raises BadTerms."""
        for each in terms:
            await self.check(each)
        there = [edit.terms for _, edit in await store.edits(self.tx)]
        terms = [each for each in terms if each not in there]
        for clinic in {each.clinic for each in terms}:
            own = [each for each in terms if each.clinic == clinic]
            await store.add_edits(self.tx, self.by, clinic, own)
            self._tell("booking.roster_drafted", clinic, how="add", count=len(own))

    async def change(self, clinic: str, key: str, mark: str, terms: Terms) -> None:
        """Other terms. Where a weekly pattern is to be otherwise only from a later day on, the old one goes on until
        then. Raises BadTerms, Conflict (somebody changed it meanwhile), NotFound."""
        # One after the other: of two in the same instant the later sees what the first one left.
        await store.pass_gate(self.tx)
        entry = await self.entry(clinic, key)
        old = entry.now
        until = old and self._until(old, terms)
        if entry.mark != mark:
            await self._unless_mine(clinic, entry, until or terms, terms)
            return
        await self.check(terms)
        if old is None:
            if not await store.change_edit(self.tx, self.by, key, terms):
                raise Conflict("roster")
        elif until:
            await self._put(key, "change", until)
            await store.add_edits(self.tx, self.by, clinic, [terms])
        else:
            await self._put(key, "change", terms)
        self._tell("booking.roster_drafted", clinic, how="change", about=key)

    async def end(self, clinic: str, key: str, last: date | None = None) -> None:
        """It is to end at once, or after `last`."""
        entry = await self.entry(clinic, key)
        if entry.now is None:
            await store.drop_edits(self.tx, clinic, [key])
        elif last is not None and last >= self.today:
            await self._put(key, "change", replace(entry.now, last=max(last, entry.now.first)))
        else:
            await self._put(key, "end", None)
        self._tell("booking.roster_drafted", clinic, how="end", about=key)

    async def undo(self, clinic: str, key: str) -> None:
        """Take one line out of the draft."""
        entry = await self.entry(clinic, key)
        if entry.edit is not None:
            await store.drop_edits(self.tx, clinic, [entry.edit.key])
            self._tell("booking.roster_drafted", clinic, how="undo", about=key)

    async def discard(self, clinic: str) -> int:
        """Throw the whole draft of a clinic away; what is in force stays."""
        count = await store.drop_edits(self.tx, clinic)
        if count:
            self._tell("booking.roster_discarded", clinic, count=count)
        return count

    async def check(self, terms: Terms) -> None:
        """Against the rules and the directory: nobody sits where there is no such clinic, doctor or room."""
        if why := wrong(terms, self.today):
            raise BadTerms(why=why)
        catalogue = await Neighbours(self.context).catalogue()
        doctor, room = catalogue.doctor.get(terms.doctor or ""), catalogue.room.get(terms.room)
        if terms.clinic not in catalogue.clinic or (terms.doctor and doctor is None):
            raise BadTerms(why="roster_whom")
        if terms.kind == "expert" and terms.doctor is None:
            raise BadTerms(why="roster_whom")
        if room is None:
            raise BadTerms(why="roster_room")
        begins = max(terms.first, self.today)
        if terms.fee is None and not (await fees.read(self.tx, terms.clinic)).covers(terms.clinic, terms.kind, begins):
            raise BadTerms(why="roster_fee_none")

    # --- inside --------------------------------------------------------------------------------------------------

    def _until(self, old: Terms, terms: Terms) -> Terms | None:
        """The old terms of a weekly pattern, as they go on until others begin; None where these hold at once."""
        if old.single or not (old.first < terms.first and terms.first > self.today):
            return None
        return replace(old, last=terms.first - timedelta(days=1))

    async def _unless_mine(self, clinic: str, entry: Entry, left: Terms, terms: Terms) -> None:
        """Nothing is left to be done where this very member brought this very line to what they want: a second tap.
        An equal line elsewhere in the draft does not make up for what a colleague made of this one. Raises Conflict."""
        edit = entry.edit
        done = edit is not None and edit.by == self.by and edit.terms == left
        if done and left != terms:
            mine = [each.terms for _, each in await store.edits(self.tx, clinic) if each.by == self.by]
            done = terms in mine
        unless_done(done, True, "roster")

    async def _put(self, key: str, act: str, terms: Terms | None) -> None:
        pattern = next((each for each in await store.live(self.tx) if each.key == key), None)
        if pattern is None:
            raise Conflict("roster")
        await store.put_edit(self.tx, self.by, pattern.terms.clinic, pattern.id, act, terms)

    def _tell(self, act: str, clinic: str, **facts: object) -> None:
        audit.write(self.tx, self.by, act, f"clinic:{clinic}", facts)

