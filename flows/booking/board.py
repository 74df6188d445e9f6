"""What the pages show of the whole hospital: who can be booked when, and each day of a calendar with its reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from types import SimpleNamespace
from typing import Any, Literal

from flows.booking.left import store as left
from flows.booking.neighbours import Catalogue, clinic_rules, window
from flows.booking.offers import GENERAL, Offers, Wanted
from flows.booking.rules import ClinicRules

State = Literal["free", "full", "stopped", "over", "none", "later"]
KINDS = ("expert", "specialist", "general")
"""Kinds of sessions that are booked without an order."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A doctor, or a clinic's general sessions (`code` GENERAL), with what decides. `state` "none": no session in the
    days that are open, then `day` and `start` say nothing, and `kind` and `fee` are those of the next session that is
    known, or of the last ("" and None where there is none). `clinic` and `site` are names; `clinic_code` is where the
    next session is, or the doctor's own clinic; `left` are the slots of `day`."""

    code: str
    name: str
    title: str
    specialties: tuple[str, ...]
    photo: str
    clinic_code: str
    clinic: str
    site: str
    kind: str
    state: State
    day: date | None = None
    start: str = ""
    fee: int | None = None
    left: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a calendar. `opens` is the day on which a `later` one opens."""

    day: date
    state: State
    left: int = 0
    opens: date | None = None


class Board(Offers):
    """Reads only, as its parent."""

    async def experts(
        self, *, department: str = "", clinic: str = "", day: date | None = None, general: bool = False,
        codes: Collection[str] | None = None, half: str = "", since: time | None = None, kind: str = "",
        covers: Callable[[str, str | None], bool] | None = None,
    ) -> list[Entry]:
        """Doctors with sessions, whoever is free next first and who is full last; with `general` the general clinics
        beside them. `codes` takes these doctors alone, even where they have no session; `since`: only what is left from
        that time of the day on; `kind`: sessions of this kind alone; `covers`: those alone of which it says so, by
        clinic and who sits there."""
        catalogue = await self.neighbours.catalogue()
        rows = list(await self._open(Wanted(clinic, "", day, half)))
        if department:
            own = {each.code for each in catalogue.clinics_of(department)}
            rows = [row for row in rows if row.clinic in own]
        if kind:
            rows = [row for row in rows if row.kind == kind]
        if covers is not None:
            rows = [row for row in rows if covers(row.clinic, row.sitting)]
        if codes is not None:
            rows = [row for row in rows if row.sitting in codes]
        if since is not None:
            rows = await self._since(rows, f"{since:%H:%M}")
        by_sitting: dict[tuple[str, str], list[Any]] = {}
        for row in rows:
            if row.sitting or general:
                by_sitting.setdefault((row.sitting, "") if row.sitting else (GENERAL, row.clinic), []).append(row)
        found = [self._entry(code, own, catalogue) for (code, _), own in by_sitting.items()]
        found = [entry for entry in found if entry.state in ("free", "full")]
        if codes is not None:
            there = {entry.code for entry in found}
            away = [code for code in codes if code not in there]
            terms = await self.terms_of(away)
            found += [absent(code, catalogue, terms.get(code, ())) for code in away]
        order: dict[str, int] = {"free": 0, "full": 1, "none": 2}
        place = {each.code: n for n, each in enumerate(catalogue.clinics)}
        found.sort(
            key=lambda each: (
                order[each.state], each.day or date.max, each.start, place.get(each.clinic_code, 0),
                each.code != GENERAL, each.code,
            )
        )
        return found

    async def calendar(self, wanted: Wanted, department: str = "") -> list[Day]:
        """Every day from today to the last one that is open, and those behind it for which a roster is there already;
        `wanted.day` is left out of account."""
        catalogue = await self.neighbours.catalogue()
        rows = list(await self._remembered("all", Wanted(wanted.clinic, wanted.doctor), self._beyond))
        if department:
            own = {each.code for each in catalogue.clinics_of(department)}
            rows = [row for row in rows if row.clinic in own]
        rules_of = {row.clinic: clinic_rules(catalogue, row.clinic, self.context) for row in rows}
        rows = [row for row in rows if rules_of[row.clinic].open]
        by_day: dict[date, list[Any]] = {}
        for row in rows:
            by_day.setdefault(row.date, []).append(row)
        usual = clinic_rules(catalogue, wanted.clinic, self.context)
        last = max([rule.last_day(self.now) for rule in rules_of.values()] or [usual.last_day(self.now)])
        today = self.now.date()
        days = [today + timedelta(days=n) for n in range((last - today).days + 1)]
        days += sorted(day for day in by_day if day > last and any(row.state == "open" for row in by_day[day]))[:3]
        return [self._day(day, by_day.get(day, []), rules_of) for day in days]

    async def terms_of(self, codes: Collection[str]) -> dict[str, list[Any]]:
        """Of doctors: what their sessions are, cost and where they are, those to come or else the last (left.terms)."""
        return await left.terms(self.tx, codes, self.now.date()) if codes else {}

    async def kinds(self, clinic: str = "", department: str = "") -> list[str]:
        """The kinds of sessions that there are to choose from, the dearest first."""
        rows = await self._open(Wanted(clinic))
        if department:
            catalogue = await self.neighbours.catalogue()
            own = {each.code for each in catalogue.clinics_of(department)}
            rows = [row for row in rows if row.clinic in own]
        found = {row.kind for row in rows}
        return [kind for kind in KINDS if kind in found]

    async def nearest(self, wanted: Wanted, department: str = "", after: date | None = None) -> date | None:
        """The next day on which a slot is left, behind `after` if there is one, else before it."""
        free = [each.day for each in await self.calendar(wanted, department) if each.state == "free"]
        later = [day for day in free if after is None or day > after]
        return next(iter([*later, *free]), None)

    # --- inside --------------------------------------------------------------------------------------------------

    async def _since(self, rows: list[Any], start: str) -> list[Any]:
        """These sessions as if they began at `start`; those with nothing left from then on are left out."""
        known = {row.id: row for row in rows if row.left}
        found: dict[int, list[Any]] = {}
        catalogue = await self.neighbours.catalogue()
        segments = await left.segments(self.tx, list(known), window(catalogue, self.context), self.context.channel)
        for each in segments:
            if each.start_wall >= start:
                found.setdefault(each.session_id, []).append(each)
        later = [_later(known[key], own) for key, own in found.items()]
        return sorted(later, key=lambda row: (row.date, row.next_wall))

    def _day(self, day: date, rows: Iterable[Any], rules_of: dict[str, ClinicRules]) -> Day:
        rows = list(rows)
        ready = [row for row in rows if day <= rules_of[row.clinic].last_day(self.now)]
        if rows and not ready:
            opens = min(rules_of[row.clinic].opens(day, self.now) for row in rows)
            return Day(day, "later", 0, opens.date())
        seated = [row for row in ready if row.state == "open"]
        left = sum(int(row.left) for row in seated)
        if left:
            return Day(day, "free", left)
        if any(row.to_come for row in seated):
            return Day(day, "full")
        if any(row.state != "open" for row in ready):
            return Day(day, "stopped")
        return Day(day, "over" if seated else "none")

    def _entry(self, code: str, rows: list[Any], catalogue: Catalogue) -> Entry:
        free = [row for row in rows if row.left]
        first = (free or [row for row in rows if row.to_come] or rows)[0]
        state: State = "free" if free else "full" if any(row.to_come for row in rows) else "over"
        doctor, clinic = catalogue.doctor.get(code), catalogue.clinic.get(first.clinic)
        return Entry(
            code=code,
            name=doctor.name if doctor else "",
            title=doctor.title if doctor else "",
            specialties=doctor.specialties if doctor else (),
            photo=own_photo(doctor.photo if doctor else None),
            clinic_code=first.clinic,
            clinic=clinic.name if clinic else "",
            site=catalogue.site_name(first.site),
            kind=first.kind,
            state=state,
            day=first.date,
            start=first.next_wall or "",
            fee=first.fee,
            left=sum(int(row.left) for row in free if row.date == first.date),
        )


def absent(code: str, catalogue: Catalogue, terms: Sequence[Any]) -> Entry:
    """A doctor as such, without sessions that can be booked; `terms` as `Board.terms_of` gives them."""
    doctor = catalogue.doctor[code]
    clinic = catalogue.clinic.get(doctor.clinics[0]) if doctor.clinics else None
    kind, fee = (terms[0].kind, terms[0].fee) if terms else ("", None)
    return Entry(
        code, doctor.name, doctor.title, doctor.specialties, own_photo(doctor.photo), clinic.code if clinic else "",
        clinic.name if clinic else "", catalogue.site_name(clinic.site) if clinic else "", kind, "none", fee=fee,
    )


def _later(row: Any, segments: list[Any]) -> Any:
    """A session with what these segments of it have left."""
    first = min(each.start_wall for each in segments)
    return SimpleNamespace(**{**row._mapping, "left": sum(each.free for each in segments), "next_wall": first})


def place_name(clinic: str, catalogue: Catalogue) -> str:
    """A clinic with its site, wherever there are several."""
    known = catalogue.clinic.get(clinic)
    return " · ".join(filter(None, (known.name, catalogue.site_name(known.site)))) if known else ""


def own_photo(address: str | None) -> str:
    """A photo that our pages may show: from this very host. Others are refused by the pages' policy anyway."""
    return address if address and address.startswith("/") and not address.startswith("//") else ""
