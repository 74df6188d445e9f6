"""A day opens: thousands come within seconds for a few hundred slots, over two web processes.

Each is registered and stands before the one segment; the clinic opens at a full second, and from then on their taps
come as they do in life, half of them in the first quarter of the time, truly encrypted. Who got a hold confirms it.
How fast they come is how fast they can be answered at most: so those who got nothing stand before another doctor's
segment then and all tap at once, and what is answered yes or no in a second, from the first tap to the last answer
with the selling in it, is the rate. Beside it, before and after, a bare aiohttp handler does one guarded UPDATE for
each of as many letters: two processes, the same server, the same bytes over as many connections from the same load.
It neither decrypts nor answers a thing beyond one word. `cpu_ms` is what an answer costs the two web processes.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.bench import driver, race, ward
from bot.bench.counter import Counter, Told
from bot.bench.figures import Answered, ms, spread
from bot.bench.letters import Letter, Writer, openid, write_down
from bot.bench.place import Place, free_port, place
from bot.bench.processes import Child
from bot.clock import HospitalClock, now
from bot.db.transaction import Transaction
from flows.directory import store as directory
from flows.directory.rules import ClinicRule

LATE_S = 4.0
"""WeChat hangs up after five seconds; an answer has to be on its way before."""
CONNECTIONS = 400
SOON = timedelta(seconds=2)
"""From now to the opening, once everybody is there."""


@dataclass(frozen=True)
class Rush:
    """What the load saw; `again` how many letters came again, `cpu` the seconds that the web processes used."""

    answered: Answered
    again: int
    cpu: float


@dataclass
class Peer:
    """The bare handler's rushes."""

    letters: int = 0
    seconds: float = 0.0
    cpu: float = 0.0

    def add(self, rush: Rush) -> None:
        self.letters += len(rush.answered.answers)
        self.seconds += rush.answered.seconds
        self.cpu += rush.cpu


async def run(contacts: int = 5000, slots: int = 300, within: float = 10.0, database: str = "") -> dict[str, Any]:
    """`oversold`, `lost`, `untrue` (see counter.py) and `unsold` are 0 in both rushes or something is broken."""
    async with place(database, people=20, days=1) as here:
        here_ward = await ward.open_ward(here, slots)
        await ward.bring(here, here_ward, contacts)
        ports = [here.settings.port, free_port(1)]
        webs = [here.start(f"web{number}", "serve", DAOYI_PORT=str(port)) for number, port in enumerate(ports)]
        for web, port in zip(webs, ports, strict=True):
            await web.ready(f"http://127.0.0.1:{port}/readyz")
        writer = Writer(here.account, here.settings.accounts[here.account])
        letters = [writer.text(openid(n), "1") for n in range(contacts)]
        opens = await _opens(here, here_ward)  # no process has read the directory yet
        counter = Counter(here)
        await counter.before()
        await asyncio.sleep(max(0.0, (opens - now()).total_seconds()))
        rush = await _rush(here, letters, ports, webs, within, "rush")
        told = Told.of(here, writer, rush.answered)
        count = await counter.behind(told, contacts, slots)
        await counter.before()
        await race.wave(here, [writer.text(contact, "1") for contact in sorted(count.held)], ports, "confirm")
        await counter.settled(len(count.held))
        states = dict(await race.rows(here.house.database, race.COUNT))
        booked = int(states.get("booked", 0))

        others = sorted(told.refused)
        await ward.bring_on(here, here_ward, slots, others)
        letters, peer = [writer.text(contact, "1") for contact in others], Peer()
        peer.add(await _bare(here, letters, slots))
        await counter.before()
        flood = await _rush(here, letters, ports, webs, 0, "flood")
        peer.add(await _bare(here, letters, slots))
        flood_told = Told.of(here, writer, flood.answered)
        flood_count = await counter.behind(flood_told, len(letters), slots)
        rate, bare = flood_told.answers / flood.answered.seconds, peer.letters / peer.seconds
        return {
            "bench": "opening",
            "contacts": contacts,
            "slots": slots,
            "within_s": within,
            "held": len(count.held),
            "booked": booked,
            "oversold": count.oversold + flood_count.oversold,
            "unsold": slots - booked + min(slots, len(letters)) - len(flood_count.held),
            "lost": count.lost + flood_count.lost,
            "accepted": len(told.accepted),
            "refused": len(told.refused),
            "offered_list": len(told.offered),
            "untrue": count.untrue + flood_count.untrue,
            "answered_later": len(told.later),
            "late": sum(took > LATE_S for took in rush.answered.took),
            "sent_again": rush.again + flood.again,
            "errors": rush.answered.errors + flood.answered.errors,
            "turn": {"seconds": round(rush.answered.seconds, 2), **spread(rush.answered.took)},
            "at_once": {"letters": len(letters), "accepted": len(flood_told.accepted),
                        "refused": len(flood_told.refused), "answered_later": len(flood_told.later),
                        "seconds": round(flood.answered.seconds, 2), **spread(flood.answered.took)},
            "cpu_ms": ms(flood.cpu / len(letters)),
            "bare_cpu_ms": ms(peer.cpu / peer.letters),
            "sustained_per_s": round(rate, 1),
            "bare_per_s": round(bare, 1),
            "ratio": round(rate / bare, 3),
        }


async def _opens(here: Place, of: ward.Ward) -> datetime:
    """The clinic opens tomorrow's day at a moment that is near."""
    clock = HospitalClock(here.settings.timezone)
    opens = (now() + SOON).replace(microsecond=0)
    wall = clock.local(opens)

    async def work(tx: Transaction) -> None:
        await directory.set_rule(tx, of.clinic, ClinicRule(horizon_days=1, open_time=wall.time()))

    await here.house.database.run(work)
    return opens


async def _rush(
    here: Place, letters: list[Letter], ports: list[int], webs: list[Child], within: float, name: str
) -> Rush:
    source, target = Path(here.folder, name), Path(here.folder, f"{name}.json")
    write_down(letters, source)
    before = sum(web.cpu for web in webs)
    connections = str(min(CONNECTIONS, len(letters)))
    child = here.start_module(
        "bot.bench.rush", str(source), str(target), str(within), connections, *map(str, ports)
    )
    await child.done()
    again = int(json.loads(target.read_text(encoding="utf-8"))["again"])
    return Rush(Answered.read(target), again, sum(web.cpu for web in webs) - before)


async def _bare(here: Place, letters: list[Letter], slots: int) -> Rush:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(driver.gate_table(here.settings.database, slots))
        first = free_port(2)
        ports = [first, first + 1]
        webs = [here.start_module("bot.bench.gate", str(port)) for port in ports]
        for web, port in zip(webs, ports, strict=True):
            stack.push_async_callback(web.stop)
            await web.ready(f"http://127.0.0.1:{port}/readyz")
        return await _rush(here, letters, ports, webs, 0, "bare")
