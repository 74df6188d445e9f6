"""How a person, and a contact, stand when they want to book: the rules that look back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.context import Contact, Context
from bot.db.lookup import Question
from bot.masking import mask_name
from flows.booking.exceptions.weighing import Exceptions
from flows.booking.neighbours import Person
from flows.booking.standing import rules
from flows.booking.standing.appeals import store as appeals
from flows.booking.standing.coming import store as coming
from flows.booking.standing.missing import store as missing


class Record:
    """Part of BookingService: `service.standing`. Whoever takes a slot for somebody asks it, on every way."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.now = context.clock.local(context.now)
        self.terms = context.settings.standing

    async def check(self, person: Person) -> None:
        """Raises PersonLocked. The person's row is locked by the caller, so that no lock begins meanwhile."""
        row = await missing.lock_of(self.tx, person.id)
        rules.check_lock(self._locked(row) if row else None, mask_name(person.name), self.now, self.terms)

    async def check_contact(
        self, person: Person, clinic: str | None = None, doctor: str | None = None, instead: Collection[int] = ()
    ) -> tuple[int, ...]:
        """Raises TooManyCancelled; gives the exceptions that it takes to book for the person in this clinic, `instead`
        of these appointments."""
        contact = self.context.contact
        if contact is None:
            return ()
        found = await missing.cancellations(self.tx, *self._cancelling(contact))
        check = partial(rules.check_cancelled, [self._local(each) for each in found], self.now, self.terms)
        return await Exceptions(self.context).weigh(check, person.id, clinic or "", doctor, instead)

    def questions(self, person_id: int) -> list[Question]:
        """What `check` and `check_contact` ask about a person and this contact."""
        contact = self.context.contact
        own = [missing.of_cancellations(*self._cancelling(contact))] if contact else []
        return [missing.of_lock(person_id), *own]

    async def locks(self, persons: Sequence[Person]) -> list[dict[str, Any]]:
        """The open locks of these persons, as templates say them."""
        named = {person.id: person for person in persons}
        rows = await missing.locks_of(self.tx, list(named))
        return [self.lock_facts(row, named[row.person_id]) for row in rows]

    async def of_visit(self, row: Any) -> dict[str, Any]:
        """Of one appointment: here, late; can_check_in (now); no_show ("", counted, struck) and about, what an appeal
        against it is about ("" where there is none, or it was made)."""
        here = await coming.attended(self.tx, row.id)
        no_show = await missing.no_show_of(self.tx, row.id) if not here else None
        opens = row.start_at - timedelta(minutes=self.terms.check_in_minutes)
        last = row.end_at
        if not here and row.state == "booked" and opens <= self.context.now:
            last = await coming.last_end(self.tx, row.session_id) or last
        about = f"no_show:{no_show.public_id}" if no_show and no_show.state == missing.COUNTED else ""
        return {
            "here": here is not None, "late": bool(here and here.late),
            "can_check_in": not here and row.state == "booked" and opens <= self.context.now < last,
            "no_show": no_show.state if no_show else "",
            "about": "" if about in await appeals.abouts(self.tx, [about]) else about,
        }

    def lock_facts(self, row: Any, person: Person | None) -> dict[str, Any]:
        """JSON values: about, person (masked), count, days, until_day."""
        return {
            "about": f"lock:{row.public_id}",
            "person": mask_name(person.name) if person else "",
            "count": row.count,
            "days": row.days or self.terms.within_days,
            "until_day": self._local(row.until).date().isoformat(),
        }

    def _locked(self, row: Any) -> rules.Locked:
        return rules.Locked(row.count, self._local(row.until), row.days)

    def _cancelling(self, contact: Contact) -> tuple[int, str, datetime]:
        """Whose cancellations count, by whom, and since when."""
        since = self.context.now - timedelta(days=self.terms.cancelled_days)
        return contact.id, f"contact:{contact.public_id}", since

    def _local(self, moment: datetime) -> datetime:
        return self.context.clock.local(moment)
