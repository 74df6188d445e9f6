"""The office's questions, answered in rows that lists show and export. One for each request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from bot.access.people import store as people
from bot.access.rights import Member
from bot.context import Context
from bot.errors import NotFound
from bot.masking import mask_name
from flows.booking.neighbours import Catalogue, Choice, Neighbours, choices
from flows.booking.office import store
from flows.booking.office.figures import store as figured
from flows.booking.office.rules import Days, Scope, Use, percent, scope_of, turned
from flows.booking.office.store import Wanted
from flows.booking.paying.service import Fees
from flows.booking.rules import EXAMINATION
from flows.booking.seats.rules import NOBODY, seat
from flows.booking.seats.store import stands as stands_of
from flows.patients.finding import store as persons


@dataclass(frozen=True, slots=True)
class Counts:
    """How many appointments there are on which day, and in which state."""

    days: Mapping[date, int]
    states: Mapping[str, int]

    @property
    def all(self) -> int:
        return sum(self.days.values())


@dataclass(frozen=True)
class Names:
    """What codes are called, for a list that has many of them. A code that the directory lost stays a code."""

    catalogue: Catalogue
    words: Mapping[str, Any]

    def clinic(self, code: str) -> str:
        return self.clinics.get(code, code)

    def doctor(self, code: str | None, kind: str = "") -> str:
        """Who sits there; a general clinic has nobody by name, and an examination's session is a device's."""
        if not code:
            return str(self.words["office"]["device" if kind == EXAMINATION else "general"])
        found = self.catalogue.doctor.get(code)
        return found.name if found else code

    def site(self, code: str) -> str:
        found = self.catalogue.site.get(code)
        return self.catalogue.site_name(code) or (found.name if found else code)

    @cached_property
    def clinics(self) -> dict[str, str]:
        """With the site beside it where two sites have a clinic of the same name."""
        return {each.code: self.catalogue.clinic_name(each.code) for each in self.catalogue.clinics}

    @cached_property
    def doctors(self) -> dict[str, str]:
        return {each.code: each.name for each in self.catalogue.doctors} | {"": self.doctor(None)}


class OfficeService:
    """`await OfficeService.of(context, member, right)`: what a member may see by this right, and nothing beside it."""

    def __init__(self, context: Context, scope: Scope, names: Names, doctor: str) -> None:
        self.context, self.tx, self.scope, self.names, self.doctor = context, context.tx, scope, names, doctor

    @classmethod
    async def of(cls, context: Context, member: Member, right: str) -> OfficeService:
        catalogue = await Neighbours(context).catalogue()
        row = await people.by_id(context.tx, member.id)
        doctor = (row.doctor if row else None) or ""
        scope = scope_of(member.range(right), doctor, {each.code: each.department for each in catalogue.clinics})
        return cls(context, scope, Names(catalogue, context.wording.words), doctor)

    def spoken(self, macro: str, *facts: Any) -> str:
        """In the words that patients are told it in: one thing has one name."""
        return self.context.wording.macro("booking/say", macro)(*facts)

    @property
    def clinics(self) -> list[Choice]:
        """Those that a filter may offer."""
        mine = self.names.catalogue.doctor.get(self.doctor)
        own = set(mine.clinics) if mine else set()
        return choices(self.names.catalogue, (
            each.code for each in self.names.catalogue.clinics
            if self.scope.everything or each.code in self.scope.clinics | own
        ))

    @property
    def sites(self) -> list[Choice]:
        """All there are: they are no secret."""
        return [Choice(each.code, self.names.site(each.code)) for each in self.names.catalogue.sites]

    @property
    def doctors(self) -> list[Choice]:
        """Those that a filter may offer."""
        return [Choice(each.code, each.name) for each in self.names.catalogue.doctors
                if each.code == self.doctor or self.scope.everything or self.scope.clinics & set(each.clinics)]

    # --- sessions ------------------------------------------------------------------------------------------------

    async def sessions(self, wanted: Wanted) -> list[dict[str, Any]]:
        """A row for each session, with the use of its slots."""
        uses = (await figured.use(self.tx, wanted, "id")).uses()
        rows = await store.sessions(self.tx, wanted)
        stands = await stands_of(self.tx, [row.id for row in rows if row.doctor])
        return [self._session(row, uses.get(str(row.id), Use()), stands.get(row.id)) for row in rows]

    async def session(self, code: str) -> tuple[dict[str, Any], Any, list[dict[str, Any]]]:
        """One session with its segments and who comes. Raises NotFound."""
        row = await store.one_session(self.tx, code, self.scope)
        if row is None:
            raise NotFound("session")
        parts = await store.segments(self.tx, row.id)
        use = Use(sessions=1, capacity=sum(each.capacity for each in parts), free=sum(each.free for each in parts),
                  held=sum(int(each.held) for each in parts), cooling=sum(int(each.cooling) for each in parts))
        stands = await stands_of(self.tx, [row.id])
        return self._session(row, use, stands.get(row.id)), parts, await self.people_of(row.id)

    async def people_of(self, session_id: int) -> list[dict[str, Any]]:
        """Who comes to a session that was found within reach."""
        return await self._people(await store.of_session(self.tx, session_id))

    def _session(self, row: Any, use: Use, stands: Mapping[str, Any] | None) -> dict[str, Any]:
        names, sits = self.names, seat(row, stands or NOBODY)
        replaced = row.state == "stopped" and sits.who != row.sitting
        return {
            "id": row.code, "date": row.date, "half": self.names.words["half"][row.half], "half_code": row.half,
            "time": f"{row.starts}–{row.ends}" if hasattr(row, "starts") else "", "site": names.site(row.site),
            "clinic": names.clinic(row.clinic), "clinic_code": row.clinic, "doctor": names.doctor(sits.who, row.kind),
            "doctor_code": row.sitting or "", "of": names.doctor(row.sitting, row.kind),
            "instead_of": names.doctor(sits.instead_of) if sits.instead_of else "",
            "later": names.doctor(sits.later) if sits.later else "", "since": sits.since,
            "kind": self.spoken("kind_name", row.kind), "fee": row.fee / 100, "room": row.room,
            "place": self.spoken("where", row.building, row.floor, row.zone, row.room),
            "state": "replaced" if replaced else row.state, **figures(use),
        }

    async def next_day(self, wanted: Wanted, *, sessions: bool = False) -> date | None:
        """The first day after these with an appointment (or a session) that fits, as far as the office looks ahead."""
        return await store.next_day(self.tx, wanted, self.context.clock.today(), sessions=sessions)

    # --- appointments --------------------------------------------------------------------------------------------

    async def counts(self, wanted: Wanted) -> Counts:
        """Appointments by the day of the visit, and by their state."""
        days: Counter[date] = Counter()
        states: Counter[str] = Counter()
        for row in await store.by_day(self.tx, wanted):
            days[row.date] += row.many
            states[row.state] += row.many
        return Counts(days, states)

    async def appointments(
        self, wanted: Wanted, counts: Mapping[Any, int], *, sort: str, down: bool, limit: int, offset: int
    ) -> list[dict[str, Any]]:
        """One page. In the order of time only the days that the page lies on are read."""
        if sort == "time":
            days, offset = turned(counts, offset, limit, down=down)
            if not days:
                return []
            wanted = Wanted(**{name: getattr(wanted, name) for name in Wanted.__slots__}
                            | {"days": Days(min(days), max(days))})
        rows = await store.appointments(self.tx, wanted, sort=sort, down=down, limit=limit, offset=offset)
        return await self._people(rows)

    async def appointment(self, public: str) -> dict[str, Any]:
        """Raises NotFound, also for one that lies outside of reach."""
        row = await store.appointment_of(self.tx, public, self.scope)
        if row is None:
            raise NotFound("appointment")
        return (await self._people([row]))[0]

    async def person_key(self, public: str) -> int | None:
        return await persons.key_of(self.tx, public)

    async def _people(self, rows: Iterable[Any]) -> list[dict[str, Any]]:
        rows = list(rows)
        known = await persons.briefs(self.tx, [row.person_id for row in rows])
        pay = await Fees(self.context).told_of(rows)
        return [self._appointment(row, known.get(row.person_id), pay[row.id]) for row in rows]

    def _appointment(self, row: Any, person: persons.Brief | None, pay: dict[str, Any]) -> dict[str, Any]:
        names, words = self.names, self.names.words
        state = row.state
        if state == "booked" and row.end_at <= self.context.now:
            state = "missed" if row.no_show == "counted" else "came" if row.came_at else "past"
        elif state == "booked" and row.came_at:
            state = "came"
        return {
            "id": row.public_id, "date": row.date, "time": f"{row.start_wall}–{row.end_wall}", "number": row.number,
            "half": words["half"][row.half],
            "person": mask_name(person.name) if person else "", "person_id": person.public_id if person else "",
            "sex": words["sex"].get(person.sex, "") if person else "",
            "born": person.birth_date.year if person else None,
            "site": names.site(row.site), "clinic": names.clinic(row.clinic),
            "doctor": names.doctor(row.stands_in or row.sitting, row.kind),
            "instead_of": names.doctor(row.doctor) if row.stands_in or row.substitute else "",
            "channel": words["channel"].get(row.channel, row.channel), "state": state,
            "fee": row.fee / 100, "pay": pay["how"], "paid": pay, "created": row.created_at,
            "created_by": row.created_by, "booked": row.booked_at,
            "ended": row.ended_at, "ended_by": row.ended_by or "", "came": row.came_at, "late": bool(row.late),
            "registration": row.registration or "", "refusal": row.refusal or "", "session": row.session_code,
            "exam": row.kind == EXAMINATION,
            "session_state": "replaced" if row.stands_in and row.session_state == "stopped" else row.session_state,
            "place": self.spoken("where", row.building, row.floor, row.zone, row.room),
        }

    # --- the waiting list ----------------------------------------------------------------------------------------

    async def waiting(self, wanted: Wanted) -> list[dict[str, Any]]:
        """Entries with the place in line of those who still wait."""
        rows = await store.waiting(self.tx, wanted)
        known = await persons.briefs(self.tx, [row.person_id for row in rows])
        line: dict[str, int] = {}
        found: list[dict[str, Any]] = []
        words: Mapping[str, Any] = self.names.words
        for row in rows:
            if row.state == "waiting":
                line[row.session_code] = line.get(row.session_code, 0) + 1
            person = known.get(row.person_id)
            found.append({
                "id": row.public_id, "date": row.date, "half": words["half"][row.half],
                "clinic": self.names.clinic(row.clinic), "doctor": self.names.doctor(row.sitting),
                "person": mask_name(person.name) if person else "", "state": row.state,
                "channel": words["channel"].get(row.channel, row.channel), "joined": row.joined_at,
                "ended": row.ended_at, "place": line[row.session_code] if row.state == "waiting" else None,
            })
        return found


def figures(use: Use) -> dict[str, Any]:
    """The columns that the figures of slots fill."""
    return {
        "sessions": use.sessions, "stopped": use.stopped, "capacity": use.capacity, "free": use.free,
        "held": use.held, "taken": use.taken, "cooling": use.cooling, "rate": use.rate, "over": use.over,
        "missed": use.missed, "missed_rate": percent(use.missed, use.over),
    }
