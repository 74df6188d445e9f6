"""A day opens: thousands come within seconds for a few hundred slots, over two web processes.

Each is registered and stands before the one segment; the clinic opens at a full second, and from then on their taps
come as they do in life, half of them in the first quarter of the time, truly encrypted. Who got a hold confirms it.
Beside it a bare aiohttp handler does one guarded UPDATE for each of as many letters, in two processes on the same
server.
"""

from __future__ import annotations

import asyncio
import json
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.bench import driver, race, ward
from bot.bench.figures import Answered, spread
from bot.bench.letters import Letter, Writer, openid, write_down
from bot.bench.place import Place, free_port, place
from bot.clock import HospitalClock, now
from bot.db.transaction import Transaction
from flows.directory import store as directory
from flows.directory.rules import ClinicRule

LATE_S = 4.0
"""WeChat hangs up after five seconds; an answer has to be on its way before."""
WINDOW_S = 2.0
"""A rate is that of the best stretch of this length."""
CONNECTIONS = 400
SOON = timedelta(seconds=2)
"""From now to the opening, once everybody is there."""
ANSWERED = "SELECT COUNT(DISTINCT contact_id) FROM inbox WHERE kind = 'text'"


@dataclass(frozen=True)
class Rush:
    """What the load saw; `arrived` are the moments of the answers, in seconds, `again` how many letters came again."""

    answered: Answered
    arrived: list[float]
    again: int

    @classmethod
    def read(cls, path: Path) -> Rush:
        found = json.loads(path.read_text(encoding="utf-8"))
        return cls(Answered.read(path), [float(at) for at in found["arrived"]], int(found["again"]))

    @property
    def sustained(self) -> float:
        """Answers a second in the best stretch."""
        times = sorted(self.arrived)
        length = min(WINDOW_S, max(times, default=0.0)) or 1.0
        most = max((number - bisect_left(times, at - length) + 1 for number, at in enumerate(times)), default=0)
        return most / length


async def run(contacts: int = 5000, slots: int = 300, within: float = 10.0, database: str = "") -> dict[str, Any]:
    """`oversold` counts slots that two have and appointments beyond the capacity, `lost` contacts whose tap was not
    worked on at all, `untrue` answers that say what is not so; all are 0 or something is broken."""
    async with place(database, people=20, days=1) as here:
        here_ward = await ward.open_ward(here, slots)
        await ward.bring(here, here_ward, contacts)
        ports = [here.settings.port, free_port(1)]
        for number, port in enumerate(ports):
            web = here.start(f"web{number}", "serve", DAOYI_PORT=str(port))
            await web.ready(f"http://127.0.0.1:{port}/readyz")
        writer = Writer(here.account, here.settings.accounts[here.account])
        letters = [writer.text(openid(n), "1") for n in range(contacts)]
        opens = await _opens(here, here_ward)  # no process has read the directory yet
        await asyncio.sleep(max(0.0, (opens - now()).total_seconds()))
        rush = await _rush(here, letters, ports, within, "rush")
        held = {str(row[0]) for row in await race.rows(here.house.database, race.MINE)}
        lost = contacts - int((await race.rows(here.house.database, ANSWERED))[0][0])
        told = _told(here, writer, rush.answered)
        await race.wave(here, [writer.text(contact, "1") for contact in sorted(held)], ports, "confirm")
        states = dict(await race.rows(here.house.database, race.COUNT))
        twice = int((await race.rows(here.house.database, race.TWICE))[0][0])
        bare = await _bare(here, letters, slots)
        booked = int(states.get("booked", 0))
        return {
            "bench": "opening",
            "contacts": contacts,
            "slots": slots,
            "within_s": within,
            "held": len(held),
            "booked": booked,
            "oversold": twice + max(0, booked + int(states.get("held", 0)) - slots),
            "unsold": slots - booked,
            "lost": lost,
            "accepted": len(told["accepted"]),
            "refused": len(told["refused"]),
            "offered_list": len(told["offered"]),
            "untrue": len(told["accepted"] - held) + len(told["refused"] & held),
            "answered_later": len(told["later"]),
            "late": sum(took > LATE_S for took in rush.answered.took),
            "sent_again": rush.again,
            "errors": rush.answered.errors,
            "turn": {"seconds": round(rush.answered.seconds, 2), **spread(rush.answered.took)},
            "sustained_per_s": round(rush.sustained, 1),
            "bare_per_s": round(bare.sustained, 1),
            "ratio": round(rush.sustained / bare.sustained, 3),
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


def _told(here: Place, writer: Writer, answered: Answered) -> dict[str, set[str]]:
    """Contacts by what they were told: accepted (the hold to be confirmed), refused, and among these offered (the
    waiting list); later: nothing yet, the answer goes by a push."""
    wording = here.house.wording
    confirm, wait = wording.render("booking/chat/label_confirm"), wording.render("booking/chat/label_wait")
    told: dict[str, set[str]] = {"accepted": set(), "refused": set(), "offered": set(), "later": set()}
    for contact, status, _, body in answered.answers:
        text = writer.read(body) if status == 200 else ""
        kind = "later" if not text else "accepted" if confirm in text else "refused"
        told[kind].add(contact)
        if wait in text:
            told["offered"].add(contact)
    return told


async def _rush(here: Place, letters: list[Letter], ports: list[int], within: float, name: str) -> Rush:
    source, target = Path(here.folder, name), Path(here.folder, f"{name}.json")
    write_down(letters, source)
    connections = str(min(CONNECTIONS, len(letters)))
    child = here.start_module(
        "bot.bench.rush", str(source), str(target), str(within), connections, *map(str, ports)
    )
    await child.done()
    return Rush.read(target)


async def _bare(here: Place, letters: list[Letter], slots: int) -> Rush:
    """All at once: it has nothing to do but this."""
    async with driver.gate_table(here.settings.database, slots):
        first = free_port(2)
        ports = [first, first + 1]
        for port in ports:
            child = here.start_module("bot.bench.gate", str(port))
            await child.ready(f"http://127.0.0.1:{port}/readyz")
        return await _rush(here, letters, ports, 0, "bare")
