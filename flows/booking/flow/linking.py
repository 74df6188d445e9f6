"""How a talk about what was confirmed ends, and the links that stand below it."""

from __future__ import annotations

from typing import Any

from bot.context import Context
from bot.talk.outcomes import Done
from flows.booking import visit


def visit_link(context: Context, row: Any) -> list[tuple[str, str]]:
    """To the page of an appointment: number as a code, the way there, change and cancel. It opens for whom it was
    written alone: the page looks up who has signed in, and to anybody else the appointment is not there."""
    return [(context.wording.render("booking/chat/label_page_visit"), visit.page(context, f"mine/{row.public_id}"))]


def pay_link(context: Context, row: Any) -> list[tuple[str, str]]:
    """To the cashier's page of its fee."""
    return [(context.wording.render("booking/chat/label_page_pay"), visit.page(context, f"mine/{row.public_id}/pay"))]


def confirmed(context: Context, row: Any, facts: dict[str, Any]) -> Done:
    """It is booked; or its fee is to be paid first, and it is kept for that long."""
    if row.state == "held":
        return Done("to_pay", facts=facts, links=pay_link(context, row), result=row.public_id)
    links = visit_link(context, row) + (pay_link(context, row) if facts["pay"]["can_pay"] else [])
    return Done("booked", facts=facts, links=links, result=row.public_id)


def visits_link(context: Context) -> list[tuple[str, str]]:
    """To the page of all that is coming, where several were booked at once."""
    return [(context.wording.render("booking/chat/label_page_visits"), visit.page(context, "mine/"))]
