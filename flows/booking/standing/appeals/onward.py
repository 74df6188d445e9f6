"""Where somebody goes on to with what the office excepted them from."""

from __future__ import annotations

from typing import Any

from flows.booking.refusals import CancelTooLate


def way_on(exception: Any, *, exam: bool) -> str:
    """The page, below /h5/booking/, on which an exception can be used; "" where the chat alone leads on."""
    if exception.rule == CancelTooLate.template:
        return "mine/"
    if exam:
        return ""
    return f"doctors/{exception.doctor}" if exception.doctor else f"clinics/{exception.clinic}"
