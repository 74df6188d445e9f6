"""Lists as Excel files. A cell is always text, a number or a moment, never a formula, whoever wrote it (CWE-1236)."""

from __future__ import annotations

import asyncio
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from aiohttp import web

from bot import clock
from bot.access import audit
from bot.clock import HospitalClock
from bot.db.transaction import Transaction
from bot.errors import NotAllowed
from bot.web.desk.guard import STAFF
from bot.web.desk.lists import Asked, Listing, Shown
from bot.web.keys import DATABASE, SETTINGS, WORDING

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""With these a spreadsheet's cell begins that calculates, fetches or starts something."""
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST = 32767
NARROWEST, WIDEST = 6, 60
MEASURED = 500
"""So many rows say how wide a column is."""


def asked(request: web.Request, right: str) -> str:
    """``page`` or ``all`` where an export is wanted, else "". Raises NotAllowed for who lacks the right to it."""
    wanted = request.query.get("export", "")
    if wanted not in ("page", "all"):
        return ""
    if not request[STAFF].may(right):
        raise NotAllowed(right)
    return wanted


def cut(request: web.Request, asked_for: Asked, which: str) -> tuple[int, int]:
    """How many rows the database is asked for, after how many, where `which` of them are wanted (`asked`)."""
    if which == "all":
        return request.app[SETTINGS].desk.export_rows, 0
    return asked_for.size, (asked_for.page - 1) * asked_for.size


async def send(
    request: web.Request, listing: Listing, asked_for: Asked, rows: Sequence[Mapping[str, Any]], *,
    heads: Mapping[str, str] | None = None, **facts: Any,
) -> web.Response:
    """The rows as a download; that it was made, of what and by whom, is written into the trail.

    :param heads: titles instead of the list's own, by column
    :param facts: told to the trail beside the list's name, its filters and the number of rows
    """
    settings, me = request.app[SETTINGS], request[STAFF]
    most = settings.desk.export_rows
    told = {"list": listing.name, "rows": min(len(rows), most), "filters": dict(asked_for.filters), **facts}

    async def tell(tx: Transaction) -> None:
        audit.write(tx, me.actor, "access.exported", f"list:{listing.name}", told)

    await request.app[DATABASE].run(tell)
    titles = {**request.app[WORDING].words["columns"][listing.name], **(heads or {})}
    shown = Shown(listing, asked_for, rows[:most], len(rows), {}).columns
    wall = HospitalClock(settings.timezone)
    head = [titles[column.name] for column in shown]
    table = [[_cell(row.get(column.name), wall) for column in shown] for row in rows[:most]]
    stamp = wall.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    body = await asyncio.to_thread(workbook, head, table, f"{me.name} {me.login} {stamp}")
    name = f"{listing.name}-{stamp.replace(' ', '-').replace(':', '')}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(body=body, content_type=TYPE, headers=headers)


def workbook(head: Sequence[str], rows: Sequence[Sequence[Any]], by: str) -> bytes:
    """One sheet with a head that stays; ``by`` stands in the foot of each printed page."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        bold, plain = book.add_format({"bold": True, "bottom": 1}), book.add_format()
        # "Quote prefix" keeps Excel from reading it as a formula when the cell is edited, or saved as CSV and opened.
        quoted = book.add_format({"quote_prefix": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for at, title in enumerate(head):
            sheet.write_string(0, at, title, bold)
            sheet.set_column(at, at, _width([title, *(row[at] for row in rows[:MEASURED])]))
        for down, row in enumerate(rows, 1):
            for at, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(down, at, value, moment)
                elif isinstance(value, (int, float)) and not isinstance(value, bool):
                    sheet.write_number(down, at, value)
                else:
                    text = _UNREADABLE.sub("", str(value))[:LONGEST]
                    sheet.write_string(down, at, text, quoted if text.startswith(DANGEROUS) else plain)
        sheet.freeze_panes(1, 0)
        if rows and head:
            sheet.autofilter(0, 0, len(rows), len(head) - 1)
        sheet.set_footer("&L" + by.replace("&", "&&") + "&R&P / &N")
    return out.getvalue()


def _width(cells: Sequence[Any]) -> float:
    """Of a column, in characters of the file's font: what stands in it is read without pulling, up to a limit."""
    def long(cell: Any) -> int:
        if isinstance(cell, datetime):
            return len("2027-03-01 08:00:00")
        return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in str(cell)[:WIDEST])

    return min(WIDEST, max(NARROWEST, *(long(cell) for cell in cells)) + 2)


def _cell(value: Any, wall: HospitalClock) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return wall.local(value).replace(tzinfo=None)
    if isinstance(value, (list, tuple)):
        return "、".join(str(each) for each in value)
    return value
