"""A refusal as a page says it, to patients and to staff."""

from __future__ import annotations

from typing import Any

from bot.context import Context
from flows.booking.refusals import BookingRefusal


def said(context: Context, no: BookingRefusal, **names: Any) -> str:
    """A refusal in the page's words; where it needs none of its own, in the chat's."""
    own = f"booking/h5/{no.template}"
    name = own if context.wording.has(own) else f"booking/chat/{no.template}"
    return context.wording.render(name, **{"doctor_name": "", "clinic_name": "", **names, **no.facts})
