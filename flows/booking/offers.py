"""What there is to choose from, and why there is nothing. Reads only; the rules decide again when a slot is held."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, cast

from bot.context import Context
from flows.booking import reasons
from flows.booking.glance import glance
from flows.booking.left import store as left
from flows.booking.neighbours import Catalogue, Neighbours, clinic_rules, window
from flows.booking.offered import DayOffer, DoctorOffer, SegmentOffer, segment_offer
from flows.booking.reasons import Sitting
from flows.booking.refusals import BookingRefusal, OpensLater
from flows.booking.rules import ClinicRules

GENERAL = "general"
"""In the place of a doctor's code: the clinic's sessions without a doctor's name (普通号)."""
BEYOND = timedelta(days=7)
"""So far behind the horizon rosters are kept as well: to tell when the next day opens."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `doctor` is a code, GENERAL, or "" for whoever sits in the clinic; `clinic` "" is any that
    the doctor sits in; `half` "" is any half of the day, `kind` "" any kind of session."""

    clinic: str = ""
    doctor: str = ""
    day: date | None = None
    half: str = ""
    kind: str = ""


class Offers:
    """Part of BookingService."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.now = context.clock.local(context.now)
        self.neighbours = Neighbours(context)

    async def departments(self) -> list[Any]:
        """Departments with a clinic that can be booked."""
        catalogue = await self.neighbours.catalogue()
        open_ones = {each.department for each in catalogue.clinics if catalogue.bookable(each.code)}
        return [each for each in catalogue.departments if each.code in open_ones]

    async def clinics(self, department: str) -> list[Any]:
        catalogue = await self.neighbours.catalogue()
        return [each for each in catalogue.clinics_of(department) if catalogue.bookable(each.code)]

    async def doctors(
        self, clinic: str, day: date | None = None, half: str = "", kind: str = ""
    ) -> tuple[list[DoctorOffer], list[str]]:
        """Who can be booked in a clinic, the general clinic first and then whoever is free next; and who is full."""
        catalogue = await self.neighbours.catalogue()
        sessions = await self._open(Wanted(clinic, "", day, half, kind))
        offers, full = [], []
        by_sitting: dict[str, list[Any]] = {}
        for each in sessions:
            by_sitting.setdefault(each.sitting or GENERAL, []).append(each)
        for code, own in by_sitting.items():
            free = [each for each in own if each.left]
            doctor = catalogue.doctor.get(code)
            name = doctor.name if doctor else ""
            if not free:
                full += [name] if name and any(each.to_come for each in own) else []
                continue
            first = free[0]
            title, number = (doctor.title, doctor.number) if doctor else ("", "")
            left = sum(each.left for each in free if each.date == first.date)
            offers.append(
                DoctorOffer(code, name, title, number, first.kind, first.date, first.next_wall, first.fee, left)
            )
        offers.sort(key=lambda offer: (offer.code != GENERAL, offer.day, offer.start, offer.number))
        return offers, full

    async def days(self, wanted: Wanted) -> list[DayOffer]:
        """Days on which a slot is left."""
        sessions = [each for each in await self._open(wanted) if each.left]
        return [DayOffer(day, sum(s.left for s in own)) for day, own in groupby(sessions, key=lambda s: s.date)]

    async def segments(self, wanted: Wanted) -> list[SegmentOffer]:
        """Segments with a slot left, in time; of two at one time the cheaper first."""
        catalogue = await self.neighbours.catalogue()
        sessions = [each.id for each in await self._open(wanted) if each.left]
        if not sessions:
            return []
        minute = self.now.replace(second=0, microsecond=0)
        channel = self.context.channel
        rows = await glance(self.context.ports).at(
            ("segments", tuple(sessions), minute, channel),
            lambda: left.segments(self.tx, sessions, window(catalogue, self.context), channel),
            self.tx, self.context.leans,
        )
        in_time = sorted(rows, key=lambda row: (row.start_at, row.fee, row.segment_id))
        return [segment_offer(row, catalogue) for row in in_time]

    async def why_none(self, wanted: Wanted) -> BookingRefusal:
        """The reason why `wanted` has nothing to choose from."""
        (no,) = await self._remembered("why", wanted, self._why)
        return cast(BookingRefusal, no)

    async def too_far(self, day: date) -> dict[str, Any] | None:
        """For a day that no clinic opens yet: how many days ahead can be booked, and when the day opens."""
        days = horizon(await self.neighbours.catalogue(), self.context).days
        widest = ClinicRules("", horizon_days=days, open_time=self.context.settings.booking.open_time)
        if day <= widest.last_day(self.now):
            return None
        opens = widest.opens(day, self.now)
        return {"day": day, "days": days, "opens_day": opens.date(), "opens_time": opens.time()}

    async def home_of(self, doctor: str) -> str:
        """The doctor's own clinic."""
        known = (await self.neighbours.catalogue()).doctor.get(doctor)
        return known.clinics[0] if known and known.clinics else ""

    async def sessions(self, wanted: Wanted) -> list[Any]:
        """Sessions that can be booked as far as their day goes, full ones too; as store.sittings reads them."""
        return list(await self._open(wanted))

    # --- inside --------------------------------------------------------------------------------------------------

    async def _open(self, wanted: Wanted) -> Sequence[Any]:
        """Sessions that are open and whose day is open for booking."""
        return await self._remembered("open", wanted, self._bookable)

    async def _remembered(
        self, what: str, wanted: Wanted, look: Callable[[Wanted, Catalogue], Awaitable[Sequence[Any]]]
    ) -> Sequence[Any]:
        """For a moment, within one minute (segments close at full ones) and as long as the directory is the same."""
        catalogue = await self.neighbours.catalogue()
        minute = self.now.replace(second=0, microsecond=0)
        name = (what, wanted, minute, self.context.channel, catalogue.version)
        return await glance(self.context.ports).at(name, lambda: look(wanted, catalogue), self.tx, self.context.leans)

    async def _bookable(self, wanted: Wanted, catalogue: Catalogue) -> list[Any]:
        by_clinic: dict[str, ClinicRules] = {}
        found = []
        for row in await self._sittings(wanted, catalogue, beyond=timedelta()):
            own = by_clinic.get(row.clinic)
            if own is None:
                own = by_clinic[row.clinic] = clinic_rules(catalogue, row.clinic, self.context)
            bookable = row.state == "open" and own.open and row.date <= own.last_day(self.now)
            if bookable and wanted.half in ("", row.half) and wanted.kind in ("", row.kind):
                found.append(row)
        return found

    async def _why(self, wanted: Wanted, catalogue: Catalogue) -> list[BookingRefusal]:
        rows = await self._beyond(wanted, catalogue)
        clinic = wanted.clinic or (rows[0].clinic if rows else await self.home_of(wanted.doctor))
        known = clinic_rules(catalogue, clinic, self.context)
        sittings = [Sitting(row.date, row.state == "open", bool(row.to_come), int(row.left)) for row in rows]
        no = reasons.why_none(sittings, known, self.now, wanted.day)
        if isinstance(no, OpensLater):
            no.facts["drawn"] = any(row.draw for row in rows if row.date == no.facts["day"])
        return [no]

    async def _beyond(self, wanted: Wanted, catalogue: Catalogue) -> Sequence[Any]:
        return await self._sittings(wanted, catalogue, beyond=BEYOND)

    async def _sittings(self, wanted: Wanted, catalogue: Catalogue, *, beyond: timedelta) -> Sequence[Any]:
        today = self.now.date()
        last = today + horizon(catalogue, self.context) + beyond
        return await left.sittings(
            self.tx,
            first=wanted.day or today,
            last=wanted.day or last,
            window=window(catalogue, self.context),
            clinic=wanted.clinic or None,
            doctor=wanted.doctor if wanted.doctor not in ("", GENERAL) else None,
            general=wanted.doctor == GENERAL,
            channel=self.context.channel,
        )


def horizon(catalogue: Catalogue, context: Context) -> timedelta:
    """The widest horizon of all clinics."""
    own = [rule.horizon_days for rule in catalogue.rules.values() if rule.horizon_days is not None]
    return timedelta(days=max([context.settings.booking.horizon_days, *own]))


def same_doctor(row: Any, day: date | None = None) -> Wanted:
    """Where an appointment may be moved to: the same doctor in the same clinic, where the fee is the same."""
    return Wanted(row.clinic, row.sitting or GENERAL, day)
