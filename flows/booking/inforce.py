"""What is in force in a clinic: its own decisions, kept in the directory, over the settings."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TypeVar

from bot.context import Context
from bot.settings_standing import Standing
from flows.booking.rules import Cancelling, ClinicRules, DoctorRules, Limits, Takes, Window
from flows.directory.rules import Catalogue, DoctorRule

T = TypeVar("T")


def clinic_rules(catalogue: Catalogue, clinic: str, context: Context) -> ClinicRules:
    """How a clinic is booked. One that is not in the directory is closed."""
    known, own, general = catalogue.clinic.get(clinic), catalogue.rule(clinic), context.settings.booking
    today = context.settings.same_day
    name = catalogue.clinic_name(clinic)
    return ClinicRules(
        name=name,
        open=catalogue.bookable(clinic),
        horizon_days=_own(own.horizon_days, general.horizon_days),
        open_time=own.open_time or general.open_time,
        takes=Takes(known.min_age, known.max_age, known.sex) if known else Takes(),
        same_day=_own(own.same_day, today.open),
        same_day_before=timedelta(minutes=_own(own.same_day_before, today.before_minutes)),
        same_day_until=own.same_day_until or today.until,
        closes_before_end=timedelta(minutes=general.closes_before_end_minutes),
        hold_minutes=_own(own.hold_minutes, general.hold_minutes),
        limits=Limits(
            same_doctor=_own(own.same_doctor, general.max_same_doctor_per_day),
            doctors_a_day=_own(own.doctors_a_day, general.max_doctors_per_day),
            open=_own(own.max_open, general.max_open),
            days_apart=catalogue.deciding["doctors_a_day"],
            open_apart=catalogue.deciding["max_open"],
            clinic=name,
        ),
        cancelling=Cancelling(
            own.cancel_until or general.cancel_until,
            own.cancel_same_day or today.cancel,
            timedelta(minutes=_own(own.cancel_before, today.cancel_before_minutes)),
        ),
        doctors={code: _doctor(each) for code, each in catalogue.doctor_rules.get(clinic, {}).items()},
    )


def standing_of(catalogue: Catalogue, clinic: str, context: Context) -> Standing:
    """What follows in a clinic from not coming."""
    own = catalogue.rule(clinic)
    decided = {
        "no_show_minutes": own.no_show_minutes, "most_no_shows": own.most_no_shows, "within_days": own.within_days,
        "lock_days": own.lock_days,
    }
    update = {name: value for name, value in decided.items() if value is not None}
    return context.settings.standing.model_copy(update=update)


def soonest(catalogue: Catalogue, context: Context) -> timedelta:
    """So long after the end of a segment who has not come is a no-show in the clinic that waits the least."""
    own = [rule.no_show_minutes for rule in catalogue.rules.values() if rule.no_show_minutes is not None]
    return timedelta(minutes=min([context.settings.standing.no_show_minutes, *own]))


def window(catalogue: Catalogue, context: Context) -> Window:
    """Which segments are in time now, in each clinic."""
    now = context.clock.local(context.now)
    usual = clinic_rules(catalogue, "", context).first_start(now)
    own = ((code, clinic_rules(catalogue, code, context).first_start(now)) for code in sorted(catalogue.rules))
    differ = tuple((code, start.astimezone(UTC)) for code, start in own if start != usual)
    ends = timedelta(minutes=context.settings.booking.closes_before_end_minutes)
    return Window(context.now + ends, usual.astimezone(UTC), differ)


def _doctor(own: DoctorRule) -> DoctorRules:
    return DoctorRules(Takes(own.min_age, own.max_age, own.sex), own.same_doctor, own.max_open)


def _own(own: T | None, general: T) -> T:
    return general if own is None else own
