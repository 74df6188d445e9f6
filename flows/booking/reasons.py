"""Why there is nothing to choose from. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flows.booking.refusals import (
    AllFull,
    AllOver,
    AllStopped,
    BookingRefusal,
    ClinicClosed,
    NoSession,
    OpensLater,
    SameDayClosed,
    SameDayOff,
)
from flows.booking.rules import ClinicRules


@dataclass(frozen=True, slots=True)
class Sitting:
    """One session as the search for a reason sees it: slots left, and whether any of it is still to come."""

    day: date
    open: bool
    to_come: bool
    left: int


def why_none(
    sittings: Sequence[Sitting], clinic: ClinicRules, now: datetime, wanted: date | None = None
) -> BookingRefusal:
    """Why there is nothing to choose from: the reason, as a refusal with what can be done instead.

    `sittings` are the sessions of the doctor or clinic that was asked for, on `wanted` alone where a day was, else from
    today to beyond the horizon.
    """
    if not clinic.open:
        return ClinicClosed(clinic=clinic.name)
    last = clinic.last_day(now)
    if wanted is not None and wanted > last:
        opens = clinic.opens(wanted, now)
        return OpensLater(
            day=wanted, horizon_days=clinic.horizon_days, opens_day=opens.date(), opens_time=opens.time()
        )
    near = [s for s in sittings if s.day <= last]
    later = min((s.day for s in sittings if s.day > last and s.open), default=None)
    opens_at = clinic.opens(later, now) if later else None
    opening = {"opens_day": opens_at and opens_at.date(), "opens_time": opens_at and opens_at.time()}
    if any(s.open and s.to_come and s.left == 0 for s in near):
        return AllFull(wanted=wanted, days=sorted({s.day for s in near if s.open and s.to_come}), **opening)
    if any(not s.open for s in near):
        return AllStopped(wanted=wanted, days=sorted({s.day for s in near if not s.open}))
    if later and opens_at:
        return OpensLater(day=later, horizon_days=clinic.horizon_days, **opening)
    if any(not s.to_come for s in near):
        if not clinic.same_day and any(s.open and s.day == now.date() for s in near):
            return SameDayOff(clinic=clinic.name, day=now.date())
        until = clinic.same_day_until
        if until and now.time() >= until and any(s.open and s.day == now.date() for s in near):
            return SameDayClosed(clinic=clinic.name, day=now.date(), start=now, minutes=0, until=until)
        return AllOver(wanted=wanted)
    return NoSession(wanted=wanted, last_day=last)
