"""What the fair opening tells of its own accord: won, not won, not theirs to have."""

from __future__ import annotations

from typing import Any

from bot.context import Context
from bot.talk import events
from flows.booking import visit
from flows.booking.pushes import TOLD, yes_or_no
from flows.notices.kinds import PushKind
from flows.notices.service import NoticesService

KINDS = (
    # They asked for it and have minutes to answer, like an offer of the waiting list.
    PushKind("booking.draw_won", priority=1, quiet="always", sms_fallback=True, obligatory=True),
    PushKind("booking.draw_lost", priority=3, quiet="always", useless_minutes=720),
    PushKind("booking.draw_over", priority=3, quiet="always", useless_minutes=720),
)


async def won(context: Context, wish: Any, held: Any, facts: dict[str, Any]) -> None:
    """Until the hold ends; afterwards nobody needs to hear of it. The push asks, and flow `wish` listens."""
    await _tell(context, "won", wish, facts | {"options": yes_or_no(context)}, useless_after=held.hold_until)
    events.begin(context.tx, wish.contact_id, "wish", f"{TOLD}:{wish.public_id}")


async def lost(context: Context, wish: Any, facts: dict[str, Any]) -> None:
    await _tell(context, "lost", wish, facts)


async def over(context: Context, wish: Any, facts: dict[str, Any]) -> None:
    """`reason` among the facts: stopped, or rule, then `why`."""
    await _tell(context, "over", wish, facts)


async def _tell(context: Context, what: str, wish: Any, facts: dict[str, Any], **more: Any) -> None:
    url = visit.page(context, f"wishes/{wish.public_id}")
    about = f"wish:{wish.public_id}"
    await NoticesService(context).push(f"booking.draw_{what}", wish.contact_id, about, facts | {"url": url}, **more)
