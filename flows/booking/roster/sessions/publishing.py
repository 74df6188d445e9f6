"""Publishing a clinic's draft, and closing or opening one session. Who has an appointment is never disturbed by it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot import logs
from bot.access import audit
from bot.context import Context
from bot.errors import Conflict, NotFound, Refusal
from flows.booking.glance import glance
from flows.booking.neighbours import Neighbours
from flows.booking.roster import store as rosters
from flows.booking.roster.book import store as book
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.patterns.rules import Edit, Terms
from flows.booking.roster.sessions import store
from flows.booking.roster.sessions.diff import GONE, Known
from flows.booking.roster.sessions.generating import MAKE
from flows.booking.roster.sessions.making import Maker
from flows.booking.roster.sessions.outlook import outlook
from flows.booking.roster.sessions.preview import Preview, concerned, preview

log = logs.get(__name__)

Decision = Literal["keep", "stop"]
Stop = Callable[[Context, int], Awaitable[None]]
"""Stops a session (its key), as flows/booking/stops does: everybody in it is told and chooses."""


class StalePreview(Conflict):
    """The preview was of another state; the new one has to be read first."""


class Undecided(Refusal):
    """Somebody is hit, and it was not said what becomes of them. Fact: ``count``."""


class NothingToPublish(Refusal):
    """The draft is empty."""


@dataclass(frozen=True, slots=True)
class Published:
    """How many sessions come, were changed, went; how many appointments were kept, and how many sessions stopped."""

    comes: int
    changes: int
    goes: int
    kept: int
    stopped: int


class Publishing:
    """``stop`` is how a session is stopped; None where that is not offered."""

    def __init__(self, context: Context, stop: Stop | None = None) -> None:
        self.context, self.tx, self.stop = context, context.tx, stop

    async def publish(self, clinic: str, token: str, decisions: Mapping[str, str]) -> Published:
        """Put the draft in force. New sessions are made right after the commit (topic MAKE).

        :param token: of the preview that was read
        :param decisions: public id of an appointment -> "keep" or "stop" (its whole session)
        :raises StalePreview, Undecided, NothingToPublish
        """
        await patterns.pass_gate(self.tx)
        # With these locked nobody books in them any more, so that whom it hits is final.
        await store.lock_codes(self.tx, concerned(await preview(self.context, clinic)))
        found = await preview(self.context, clinic)
        if found.empty:
            raise NothingToPublish
        if found.token != token:
            raise StalePreview("preview")
        stops = self._decided(found, decisions)
        for edit in found.edits:
            await self._apply(clinic, edit, found.before.get(edit.pattern))
        await patterns.drop_edits(self.tx, clinic)
        for known in stops:
            assert self.stop is not None
            await self.stop(self.context, known.id)
        await self._bring(found)
        kept = len([each for each in found.hits if each.known not in stops])
        done = Published(len(found.compared.comes), len(found.compared.changes), len(found.compared.goes), kept,
                         len(stops))
        facts = {"comes": done.comes, "changes": done.changes, "goes": done.goes, "kept": kept, "stopped": done.stopped}
        await patterns.tell(self.tx, self.context.actor, "published", clinic, clinic, facts=facts)
        audit.write(self.tx, self.context.actor, "booking.roster_published", f"clinic:{clinic}", facts | {
            "appointments": [each.visit.public_id for each in found.hits],
        })
        self.tx.put(MAKE, {"clinic": clinic}, priority=2)
        glance(self.context.ports).forget()
        log.info("roster_published", clinic=clinic, **facts)
        return done

    async def close(self, code: str) -> None:
        """Nobody new gets into a session of ours; whoever is in it stays. Closed already is closed."""
        await patterns.pass_gate(self.tx)
        known = await self.own(code)
        await rosters.lock(self.tx, known.id)
        if await store.set_state(self.tx, known.id, "closed", was="open"):
            await store.close_segments(self.tx, known.id)
            await book.changed(self.tx, known.id)
            await self._told("closed", known)

    async def open(self, code: str) -> None:
        """A session that was closed by hand takes patients again. Raises Conflict: no pattern tells it any more."""
        await patterns.pass_gate(self.tx)
        known = await self.own(code)
        seen = await outlook(self.context, await patterns.live(self.tx), {known.clinic})
        planned = next((each for each in seen.planned if each.code == code), None)
        if planned is None:
            raise Conflict("roster")
        if known.state == "closed":
            maker = Maker(self.tx, await Neighbours(self.context).catalogue(), self.context.clock)
            await maker.change(known, planned, state="open")
            await self._told("opened", known)

    async def own(self, code: str) -> Known:
        """A session of ours from today on. Raises NotFound."""
        today = self.context.clock.local(self.context.now).date()
        found = (await store.known(self.tx, today, today.replace(year=today.year + 2, day=1), codes=[code])).get(code)
        if found is None or found.digest == GONE:
            raise NotFound("session")
        return found

    # --- inside --------------------------------------------------------------------------------------------------

    def _decided(self, found: Preview, decisions: Mapping[str, str]) -> list[Known]:
        """The sessions that are to be stopped. Raises Undecided."""
        undecided = 0
        for each in found.hits:
            decision = decisions.get(each.visit.public_id)
            # A session that goes on cannot be stopped for one of its patients.
            undecided += not (decision == "keep" or (decision == "stop" and self.stop and each.why == "gone"))
        if undecided:
            raise Undecided(count=undecided)
        stops = {each.known.code: each.known for each in found.hits if decisions[each.visit.public_id] == "stop"}
        return list(stops.values())

    async def _apply(self, clinic: str, edit: Edit, before: Terms | None) -> None:
        tx, by = self.tx, self.context.actor
        about, terms = edit.pattern, edit.terms
        if edit.act == "add" and terms is not None:
            about = (await patterns.add(tx, by, terms)).key
        elif edit.act == "change" and terms is not None:
            await patterns.change_terms(tx, by, edit.pattern, terms)
        else:
            await patterns.end(tx, by, edit.pattern)
        named = terms or before
        facts: dict[str, Any] = {
            "before": before.plain() if before else None, "after": terms.plain() if terms else None,
            "drafted_by": edit.by,
        }
        await patterns.tell(tx, by, f"pattern_{edit.act}", clinic, about, facts=facts,
                            doctor=named.doctor if named else None, day=named.first if named and named.single else None)

    async def _bring(self, found: Preview) -> None:
        """The sessions that are there, as the patterns tell them now."""
        maker = Maker(self.tx, await Neighbours(self.context).catalogue(), self.context.clock)
        seen = await outlook(self.context, await patterns.live(self.tx), {found.clinic})
        planned = {each.code: each for each in seen.planned}
        for known, _ in found.compared.changes:
            await maker.change(known, planned[known.code])
        for known in found.compared.goes:
            await maker.gone(known)
        kept: dict[str, list[str]] = {}
        for hit in found.hits:
            kept.setdefault(hit.known.code, []).append(hit.visit.public_id)
        touched = [("session_changed", known) for known, _ in found.compared.changes]
        for act, known in [*touched, *(("session_gone", known) for known in found.compared.goes)]:
            await patterns.tell(
                self.tx, self.context.actor, act, known.clinic, known.code, doctor=known.doctor, day=known.day,
                facts={"kept": kept.get(known.code, [])},
            )

    async def _told(self, act: str, known: Known) -> None:
        tx, by = self.tx, self.context.actor
        await patterns.tell(tx, by, act, known.clinic, known.code, doctor=known.doctor, day=known.day)
        audit.write(tx, by, f"booking.session_{act}", f"session:{known.code}", {"clinic": known.clinic})
        glance(self.context.ports).forget()
        log.info("roster_session", act=act, session=known.code)
