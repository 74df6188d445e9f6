"""Joining the waiting list, what a contact waits for, and giving it up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from bot import logs, metrics
from bot.context import Context
from bot.errors import NotAllowed, NotFound
from bot.masking import mask_name
from flows.booking import limits, pushes, rules, veil
from flows.booking.fitting.checking import Fitting
from flows.booking.glance import glance
from flows.booking.left import store as left
from flows.booking.neighbours import Catalogue, Neighbours, Person, clinic_rules, window
from flows.booking.offers import Offers, Wanted
from flows.booking.standing.record import Record
from flows.booking.waiting import rules as waiting
from flows.booking.waiting import store as entries

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Full:
    """A full session that can be waited for. `until` is the moment after which no slot of it is offered any more."""

    id: int
    row: Any
    waiting: int
    until: datetime


class WaitingList:
    """Part of BookingService: `service.waiting`. With a contact in the context only what it joined, and what was joined
    for persons whose record it may open, is there."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.now = context.clock.local(context.now)
        self.neighbours = Neighbours(context)
        self.standing = Record(context)
        self.fitting = Fitting(context)
        self.limits = limits.of_waiting(context.settings.booking)

    # --- what can be waited for ----------------------------------------------------------------------------------

    async def full(self, wanted: Wanted) -> list[Full]:
        """Full sessions that are not too near, by day."""
        rows = [row for row in await Offers(self.context).sessions(wanted) if row.to_come and not row.left]
        return await self._full(rows)

    async def _full(self, rows: Sequence[Any]) -> list[Full]:
        if not rows:
            return []
        ids = [row.id for row in rows]
        # Only for showing; who joins is counted again.
        looks, leans = glance(self.context.ports), self.context.leans
        last, many = await looks.at(("full", *ids), lambda: self._noted(ids), self.tx, leans)
        found = [
            Full(row.id, row, many.get(row.id, 0), waiting.until(self._local(last[row.id]), self.limits))
            for row in rows
            if row.id in last
        ]
        return [each for each in found if self.now < each.until]

    async def _noted(self, ids: Sequence[int]) -> list[Any]:
        return [await entries.ends(self.tx, ids), await entries.counts(self.tx, ids)]

    async def several(self, sessions: Sequence[int]) -> list[Full]:
        """These sessions, where they still can be waited for."""
        return await self._full([row for row in await entries.sessions(self.tx, sessions) if row.state == "open"])

    # --- joining -------------------------------------------------------------------------------------------------

    async def join(self, sessions: Sequence[int], person_id: int) -> list[Any]:
        """Begin to wait for these sessions (the halves of one doctor's day); gives the person's entries of them.

        Nothing is written unless all of it may be. Raises the refusals of waiting/rules.py and of BK-20.
        """
        new, used = await self._checked(sessions, person_id)
        for row in new:
            await entries.add(
                self.tx, session_id=row.id, person_id=person_id, contact_id=self._contact(),
                channel=self.context.channel, joined_at=self.context.now,
            )
            glance(self.context.ports).forget()
            metrics.waiting.inc("joined")
            log.info("waiting_joined", session=row.code)
        found = await entries.open_of_person(self.tx, person_id)
        first = next(each.id for each in found if each.session_id == new[0].id)
        await self.fitting.exceptions.use(used, waiting_id=first)
        return [each for each in found if each.session_id in sessions]

    async def check(self, sessions: Sequence[int], person_id: int) -> list[Any]:
        """Raises what `join` would; gives those of the sessions that the person does not wait for yet."""
        return (await self._checked(sessions, person_id))[0]

    async def _checked(self, sessions: Sequence[int], person_id: int) -> tuple[list[Any], tuple[int, ...]]:
        """The same, and the exceptions that joining takes; those from the rules of a booking are kept for the slot."""
        catalogue = await self.neighbours.catalogue()
        rows = await entries.sessions(self.tx, sessions)
        if not rows:
            raise NotFound("session")
        last, many = await entries.ends(self.tx, sessions), await entries.counts(self.tx, sessions)
        free = await left.free(self.tx, sessions, window(catalogue, self.context), self.context.channel)
        # Two joins of one person at the same moment are counted one after the other. The length of the list is not:
        # one more than the setting says harms nobody, and nobody has to queue for a lock when all come at once.
        person = await self.neighbours.lock_person(person_id)
        mine = list(await entries.open_of_person(self.tx, person.id))
        known = {each.session_id: each for each in mine}
        new = [row for row in rows if row.id not in known]
        waiting.check_new(
            None if new else await entries.ahead(self.tx, known[rows[0].id]), mask_name(person.name)
        )
        for row in new:
            wanted = waiting.Session(
                row.date, row.half, rules.whom(row.sitting, row.clinic), row.state == "open",
                self._local(last[row.id]) if row.id in last else None, free.get(row.id, 0), many.get(row.id, 0),
            )
            waiting.check_session(wanted, clinic_rules(catalogue, row.clinic, self.context), self.now, self.limits)
        used = await self._check_person(new[0], person, catalogue)
        wishes = [(each.date, rules.whom(each.sitting, each.clinic)) for each in mine if each.date >= self.now.date()]
        wish = (new[0].date, rules.whom(new[0].sitting, new[0].clinic))
        check = partial(waiting.check_wishes, wishes, wish, mask_name(person.name), self.limits)
        return new, used + await self.fitting.exceptions.weigh(check, person.id, new[0].clinic, new[0].sitting)

    async def _check_person(self, row: Any, person: Person, catalogue: Catalogue) -> tuple[int, ...]:
        """The rules of booking, as they are now; they are checked again when the turn comes. Gives the exceptions that
        joining takes: how often the contact cancelled is not asked again."""
        await self.standing.check(person)
        used = await self.standing.check_contact(person, row.clinic, row.sitting)
        place = rules.Place(row.date, row.half, self.now, self.now, row.clinic, row.sitting, True, True, 0)
        await self.fitting.check(person, place, clinic_rules(catalogue, row.clinic, self.context))
        return used

    # --- what a contact waits for --------------------------------------------------------------------------------

    async def mine(self) -> list[Any]:
        """Entries that wait. One whose turn has come stands among the holds."""
        return list(await entries.waiting_of(self.tx, self._contact(), await self._persons()))

    async def entry(self, public: str) -> Any:
        """Raises NotFound for anybody else's."""
        row = await entries.by_public(self.tx, public)
        if row is None or not (row.contact_id == self._contact() or row.person_id in await self._persons()):
            raise NotFound("waiting")
        return row

    async def offers(self) -> list[int]:
        """Appointments that are held for this contact because its turn has come."""
        return list(await entries.offers_of(self.tx, self._contact()))

    async def held_for(self, row: Any) -> int | None:
        """The appointment by which a slot is held for an entry, while it is."""
        return await entries.held_for(self.tx, row.id)

    async def give_up(self, public: str) -> Any:
        """Wait no longer. An entry whose turn has come meanwhile stays; its offer is to be answered."""
        row = await self.entry(public)
        if await entries.end(self.tx, row.id, entries.WAITING, entries.GIVEN_UP, self.context.actor):
            glance(self.context.ports).forget()
            metrics.waiting.inc("given_up")
            if row.contact_id != self._contact():
                await pushes.given_up(self.context, row, await self.facts(row))
        return await self.entry(public)

    async def facts(self, row: Any) -> dict[str, Any]:
        """What templates say of an entry: JSON values, as those of an appointment (visit.py) where they are the same;
        besides ahead, until_day, until_time."""
        catalogue = await self.neighbours.catalogue()
        person = await self.neighbours.anybody(row.person_id)
        last = (await entries.ends(self.tx, [row.session_id])).get(row.session_id)
        until = waiting.until(self._local(last), self.limits) if last else self.now
        ahead = await entries.ahead(self.tx, row)
        told = session_facts(row, catalogue, self.context.settings.discreet.clinics)
        return veil.drawn(told, open=veil.may_see(self.context.actor)) | {
            "person": mask_name(person.name) if person else "",
            "ahead": ahead,
            "until_day": until.date().isoformat(),
            "until_time": f"{until:%H:%M}",
        }

    # --- inside --------------------------------------------------------------------------------------------------

    def _local(self, moment: datetime) -> datetime:
        return self.context.clock.local(moment)

    async def _persons(self) -> list[int]:
        return [person.id for person in await self.neighbours.persons() if person.reach == "all"]

    def _contact(self) -> int:
        if self.context.contact is None:
            raise NotAllowed("booking.contact")
        return self.context.contact.id


def session_facts(row: Any, catalogue: Catalogue, also: Collection[str] = ()) -> dict[str, Any]:
    """day (ISO), half, clinic, site ("" where there is but one), doctor and title ("" in a general clinic), kind, fee
    (fen), discreet (`also`: codes that are so by the settings)."""
    clinic, doctor = catalogue.clinic.get(row.clinic), catalogue.doctor.get(row.sitting or "")
    department = catalogue.department.get(clinic.department) if clinic else None
    return {
        "day": row.date.isoformat(),
        "half": row.half,
        "clinic": clinic.name if clinic else "",
        "site": catalogue.site_name(row.site),
        "doctor": doctor.name if doctor else "",
        "title": doctor.title if doctor else "",
        "kind": row.kind,
        "fee": row.fee,
        "discreet": veil.is_discreet(clinic, department, also),
    }
