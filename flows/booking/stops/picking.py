"""Choosing what to stop at the desk: the sessions of a day, the part, the substitute; and the preview in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.access.rights import Range
from bot.context import Context
from bot.errors import NotFound
from bot.masking import mask_name
from flows.booking.neighbours import Catalogue, Choice, Neighbours, choices
from flows.booking.seats.rules import NOBODY
from flows.booking.seats.store import stands as stands_of
from flows.booking.stops import store
from flows.booking.stops.rules import Part, Wish
from flows.booking.stops.service import Preview
from flows.booking.stops.shown import store as shown
from flows.booking.stops.telling import Telling


class Picking:
    """Reads only. What is outside of `reach` is not there."""

    def __init__(self, context: Context, reach: Range) -> None:
        self.context, self.tx, self.reach = context, context.tx, reach
        self.neighbours = Neighbours(context)

    async def sessions(self, day: date, clinic: str, word: str) -> list[dict[str, Any]]:
        """Those of a day that are not over, in the order of the day."""
        catalogue, found = await self.neighbours.catalogue(), []
        rows = await shown.sessions(self.tx, day)
        stands = await stands_of(self.tx, [row.id for row in rows if row.shut])
        for row in rows:
            instead = catalogue.doctor.get((stands.get(row.id) or NOBODY)["substitute"] or row.substitute or "")
            told = self._session(row, catalogue) | {
                "substitute": instead.name if instead else "",
                "begins": row.begins, "ends": row.ends, "booked": int(row.booked), "held": int(row.held),
                "shut": int(row.shut),
            }
            fits = not word or word.casefold() in f"{told['doctor']} {told['clinic']} {told['number']}".casefold()
            if fits and (not clinic or row.clinic == clinic) and row.over > self.context.now:
                found += [told] if self._covers(row.clinic, catalogue) else []
        return found

    async def clinics(self) -> list[Choice]:
        """Those within reach."""
        catalogue = await self.neighbours.catalogue()
        return choices(catalogue, (each.code for each in catalogue.clinics if self._covers(each.code, catalogue)))

    async def session(self, code: str) -> tuple[Any, dict[str, Any], list[Part]]:
        """A session, its words, and what of it is still to come. Raises NotFound."""
        catalogue, row = await self.neighbours.catalogue(), await shown.session_of(self.tx, code)
        if row is None or not self._covers(row.clinic, catalogue):
            raise NotFound("session")
        parts = [part for part in await store.parts(self.tx, row.id) if part.end > self.context.now]
        return row, self._session(row, catalogue), parts

    async def substitutes(self, row: Any) -> list[dict[str, Any]]:
        """Doctors of the department who are not the one that is away, those who are free then first."""
        catalogue = await self.neighbours.catalogue()
        clinic = catalogue.clinic.get(row.clinic)
        if clinic is None or row.doctor is None:
            return []
        own = {each.code for each in catalogue.clinics_of(clinic.department)}
        busy = await shown.seated(self.tx, row.date, row.half)
        found = [
            {"code": each.code, "name": each.name, "title": each.title, "busy": each.code in busy,
             "here": row.clinic in each.clinics}
            for each in catalogue.doctors if own & set(each.clinics) and each.code != row.doctor
        ]
        return sorted(found, key=lambda each: (each["busy"], not each["here"], each["code"]))

    async def people(self, preview: Preview) -> list[dict[str, Any]]:
        """Who is hit, masked, in time; with the time that could be kept for them, and until when they may choose."""
        found = []
        for row in preview.rows:
            person = await self.neighbours.anybody(row.person_id)
            kept = preview.kept.get(row.id)
            found.append({
                "start": row.start_wall, "end": row.end_wall, "number": row.number, "channel": row.channel,
                "person": mask_name(person.name) if person else "", "until": preview.until[row.id],
                "kept_day": kept.date if kept else None, "kept_start": kept.start_wall if kept else "",
            })
        return found

    async def notice(self, wish: Wish, preview: Preview) -> str:
        """What is sent, as the first of them will read it; "" where nobody is hit."""
        if not preview.rows:
            return ""
        words = _Stop(" ".join(wish.reason.split()), wish.substitute)
        facts = await Telling(self.context).facts(preview.rows[0], words)
        kind = "substituted" if wish.substitute else "stopped"
        return self.context.wording.render(f"booking/push/{kind}", **facts)

    # --- inside --------------------------------------------------------------------------------------------------

    def _covers(self, clinic: str, catalogue: Catalogue) -> bool:
        known = catalogue.clinic.get(clinic)
        return self.reach.covers(clinic=clinic, department=known.department if known else "")

    @staticmethod
    def _session(row: Any, catalogue: Catalogue) -> dict[str, Any]:
        doctor = catalogue.doctor.get(row.doctor or "")
        instead = catalogue.doctor.get(row.substitute or "")
        return {
            "code": row.code, "date": row.date, "half": row.half, "kind": row.kind, "state": row.state,
            "clinic": catalogue.clinic_name(row.clinic) or row.clinic, "doctor": doctor.name if doctor else "",
            "number": doctor.number if doctor else "", "title": doctor.title if doctor else "",
            "substitute": instead.name if instead else "",
        }


class _Stop:
    """The words of a stop that is not made yet."""

    def __init__(self, reason: str, substitute: str | None) -> None:
        self.reason, self.substitute = reason, substitute
