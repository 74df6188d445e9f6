"""The board of stops: for each, who was sent the notice, whether it came, who looked and chose what, whom to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.access.people import store as members
from bot.access.rights import Range
from bot.context import Context
from bot.errors import NotFound
from bot.masking import mask_name
from flows.booking import limits
from flows.booking.neighbours import Catalogue, Neighbours
from flows.booking.stops import rules, store
from flows.booking.stops.asking import Asking
from flows.booking.stops.choices import store as choices
from flows.booking.stops.shown import store as shown
from flows.booking.stops.telling import TOLD, about
from flows.notices.rules import Fate
from flows.notices.service import NoticesService
from flows.patients.finding import store as persons

KEPT = timedelta(days=60)
"""Stops that the board lists."""
UNTOLD = Fate("lost", "")


@dataclass(frozen=True, slots=True)
class Line:
    """One patient of a stop. `values` are for lists and exports: the name is masked, there is no number."""

    row: Any
    values: Mapping[str, Any]

    @property
    def call(self) -> bool:
        return bool(self.values["call"])


class Board:
    """Reads only. What is outside of `reach` is not there."""

    def __init__(self, context: Context, reach: Range) -> None:
        self.context, self.tx, self.reach = context, context.tx, reach
        self.neighbours = Neighbours(context)
        self.terms = limits.of_stops(context.settings.booking.stops)

    async def stops(self) -> list[dict[str, Any]]:
        """The stops of the last weeks with their counts, the newest first."""
        catalogue, since = await self.neighbours.catalogue(), self.context.now - KEPT
        rows = [row for row in await shown.listed(self.tx, since) if self.covers(catalogue, row.clinic)]
        lines = await self._lines(await choices.of_stops(self.tx, [row.id for row in rows]), catalogue, named=False)
        by_stop: dict[str, list[Line]] = {}
        for line in lines:
            by_stop.setdefault(line.row.stop, []).append(line)
        names = await self._staff()
        return [self._stop(row, by_stop.get(row.public_id, []), catalogue, names) for row in rows]

    async def stop(self, public: str) -> tuple[dict[str, Any], list[Line]]:
        """One stop and its patients in time. Raises NotFound."""
        catalogue = await self.neighbours.catalogue()
        found = await store.by_public(self.tx, public)
        row = await shown.with_session(self.tx, found.id) if found else None
        if row is None or not self.covers(catalogue, row.clinic):
            raise NotFound("stop")
        lines = await self._lines(await choices.of_stop(self.tx, row.id), catalogue)
        return self._stop(row, lines, catalogue, await self._staff()), lines

    async def calls(self) -> list[Line]:
        """Whom to call now, whose time is next first, of all stops."""
        catalogue = await self.neighbours.catalogue()
        rows = [row for row in await choices.to_come(self.tx) if self.covers(catalogue, row.clinic)]
        return [line for line in await self._lines(rows, catalogue) if line.call]

    async def count_calls(self) -> int:
        """How many these are."""
        catalogue = await self.neighbours.catalogue()
        clinics = None if self.reach.everything else [
            each.code for each in catalogue.clinics if self.covers(catalogue, each.code)]
        return await choices.count_calls(self.tx, self.terms, clinics=clinics, kinds=TOLD, about=about(""))

    async def one(self, public: str) -> tuple[Line, Sequence[Mapping[str, Any]]]:
        """One patient with the calls made so far, the latest first. Raises NotFound."""
        catalogue, row = await self.neighbours.catalogue(), await choices.by_public(self.tx, public)
        if row is None or not self.covers(catalogue, row.clinic):
            raise NotFound("choice")
        names = await self._staff()
        made = [
            {"result": each.result, "note": each.note, "at": each.called_at,
             "by": names.get(each.called_by, each.called_by)}
            for each in await choices.calls(self.tx, row.id)
        ]
        return (await self._lines([row], catalogue))[0], made

    async def find(self, public: str) -> Any | None:
        """A choice within reach, or None."""
        catalogue, row = await self.neighbours.catalogue(), await choices.by_public(self.tx, public)
        return row if row is not None and self.covers(catalogue, row.clinic) else None

    async def answers(self, row: Any) -> list[dict[str, Any]]:
        """What they may still say on the phone: `answer`, and the times of other doctors under "other"."""
        asking = Asking(self.context)
        catalogue = await self.neighbours.catalogue()
        found: list[dict[str, Any]] = []
        for answer in await asking.answers(row):
            times = await asking.others(row) if answer == "other" else []
            told = [(each, catalogue.doctor.get(each.sitting or "")) for each in times]
            found.append({"answer": answer, "times": told})
        return [each for each in found if each["answer"] != "other" or each["times"]]

    async def facts(self, row: Any) -> dict[str, Any]:
        return await Asking(self.context).facts(row)

    def covers(self, catalogue: Catalogue, clinic: str) -> bool:
        known = catalogue.clinic.get(clinic)
        return self.reach.covers(clinic=clinic, department=known.department if known else "")

    # --- inside --------------------------------------------------------------------------------------------------

    async def _lines(self, rows: Sequence[Any], catalogue: Catalogue, *, named: bool = True) -> list[Line]:
        fates = await NoticesService(self.context).fates(TOLD, [about(row.public_id) for row in rows])
        known = await persons.briefs(self.tx, [row.person_id for row in rows] if named else [])
        return [
            self._line(row, fates.get(about(row.public_id), UNTOLD), catalogue, known.get(row.person_id))
            for row in rows
        ]

    def _line(self, row: Any, fate: Fate, catalogue: Catalogue, person: persons.Brief | None) -> Line:
        state = row.state
        if state in rules.CHANGEABLE and row.appointment_state != "booked":
            state = "elsewhere"  # cancelled or changed as on any other day
        doctor = catalogue.doctor.get(row.doctor or "")
        standing = rules.Standing(
            state, row.start_at, row.until, row.made_at, row.seen_at is not None, fate.state == "arrived",
            fate.state == "lost", row.called,
        )
        return Line(row, {
            "id": row.public_id, "start": row.start_at, "person": mask_name(person.name) if person else "",
            "person_id": person.public_id if person else "", "number": row.number,
            "clinic": catalogue.clinic_name(row.clinic) or row.clinic, "doctor": doctor.name if doctor else "",
            "told": rules.told(fate.state, seen=row.seen_at is not None), "way": fate.way,
            "seen": row.seen_by or "", "seen_at": row.seen_at, "chosen": state,
            "answered": row.answered_at, "until": row.until, "called": row.called or "",
            "call": "call" if rules.to_call(standing, self.context.now, self.terms) else "",
        })

    def _stop(
        self, row: Any, lines: Sequence[Line], catalogue: Catalogue, names: Mapping[str, str]
    ) -> dict[str, Any]:
        doctor, instead = catalogue.doctor.get(row.doctor or ""), catalogue.doctor.get(row.substitute or "")

        def many(test: Any) -> int:
            return sum(1 for line in lines if test(line.values))

        return {
            "id": row.public_id, "made": row.made_at, "by": names.get(row.made_by, ""), "source": row.source,
            "date": _day(row.date, self.context), "day": row.date, "half": row.half,
            "part": "" if row.whole else row.from_wall,
            "clinic": catalogue.clinic_name(row.clinic) or row.clinic, "clinic_code": row.clinic,
            "doctor": doctor.name if doctor else "", "kind": row.kind,
            "substitute": instead.name if instead else "", "reason": row.reason, "state": row.state,
            "people": len(lines), "told": many(lambda each: each["told"] in ("sent", "arrived")),
            "arrived": many(lambda each: each["told"] == "arrived"),
            "seen": many(lambda each: each["seen"]),
            "chosen": many(lambda each: each["chosen"] in (*rules.ANSWERED, "elsewhere")),
            "call": many(lambda each: each["call"]), "session": row.session_code,
        }

    async def _staff(self) -> dict[str, str]:
        return {f"staff:{each.public_id}": each.name for each in await members.everybody(self.tx)}


def _day(day: Any, context: Context) -> datetime:
    return context.clock.moment(day, datetime.min.time())
