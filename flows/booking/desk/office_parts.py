"""What the office's pages share: the address read, the right to export, and words for what stands in cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.web.desk import export
from bot.web.desk.guard import STAFF
from bot.web.desk.lists import Asked, Listing
from bot.web.forms import day_of
from bot.web.keys import SETTINGS, WORDING
from flows.booking.office.rules import Days, span
from flows.booking.office.service import OfficeService

HOME = "/desk/booking/"
VIEW, USE, EXPORT, MINE = "booking.view", "booking.use", "booking.export", "booking.mine"
STATES = ("held", "booked", "cancelled", "changed", "released", "expired", "refused")
CHANNELS = ("wechat", "alipay", "web", "sms", "phone", "window", "room", "kiosk", "outside")


async def office(request: web.Request, context: Context, right: str = VIEW) -> OfficeService:
    """The office as the member who asks may see it."""
    return await OfficeService.of(context, request[STAFF], right)


def days_asked(asked: Asked, context: Context, longest: int, *, usual: int = 1) -> Days:
    """``since`` and ``until`` of the address, brought to what is quick to count; ``usual`` days from today on where
    nothing was asked for."""
    since, until = day_of(asked.filters["since"]), day_of(asked.filters["until"])
    today = context.clock.today()
    if since is None and until is None:
        return Days(today, today + timedelta(days=usual - 1))
    return span(since, until, longest)


def wants_export(request: web.Request) -> str:
    """``page``, ``all`` or "". Raises NotAllowed."""
    return export.asked(request, EXPORT)


def most(request: web.Request) -> int:
    """Rows of the largest export."""
    return request.app[SETTINGS].desk.export_rows


async def send(
    request: web.Request, listing: Listing, asked: Asked, rows: Iterable[Mapping[str, Any]],
    words: Mapping[str, str], *, heads: Mapping[str, str] | None = None, **facts: Any,
) -> web.Response:
    """The rows as Excel, with words instead of slugs in the columns that ``words`` names (column -> table of words);
    ``heads`` are titles of columns that say more than the list's own."""
    tables = {column: _table(request, name) for column, name in words.items()}
    worded: Sequence[dict[str, Any]] = [
        {name: _cell(tables.get(name, {}), value) for name, value in row.items()} for row in rows
    ]
    return await export.send(request, listing, asked, worded, heads=heads, **facts)


def _table(request: web.Request, name: str) -> Mapping[str, str]:
    found: Any = request.app[WORDING].words
    for part in name.split("."):
        found = found[part]
    return dict(found)


def _cell(words: Mapping[str, str], value: Any) -> Any:
    if isinstance(value, str):
        return words.get(value, value)
    return value.isoformat() if type(value) is date else value
