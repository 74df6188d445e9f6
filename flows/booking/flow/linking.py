"""The link that stands below what was booked in the chat."""

from __future__ import annotations

from typing import Any

from bot.context import Context
from flows.booking import visit


def visit_link(context: Context, row: Any) -> list[tuple[str, str]]:
    """To the page of an appointment: number as a code, the way there, change and cancel. It opens for whom it was
    written alone: the page looks up who has signed in, and to anybody else the appointment is not there."""
    return [(context.wording.render("booking/chat/label_page_visit"), visit.page(context, f"mine/{row.public_id}"))]


def visits_link(context: Context) -> list[tuple[str, str]]:
    """To the page of all that is coming, where several were booked at once."""
    return [(context.wording.render("booking/chat/label_page_visits"), visit.page(context, "mine/"))]
