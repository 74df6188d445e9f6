"""Many contacts want the last slots in the same second, over two web processes: nobody gets what is not there.

Each is registered and looks at the one segment; then all send its number at once, truly encrypted. Who got a hold
confirms it. Beside it the bare driver lets as many rivals through one guarded UPDATE on the same server.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.bench import driver, ward
from bot.bench.figures import Answered, percentile, spread
from bot.bench.letters import Letter, Writer, openid, write_down
from bot.bench.place import Place, free_port, place
from bot.db.engine import Database

RETRIES = 3
"""So often WeChat sends a message again that was not answered."""
COUNT = "SELECT state, COUNT(*) FROM booking_appointment GROUP BY state"
TWICE = (
    "SELECT COUNT(*) FROM (SELECT slot_id FROM booking_appointment WHERE state IN ('held', 'booked')"
    " GROUP BY slot_id HAVING COUNT(*) > 1) AS twice"
)
MINE = (
    "SELECT contact.external_id FROM booking_appointment AS a JOIN contact ON contact.id = a.contact_id"
    " WHERE a.state = 'held'"
)


async def run(rivals: int = 500, slots: int = 50, database: str = "") -> dict[str, Any]:
    """`oversold` counts slots that two have and appointments beyond the capacity; it is 0 or something is broken."""
    async with place(database, people=20, days=1) as here:
        here_ward = await ward.open_ward(here, slots)
        await ward.bring(here, here_ward, rivals)
        ports = [here.settings.port, free_port(1)]
        for number, port in enumerate(ports):
            web = here.start(f"web{number}", "serve", DAOYI_PORT=str(port))
            await web.ready(f"http://127.0.0.1:{port}/readyz")
        writer = Writer(here.account, here.settings.accounts[here.account])
        chosen = await wave(here, [writer.text(openid(n), "1") for n in range(rivals)], ports, "choose")
        held = [str(row[0]) for row in await rows(here.house.database, MINE)]
        confirmed = await wave(here, [writer.text(contact, "1") for contact in held], ports, "confirm")
        states = dict(await rows(here.house.database, COUNT))
        twice = (await rows(here.house.database, TWICE))[0][0]
        bare = await driver.gate(here.settings.database, rivals=rivals, places=slots)
        booked = int(states.get("booked", 0))
        answers = [writer.read(body) for body in chosen.bodies.values()]
        return {
            "bench": "race",
            "rivals": rivals,
            "slots": slots,
            "booked": booked,
            "refused": rivals - len(held),
            "oversold": int(twice) + max(0, booked + int(states.get("held", 0)) - slots),
            "unsold": slots - booked,
            "answered_later": len([text for text in answers if not text]),
            "turn": {"seconds": round(chosen.first.seconds, 3), **spread(chosen.first.took)},
            "bare": {"seconds": round(bare.seconds, 3), **spread(bare.took), "passed": bare.done},
            "seconds_ratio": round(chosen.first.seconds / bare.seconds, 2),
            "p50_ratio": round(percentile(chosen.first.took, 0.5) / percentile(bare.took, 0.5), 2),
            "p99_ratio": round(percentile(chosen.first.took, 0.99) / percentile(bare.took, 0.99), 2),
            "sent_again": chosen.again + confirmed.again,
            "errors": chosen.errors + confirmed.errors,
        }


@dataclass
class Wave:
    """Letters sent at once. `first` is the first try of all; `bodies` what was answered in the end, by contact; `again`
    how many were sent once more, as WeChat does; `errors` how many had no answer in the end."""

    first: Answered
    bodies: dict[str, bytes] = field(default_factory=dict)
    again: int = 0
    errors: int = 0


async def wave(here: Place, letters: list[Letter], ports: list[int], name: str) -> Wave:
    """All at once, and again what had no answer."""
    wave = Wave(await _send(here, letters, ports, name))
    answered = wave.first
    for retry in range(RETRIES + 1):
        wave.bodies |= {contact: body for contact, status, _, body in answered.answers if status == 200}
        left = [letter for letter in letters if letter.contact not in wave.bodies]
        if not left or retry == RETRIES:
            wave.errors = len(left)
            return wave
        wave.again += len(left)
        answered = await _send(here, left, ports, f"{name}{retry}")
    return wave


async def _send(here: Place, letters: list[Letter], ports: list[int], name: str) -> Answered:
    """All at once: a connection for each letter."""
    source, target = Path(here.folder, name), Path(here.folder, f"{name}.json")
    write_down(letters, source)
    child = here.start_module("bot.bench.load", str(source), str(target), str(len(letters)), *map(str, ports))
    await child.done()
    return Answered.read(target)


async def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    """What a statement of ours finds."""
    async with database.reading() as tx:
        (rows,) = await tx.link.script([(sql, ())])
    assert isinstance(rows, list)
    return rows
