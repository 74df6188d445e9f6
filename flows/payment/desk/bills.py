"""/desk/payment/bills: a channel's bill of a day, brought by hand from the channel's own pages where it cannot be
fetched."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from bot import logs
from bot.clock import HospitalClock
from bot.documents import Problem
from bot.errors import OutsideRefused
from bot.web import forms
from bot.web.desk.guard import needs
from bot.web.desk.pages import context_of, render, see
from bot.web.forms import day_of
from bot.web.keys import DATABASE, PORTS, SETTINGS
from flows.payment.desk.parts import DAYS_PAGE, HOME, REPAIR
from flows.payment.reconciling.bringing import Bringing
from integrations.paying.port import PayChannels, ReadsBills

log = logs.get(__name__)

routes = web.RouteTableDef()
PATH = HOME + "bills"
LARGEST = 16 * 1024 * 1024
LONGEST = timedelta(days=92)


@routes.get(PATH)
@needs(REPAIR)
async def form(request: web.Request) -> web.StreamResponse:
    return _page(request, request.query.get("account", ""), day_of(request.query.get("day", "")))


async def bring(request: web.Request) -> web.StreamResponse:
    """Only a bill that was read to its end counts; until then nothing changes."""
    sent, today = await forms.values(request), HospitalClock(request.app[SETTINGS].timezone).today()
    account, on = sent.get("account", ""), day_of(sent.get("day", ""))
    channel = next((each for each in _channels(request) if each.name == account), None)
    if channel is None or on is None or not today - LONGEST <= on < today:
        return _page(request, account, on, Problem("payment_bill_which"))
    file = (await forms.files(request)).get("file")
    content = await asyncio.to_thread(file.file.read, LARGEST + 1) if file is not None else b""
    if not content:
        return _page(request, account, on, Problem("payment_bill_none"))
    if len(content) > LARGEST:
        return _page(request, account, on, Problem("payment_bill_large", {"most": LARGEST >> 20}))

    async def run(work: Any) -> int:
        return int(await request.app[DATABASE].run(lambda tx: work(context_of(request, tx))))

    try:
        await Bringing(run).bring(channel, on, content)
    except OutsideRefused as no:
        log.info("bill_refused", account=account, code=no.code)
        return _page(request, account, on, Problem(NOES.get(no.code, "payment_bill")))
    return see(request, f"{DAYS_PAGE}?since={on}&until={on}")


NOES = {"other_day": "payment_bill_day", "empty": "payment_bill_none", "too-large": "payment_bill_swells"}
routes.post(PATH)(needs(REPAIR)(forms.mark_files(bring, {"file": LARGEST})))


def _page(
    request: web.Request, account: str, on: date | None, problem: Problem | None = None
) -> web.Response:
    last = HospitalClock(request.app[SETTINGS].timezone).today() - timedelta(days=1)
    return render(
        request, "payment/desk/bill.html.j2", status=422 if problem else 200, channels=_channels(request),
        account=account, day=on or last, last=last, problem=problem, most=LARGEST >> 20,
    )


def _channels(request: web.Request) -> list[ReadsBills]:
    ports = request.app[PORTS]
    found = ports[PayChannels].offered("") if PayChannels in ports else ()
    return [each for each in found if isinstance(each, ReadsBills)]
