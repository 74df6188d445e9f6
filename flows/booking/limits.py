"""The limits of booking as the settings have them."""

from __future__ import annotations

from datetime import timedelta

from bot.settings import Settings
from bot.settings_parts import Booking, Stops
from flows.booking import rules
from flows.booking.stops import rules as stopping
from flows.booking.waiting import rules as waiting


def of_booking(own: Booking) -> rules.Limits:
    return rules.Limits(own.max_doctors_per_day, own.max_open)


def of_cancelling(settings: Settings) -> rules.Cancelling:
    before = timedelta(minutes=settings.same_day.cancel_before_minutes)
    return rules.Cancelling(settings.booking.cancel_until, settings.same_day.cancel, before)


def of_waiting(own: Booking) -> waiting.Limits:
    before = timedelta(minutes=own.offer_before_minutes)
    return waiting.Limits(before, own.max_waiting, own.max_waiting_per_session)


def of_stops(own: Stops) -> stopping.Terms:
    return stopping.Terms(
        choose=timedelta(hours=own.choose_hours),
        before=timedelta(minutes=own.choose_before_minutes),
        call_after=timedelta(minutes=own.call_after_minutes),
        call_before=timedelta(minutes=own.call_before_minutes),
    )
