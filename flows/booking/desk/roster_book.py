"""How the hospital's own system stands to our sessions, as the roster's pages show it; telling it once more."""

from __future__ import annotations

from datetime import date
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.web.desk.guard import needs
from bot.web.desk.pages import in_tx, see
from flows.booking.desk.roster_parts import HOME, reach
from flows.booking.roster.book import store, telling
from flows.booking.roster.reach import PUBLISH, Reach
from flows.booking.roster.sessions.publishing import Publishing
from integrations.his.port import HospitalPort

routes = web.RouteTableDef()


@routes.post(HOME + "session/{code}/tell")
@needs(PUBLISH)
@in_tx
async def tell(request: web.Request, context: Context) -> web.StreamResponse:
    """What the hospital refused was put right there."""
    known = await Publishing(context).own(request.match_info["code"])
    (await reach(request, context, PUBLISH)).need(known.clinic, known.doctor)
    await telling.again(context, known.id)
    return see(request, f"{HOME}?clinic={known.clinic}&day={known.day}&open={known.code}")


async def book_of(context: Context, session_id: int) -> dict[str, Any] | None:
    """What the hospital's book says of a session of ours, and how many are booked of whom it does not know; None where
    there is no such session."""
    row = await store.of(context.tx, session_id)
    if row is None:
        return None
    takes = context.ports[HospitalPort].takes_sessions
    return {
        "state": row.state if takes else "kept", "code": row.code or "", "refusal": row.refusal or "",
        "words": row.words or "", "missing": await store.missing(context.tx, session_id),
    }


async def refused(context: Context, own: Reach, first: date) -> list[Any]:
    """Sessions within reach that the hospital did not take, the next first."""
    rows = await store.refusals(context.tx, first, own.clinics)
    return [row for row in rows if own.covers(row.clinic, row.sitting)]
