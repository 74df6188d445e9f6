"""What money costs: notices of WeChat Pay a second, beside the durable turn of a text message in the same run; and a
day of a million orders, held together from three sides.

Both kinds of letter go to the same web process, in alternate rounds: signature, opening what is sealed, de-duplication,
order and payment under their locks, the ledger's pair, committed to MariaDB with a flush at commit.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.bench import callbacks, payments_day
from bot.bench.figures import Answered, ms, spread
from bot.bench.letters import Letter, write_down
from bot.bench.payments_notices import Told, open_payments, paid
from bot.bench.place import Place, place
from bot.bench.processes import Child

ROUNDS = 4
CONNECTIONS = 16


async def run(notices: int = 2000, orders: int = 1_000_000, database: str = "") -> dict[str, Any]:
    """`notices_per_turn` is notices a second over turns a second: above 1, a notice costs less than a turn."""
    async with place(database, people=20, days=1, memory_mb=512) as here:
        told = await _notices(here, max(1, notices // ROUNDS))
        day = await payments_day.measure(here.workshop, orders)
        return {"bench": "payments", **told, "reconciling": day, "errors": told["errors"] + day["wrong"]}


async def _notices(here: Place, many: int) -> dict[str, Any]:
    web = here.start("web", "serve")
    await web.ready(f"http://127.0.0.1:{here.settings.port}/readyz")
    load = callbacks.Load(here, callbacks.Plan(messages=many, connections=CONNECTIONS))
    await load.send(load.opening(), [here.settings.port])
    await load.round([here.settings.port], web)  # warm
    told, mine, turns = Told(here), list[tuple[float, float]](), list[tuple[float, float]]()
    took: list[float] = []
    errors = sent = 0
    for at in range(ROUNDS + 1):
        numbers = await open_payments(here, many)
        answered, cpu = await _send(here, web, [told.letter(number) for number in numbers], at)
        if at:  # the first one is warm
            mine.append((answered.seconds / many, cpu / many))
            took += answered.took
            talk, spent = await load.round([here.settings.port], web)
            turns.append((talk.seconds / len(talk.answers), spent / len(talk.answers)))
        errors += sum(status != 204 for _, status, _, _ in answered.answers)
        sent += many
    lost = sent - await paid(here)
    await web.stop()
    ratios = [turn[0] / notice[0] for notice, turn in zip(mine, turns, strict=True)]
    return {
        "notices": sent, "lost": lost, "per_second": round(1 / statistics.median(each[0] for each in mine), 1),
        "cpu_ms": ms(statistics.median(each[1] for each in mine)), **spread(took),
        "turns_per_second": round(1 / statistics.median(each[0] for each in turns), 1),
        "turn_cpu_ms": ms(statistics.median(each[1] for each in turns)),
        "notices_per_turn": round(statistics.median(ratios), 2), "errors": errors + lost,
    }


async def _send(here: Place, web: Child, letters: Sequence[Letter], at: int) -> tuple[Answered, float]:
    source = Path(here.folder, f"notices{at}")
    write_down(letters, source)
    target, before = source.with_suffix(".json"), web.cpu
    child = here.start_module(
        "bot.bench.load", str(source), str(target), str(CONNECTIONS), str(here.settings.port)
    )
    await child.done()
    return Answered.read(target), web.cpu - before
