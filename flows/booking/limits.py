"""The limits of booking as the settings have them. What a clinic may have for itself stands in inforce.py."""

from __future__ import annotations

from datetime import timedelta

from bot.settings import Settings
from bot.settings_booking import Booking, Stops
from flows.booking.reminding import Reminding
from flows.booking.stops import rules as stopping
from flows.booking.waiting import rules as waiting


def of_reminding(settings: Settings) -> Reminding:
    own, push = settings.booking, settings.push
    return Reminding(
        own.remind_evening, timedelta(minutes=own.remind_before_minutes), timedelta(minutes=own.remind_least_minutes),
        (push.quiet_from, push.quiet_to),
    )


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
