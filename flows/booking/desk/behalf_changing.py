"""Another time for what is booked, whatever it is: a visit to a doctor or an examination."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

from aiohttp import web

from bot.documents import Problem
from bot.web.desk.pages import see
from flows.booking.behalf.service import Behalf
from flows.booking.desk.behalf_parts import Counter, key_of, reason_of, said
from flows.booking.refusals import BookingRefusal


class Page(Protocol):
    """The page with the other times, once more."""

    def __call__(self, counter: Counter, row: Any, *, status: int, **more: Any) -> Awaitable[web.Response]: ...


async def changed(
    counter: Counter, row: Any, acting: Behalf, sent: Mapping[str, str], page: Page
) -> web.StreamResponse:
    """What was sent is done, or the page says why not. After the patient's own time a reason is asked for."""
    why = reason_of(sent)
    late = await acting.is_late(row) if row.state == "booked" else False
    if late and acting.late and not why:
        return await page(counter, row, problem=Problem("why_needed"), status=422)
    try:
        new = await acting.change(row.id, key_of(sent.get("segment", "")))
    except BookingRefusal as no:
        return await page(counter, row, refused=said(counter.context, no), status=409)
    if new.created_at == counter.context.now:
        counter.wrote("changed", f"appointment:{new.public_id}", before=f"appointment:{row.public_id}", why=why,
                      overdue=late)
    return see(counter.request, f"{counter.home}?done=changed&via={counter.via}")
