"""All jobs: which handler carries out which topic, and what runs periodically. One line a file."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from jobs.outbox import Handles, Run
from jobs.schedule import Daily, Every


def modules() -> tuple[ModuleType, ...]:
    from jobs import (
        audit,
        booking,
        booking_exams,
        booking_moves,
        booking_opening,
        booking_paying,
        booking_played,
        booking_sessions,
        booking_standing,
        booking_stops,
        directory,
        keep,
        notices,
        notices_aloud,
        patients,
        payment,
        payment_covered,
        payment_days,
        payment_funds,
        payment_insured,
        payment_refunds,
        payment_repairs,
        payment_told,
        staff,
        talk,
    )

    return (
        talk, notices, notices_aloud, patients, payment, payment_covered, payment_days, payment_funds,
        payment_insured, payment_refunds, payment_repairs, payment_told, directory, booking, booking_exams,
        booking_moves, booking_opening, booking_paying, booking_played, booking_sessions, booking_standing,
        booking_stops, audit, staff, keep,
    )


def handlers() -> dict[str, Handles | Run]:
    """Topic -> handler. Two jobs for one topic are a mistake that nobody would notice later."""
    found: dict[str, Handles | Run] = {}
    for module in modules():
        own: Mapping[str, Handles | Run] = getattr(module, "HANDLES", {})
        twice = found.keys() & own.keys()
        if twice:
            raise ValueError(f"topics handled twice: {sorted(twice)}")
        found.update(own)
    return found


def periodic() -> dict[str, Every | Daily]:
    """Name -> periodic work."""
    found: dict[str, Every | Daily] = {}
    for module in modules():
        found.update(getattr(module, "EVERY", {}))
    return found
