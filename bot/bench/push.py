"""How fast pushes leave: rows of the outbox, carried out by a real worker to the played WeChat servers.

All pushes lie ready before the worker starts; what counts is the time from the first to the last that reached a phone.
Beside it the bare driver inserts and changes as many rows on the same server. Nothing may be lost or come twice.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from functools import partial
from typing import Any

from aiohttp import web

from bot.bench import driver
from bot.bench.place import Place, place
from bot.bench.ward import context_of
from bot.db.contacts import create
from bot.db.transaction import Transaction
from bot.errors import DaoyiError
from flows.notices.service import NoticesService
from integrations.sandbox.app import make_play_app, sandbox_url
from integrations.sandbox.phones import Phones, openid_of

KIND = "patients.mobile_changed"
PHONES = 40
BATCH = 200
PATIENCE_S = 120.0


async def run(pushes: int = 1000, database: str = "") -> dict[str, Any]:
    """`per_second_ratio` is the bare driver's rate over ours."""
    async with place(database, people=20, days=1) as here:
        phones = await _phones(here)
        # Somebody has to hear the results of the sendings, else the played WeChat spends its time on trying again.
        ear = here.start_module("bot.bench.bare", str(here.settings.port))
        await ear.ready(f"{here.settings.base_url}/readyz")
        runner = await _play(here, phones)
        try:
            contacts = await here.house.database.run(lambda tx: _contacts(here, tx))
            for first in range(0, pushes, BATCH):
                part = range(first, min(first + BATCH, pushes))
                await here.house.database.run(partial(_write, here, contacts, part))
            bare = await driver.insert_and_update(here.settings.database, count=pushes)
            worker = here.start("worker", "worker", DAOYI_PUSH__QUIET_FROM="00:00", DAOYI_PUSH__QUIET_TO="00:00")
            arrived = await _arrived(phones, pushes)
            worker_cpu = worker.cpu
        finally:
            await runner.cleanup()
        times = Counter(text for text, _ in arrived)
        moments = sorted(at for _, at in arrived)
        seconds = max(moments[-1] - moments[0], 0.001) if len(moments) > 1 else 0.0
        ours, theirs = len(arrived) / seconds if seconds else 0.0, pushes / bare.seconds
        return {
            "bench": "push",
            "pushes": pushes,
            "delivered": len(times),
            "lost": pushes - len(times),
            "twice": sum(count - 1 for count in times.values()),
            "per_second": round(ours, 1),
            "bare_per_second": round(theirs, 1),
            "per_second_ratio": round(theirs / ours, 2) if ours else None,
            "worker_cpu_ms": round(worker_cpu / pushes * 1000, 2),
            "errors": pushes - len(times),
        }


async def _phones(here: Place) -> Phones:
    """So many patients who follow the account."""
    phones, account = Phones(None), here.settings.accounts[here.account]
    for _ in range(PHONES):
        phones.add().seat(account.app_id).following = True
    return phones


async def _play(here: Place, phones: Phones) -> web.AppRunner:
    """The played servers, in this process, so that the phones can be counted."""
    runner = web.AppRunner(make_play_app(here.settings, phones), access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(sandbox_url(here.settings).rsplit(":", 1)[1])).start()
    return runner


async def _contacts(here: Place, tx: Transaction) -> list[int]:
    app_id = here.settings.accounts[here.account].app_id
    for number in range(1, PHONES + 1):
        await create(tx, here.account, "wechat", openid_of(app_id, number))
    (rows,) = await tx.link.script([("SELECT id FROM contact ORDER BY id", ())])
    assert isinstance(rows, list)
    return [int(row[0]) for row in rows]


async def _write(here: Place, contacts: list[int], part: range, tx: Transaction) -> None:
    for number in part:
        context = await context_of(here, tx, contacts[number % len(contacts)])
        assert context.contact is not None
        facts = {"name": "安*", "url": f"{here.settings.base_url}/h5/patients/?push={number}"}
        made = await NoticesService(context).push(KIND, context.contact.id, f"bench:{number}", facts)
        if not made:
            raise DaoyiError(f"push {number} was there already")


async def _arrived(phones: Phones, pushes: int) -> list[tuple[str, float]]:
    """(the page that a push leads to, each its own; when it came): all of them, or what came until nothing more did."""
    until, before = time.monotonic() + PATIENCE_S, -1
    while time.monotonic() < until:
        entries = [entry for phone in phones for entry in phone.entries if entry.way in ("template", "customer")]
        if len(entries) >= pushes:
            await asyncio.sleep(2)  # what comes twice comes soon after
            break
        if len(entries) != before:
            before, until = len(entries), time.monotonic() + PATIENCE_S
        await asyncio.sleep(0.05)
    found = [entry for phone in phones for entry in phone.entries if entry.way in ("template", "customer")]
    return [(str(entry.content.get("url")), entry.at.timestamp()) for entry in found]
