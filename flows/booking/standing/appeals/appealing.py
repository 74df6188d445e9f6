"""Appealing: what a contact can appeal against, and the appeal itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot import logs, metrics
from bot.context import Context
from bot.errors import NotAllowed, NotFound
from bot.masking import mask_name
from flows.booking import refusals as booking
from flows.booking import veil
from flows.booking.exceptions import store as exceptions
from flows.booking.exceptions.granting import state_of
from flows.booking.left import store as left
from flows.booking.neighbours import Catalogue, Neighbours, Person
from flows.booking.rules import EXAMINATION
from flows.booking.standing import refusals as own
from flows.booking.standing import rules
from flows.booking.standing.appeals import store
from flows.booking.standing.appeals.onward import way_on
from flows.booking.standing.missing import store as missing
from flows.booking.standing.record import Record
from flows.booking.standing.refusals import NothingToAppeal
from flows.booking.waiting import store as entries

log = logs.get(__name__)

NO_SHOW, LOCK, REFUSAL = "no_show", "lock", "refusal"
LONGEST = 500
"""Characters of what is said besides."""
_REFUSAL = re.compile(r"refusal:([a-z_]{1,40}):([A-Za-z0-9_-]{22}):(\d{1,18})")


def appealable(classes: Iterable[Any]) -> frozenset[str]:
    """The templates of the refusals that an appeal can be made against."""
    return frozenset(each.template for each in classes if getattr(each, "appeals", "") == REFUSAL)


RULES = appealable([*vars(booking).values(), *vars(own).values()])


@dataclass(frozen=True, slots=True)
class Matter:
    """What an appeal is about."""

    about: str
    kind: str
    person: Person
    session_id: int | None = None
    appointment_id: int | None = None
    rule: str = ""


class Appeals:
    """With a contact in the context; only matters of its persons, and of what it booked itself, are there. Where and
    when somebody missed a visit, and what was said of it, is for full reach or for whoever booked; a lock is for all
    who book for the person."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.now = context.clock.local(context.now)
        self.terms = context.settings.standing
        self.neighbours = Neighbours(context)
        self.record = Record(context)

    # --- what there is -------------------------------------------------------------------------------------------

    async def open_matters(self) -> list[dict[str, Any]]:
        """Locks and no-shows that nobody has appealed against: about, kind, and what templates say of them."""
        own = self._contact()
        persons = await self.neighbours.persons()
        locks = [{"kind": LOCK} | facts for facts in await self.record.locks(persons)]
        since = self.context.now - timedelta(days=self.terms.within_days)
        rows = await missing.standing_of(self.tx, [person.id for person in persons], since)
        named = {person.id: person for person in persons}
        shown = [row for row in rows if named[row.person_id].reach == "all" or row.contact_id == own]
        found = locks + [await self.no_show_facts(row, named[row.person_id]) for row in shown]
        known = await store.abouts(self.tx, [each["about"] for each in found])
        return [each for each in found if each["about"] not in known]

    async def no_show_facts(self, row: Any, person: Person | None) -> dict[str, Any]:
        """JSON values: about, kind, state, person (masked), day, start, end and whom (as session_facts)."""
        catalogue = await self.neighbours.catalogue()
        return {
            "about": f"no_show:{row.public_id}", "kind": NO_SHOW, "state": row.state,
            "person": mask_name(person.name) if person else "", "day": row.date.isoformat(), "start": row.start_wall,
            "end": row.end_wall, "half": row.half, **_whom(row, catalogue, self.context),
        }

    async def mine(self) -> list[dict[str, Any]]:
        """What was appealed against, the latest first."""
        rows = await store.of_contact(self.tx, self._contact(), list(await self._open_persons()))
        return [await self.facts(row) for row in rows]

    async def one(self, public: str) -> Any:
        """Raises NotFound for anybody else's."""
        row = await store.by_public(self.tx, public)
        if row is None or not await self._theirs(row):
            raise NotFound("appeal")
        return row

    async def of(self, about: str) -> Any | None:
        """The appeal against this, where the contact may read it."""
        row = await store.about(self.tx, about)
        return row if row is not None and await self._theirs(row) else None

    async def facts(self, row: Any) -> dict[str, Any]:
        """JSON values: public_id, kind, rule, state, said, answer, made_day, person (masked), day, half, whom, and
        exception (None; else state, until_day, whole: in all of the clinic, exam: for examinations, path: of the page
        that leads on, "" where only the chat does, reason: why it was withdrawn)."""
        person = await self.neighbours.anybody(row.person_id)
        catalogue = await self.neighbours.catalogue()
        names = _whom(row, catalogue, self.context) if row.clinic else {"clinic": "", "doctor": "", "discreet": False}
        return {
            "public_id": row.public_id, "kind": row.kind, "rule": row.rule, "state": row.state, "said": row.said or "",
            "answer": row.answer or "", "made_day": self.context.clock.local(row.made_at).date().isoformat(),
            "person": mask_name(person.name) if person else "", "half": row.half or "",
            "day": row.date.isoformat() if row.date else "", **names, "exception": await self._exception(row),
        }

    async def about_refusal(self, no: booking.BookingRefusal, person_id: int, segment_id: int) -> str:
        """What an appeal against a refusal of this wish would be about; "" where there is none, or it was made."""
        place = await left.place(self.tx, segment_id)
        return await self.about_session(no, person_id, place.session_id) if place else ""

    async def about_session(self, no: booking.BookingRefusal, person_id: int, session_id: int) -> str:
        """The same of a wish for a whole session."""
        person = next((each for each in await self.neighbours.persons() if each.id == person_id), None)
        if person is None or not no.appeals:
            return ""
        about = f"refusal:{no.template}:{person.public_id}:{session_id}"
        if no.appeals == LOCK:
            about = next((each["about"] for each in await self.record.locks([person])), "")
        return "" if about in await store.abouts(self.tx, [about]) else about

    # --- appealing -----------------------------------------------------------------------------------------------

    async def file(self, about: str, said: str = "") -> Any:
        """Appeal, once for the same matter. `about`: `no_show:<id>`, `lock:<id>`, or what `refusal_about` gives.

        Raises NotFound for what is not theirs, NothingToAppeal, AppealedAlready, TooManyAppeals.
        """
        matter = await self._matter(about)
        # Two taps at the same moment are counted one after the other.
        await self.neighbours.lock_whoever(matter.person.id)
        before = await store.about(self.tx, about)
        made = (before.state, self.context.clock.local(before.made_at).date()) if before else None
        rules.check_appeal(made, await store.waiting(self.tx, self._contact()), self.terms)
        await store.add(
            self.tx, about=about, kind=matter.kind, rule=matter.rule, person_id=matter.person.id,
            contact_id=self._contact(), session_id=matter.session_id, appointment_id=matter.appointment_id,
            said=said.strip()[:LONGEST] or None, channel=self.context.channel,
        )
        row = await store.about(self.tx, about)
        assert row is not None
        metrics.appeals.inc("made")
        log.info("appeal_made", appeal=row.public_id, kind=matter.kind, rule=matter.rule)
        return row

    async def add_words(self, public: str, said: str) -> bool:
        """Say more, while nobody has answered."""
        row = await self.one(public)
        return await store.say(self.tx, row.id, said.strip()[:LONGEST])

    # --- inside --------------------------------------------------------------------------------------------------

    async def _exception(self, row: Any) -> dict[str, Any] | None:
        found = (await exceptions.of_appeals(self.tx, [row.id])).get(row.id)
        if found is None:
            return None
        about = await entries.sessions(self.tx, [row.session_id])
        exam = bool(about) and about[0].kind == EXAMINATION
        return {
            "state": state_of(found, self.now.date()), "until_day": found.last_day.isoformat(),
            "whole": found.doctor is None, "exam": exam, "path": way_on(found, exam=exam),
            "reason": found.reason or "",
        }

    async def _matter(self, about: str) -> Matter:
        kind, _, rest = about.partition(":")
        if kind == NO_SHOW:
            return await self._of_no_show(about, rest, await self._open_persons())
        persons = {person.id: person for person in await self.neighbours.persons()}
        if kind == LOCK:
            return await self._of_lock(about, rest, persons)
        found = _REFUSAL.fullmatch(about)
        person = next((each for each in persons.values() if found and each.public_id == found[2]), None)
        if not found or person is None or found[1] not in RULES:
            raise NotFound("appeal")
        sessions = await entries.sessions(self.tx, [int(found[3])])
        if not sessions:
            raise NotFound("appeal")
        return Matter(about, REFUSAL, person, sessions[0].id, rule=found[1])

    async def _of_no_show(self, about: str, public: str, persons: dict[int, Person]) -> Matter:
        row = await missing.no_show_by(self.tx, public)
        person = persons.get(row.person_id) if row else None
        if row is not None and person is None and row.contact_id == self._contact():
            person = await self.neighbours.anybody(row.person_id)
        if row is None or person is None:
            raise NotFound("appeal")
        if row.state != missing.COUNTED:
            raise NothingToAppeal()
        return Matter(about, NO_SHOW, person, row.session_id, row.appointment_id)

    async def _of_lock(self, about: str, public: str, persons: dict[int, Person]) -> Matter:
        row = await missing.lock_by(self.tx, public)
        person = persons.get(row.person_id) if row else None
        if row is None or person is None:
            raise NotFound("appeal")
        if row.state != missing.LOCKED or row.until <= self.context.now:
            raise NothingToAppeal()
        # The office finds it by the clinic that was missed last.
        led = await missing.led_to(self.tx, row.id)
        last = led[-1] if led else None
        return Matter(about, LOCK, person, last.session_id if last else None, last.appointment_id if last else None)

    async def _open_persons(self) -> dict[int, Person]:
        """Persons of this contact that it knows more of than their name and document."""
        return {person.id: person for person in await self.neighbours.persons() if person.reach == "all"}

    async def _theirs(self, row: Any) -> bool:
        return row.contact_id == self._contact() or row.person_id in await self._open_persons()

    def _contact(self) -> int:
        if self.context.contact is None:
            raise NotAllowed("booking.contact")
        return self.context.contact.id


def _whom(row: Any, catalogue: Catalogue, context: Context) -> dict[str, Any]:
    """Of a discreet clinic nothing is told that tells which it is: an appeal is read by whoever holds the phone."""
    clinic, doctor = catalogue.clinic.get(row.clinic), catalogue.doctor.get(row.sitting or "")
    department = catalogue.department.get(clinic.department) if clinic else None
    facts = {
        "clinic": catalogue.clinic_name(row.clinic), "doctor": doctor.name if doctor else "",
        "discreet": veil.is_discreet(clinic, department, context.settings.discreet.clinics),
    }
    return veil.drawn(facts, open=False)
