"""/desk/payment/days: the closing of days: what each side took and gave back by account, balanced or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.errors import NotFound
from bot.money import yuan
from bot.web.desk import export
from bot.web.desk.guard import needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import in_tx, reading, render, see
from bot.web.forms import day_of
from flows.payment.desk.parts import DAYS, HOME, REPAIR, in_yuan, wants_export
from flows.payment.reconciling.adjusting import Adjusting
from flows.payment.reconciling.days import store as days

routes = web.RouteTableDef()
PATH = HOME + "days"
USUAL, LONGEST = 14, 92
SIDES = ("channel", "ours", "hospital")
MONEY = tuple(f"{side}_{what}" for side in SIDES for what in ("paid", "back"))
LIST = Listing(
    "payment_days",
    (Column("day"), Column("account"), Column("state"), Column("many", "number", total=True),
     *(Column(name, "number") for name in MONEY), Column("differences", "number", total=True),
     Column("adjusted", "number", total=True), Column("flaw", hidden=True), Column("at", "moment", hidden=True)),
    filters=("since", "until", "account"), sort="day", down=True,
)


@routes.get(PATH)
@needs(DAYS)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    async with reading(request) as context:
        since, until = _span(context, asked.filters)
        found = await _rows(context, since, until)
    rows = [row for row in found if asked.filters["account"] in ("", row["account"])]
    if which:
        words = context.wording.words
        told = [{**row, "state": words["payment_day"][row["state"]], "flaw": words["bill_flaw"].get(row["flaw"], "")}
                for row in (LIST.shown(asked, rows).rows if which == "page" else LIST.sorted(asked, rows))]
        return await export.send(request, LIST, asked, in_yuan(told, *MONEY), days=[str(since), str(until)])
    words, shown = context.wording.words["columns"]["payment_days"], LIST.shown(asked, rows)
    totals = {**shown.totals, **{name: yuan(sum(row[name] for row in rows)) for name in MONEY}}
    return render(
        request, "payment/desk/days.html.j2", list=LIST.page(asked, shown.rows, len(rows), totals), since=since,
        until=until, longest=LONGEST, accounts=sorted({row["account"] for row in found}), sums=_sums(rows),
        chart=_chart(rows, {"ours_paid": "booked", "ours_back": "held"}, words, 100),
        odd=_chart(rows, {"differences": "missed"}, words, 1) if any(row["differences"] for row in rows) else None,
        again=context.clock.today() - timedelta(days=1),
    )


@routes.post(PATH + "/{day}/again")
@needs(REPAIR)
@in_tx
async def again(request: web.Request, context: Context) -> web.StreamResponse:
    """Hold a day together once more, in the background."""
    day = day_of(request.match_info["day"])
    if day is None or day >= context.clock.today():
        raise NotFound("day")
    Adjusting(context).again(day)
    return see(request, f"{PATH}?since={day}&until={day}")


def _span(context: Context, filters: Mapping[str, str]) -> tuple[date, date]:
    until = day_of(filters["until"]) or context.clock.today() - timedelta(days=1)
    since = day_of(filters["since"]) or until - timedelta(days=USUAL - 1)
    return max(min(since, until), until - timedelta(days=LONGEST - 1)), until


async def _rows(context: Context, since: date, until: date) -> list[dict[str, Any]]:
    sums: dict[tuple[str, date], dict[str, int]] = defaultdict(lambda: dict.fromkeys(("many", *MONEY), 0))
    for row in await days.sums(context.tx, since, until):
        mine = sums[row.account, row.day]
        mine[f"{row.side}_{'back' if row.refund else 'paid'}"] += int(row.amount)
        mine["many"] += int(row.many) if row.side == "ours" else 0
    open_: dict[tuple[str, date], int] = defaultdict(int)
    adjusted: dict[tuple[str, date], int] = defaultdict(int)
    for row in await days.counts(context.tx, since, until):
        open_[row.account, row.day] += int(row.many)
    for row in await days.counts(context.tx, since, until, ("adjusted",)):
        adjusted[row.account, row.day] += int(row.many)
    return [
        {"id": f"{row.day}:{row.account}", "day": row.day.isoformat(), "account": row.account, "state": row.state,
         "flaw": row.flaw, "at": row.at, "differences": open_[row.account, row.day],
         "adjusted": adjusted[row.account, row.day], **sums[row.account, row.day]}
        for row in await days.days(context.tx, since, until)
        if row.account != "hospital" or sums[row.account, row.day]["hospital_paid"] or open_[row.account, row.day]
    ]


def _sums(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    found = {name: sum(row[name] for row in rows) for name in ("many", "differences", "ours_paid", "ours_back")}
    return found | {"balanced": sum(row["state"] == "balanced" for row in rows), "days": len(rows)}


def _chart(
    rows: Sequence[Mapping[str, Any]], series: Mapping[str, str], words: Mapping[str, str], unit: int
) -> dict[str, Any]:
    names = sorted({row["day"] for row in rows})
    return {
        "names": [day[5:] for day in names],
        "series": [
            {"name": words[name], "as": colour,
             "data": [sum(row[name] for row in rows if row["day"] == day) / unit for day in names]}
            for name, colour in series.items()
        ],
    }
