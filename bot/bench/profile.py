"""The web process under cProfile, and its figures grouped by what the time is spent on.

``python -m bot.bench.profile FILE``: serves until SIGTERM, then writes the profile of what came after a SIGUSR1. The
profiler itself costs, most of all where many small functions call each other: the shares tell where to look, not what
is saved.
"""

from __future__ import annotations

import cProfile
import pstats
import runpy
import signal
import sys
import time
from pathlib import Path
from typing import Any

GROUPS = {
    "crypto": ("cryptography", "hashlib", "base64", "binascii", "hmac", "bot/keys", "webhooks/wechat/crypto", "urandom",
               "_hashlib", "secrets", "AESGCM", "openssl"),
    "parse": ("xml/", "pyexpat", "webhooks/wechat/parse", "webhooks/wechat/kinds"),
    "database": ("aiomysql", "pymysql", "sqlalchemy", "bot/db/", "greenlet"),
    "templates": ("jinja2", "bot/wording", "bot/spoken", "<template>", "templates/"),
    "logging": ("structlog", "logging/", "bot/logs", "bot/metrics"),
    "http": ("aiohttp", "uvloop", "asyncio", "multidict", "yarl", "webhooks/wechat", "bot/web", "http/"),
    "engine": ("bot/talk", "flows/", "integrations/", "bot/context", "bot/clock", "json/", "dataclasses", "bot/"),
}
SHOWN = 60


def grouped(path: Path, requests: int) -> dict[str, Any]:
    """Share of each group in the time that functions spend themselves, and the dearest functions of all."""
    stats: Any = vars(pstats.Stats(str(path)))["stats"]
    rows = [(own, calls, _name(place)) for place, (_, calls, own, _, _) in stats.items()]
    rows = [row for row in rows if "run_until_complete" not in row[2] and "Runner" not in row[2]]
    whole = sum(own for own, _, _ in rows)
    calls_each = sum(calls for _, calls, _ in rows) / requests
    shares: dict[str, float] = dict.fromkeys([*GROUPS, "rest"], 0.0)
    for own, _, name in rows:
        shares[next((group for group, marks in GROUPS.items() if any(mark in name for mark in marks)), "rest")] += own
    deep = sorted(((total, calls, _name(place)) for place, (_, calls, _, total, _) in stats.items()), reverse=True)
    top = sorted(rows, reverse=True)[:SHOWN]
    return {
        "calls": round(calls_each),
        "ms": round(whole / requests * 1000, 3),
        "shares": {group: round(own / whole, 3) for group, own in shares.items()},
        "with_what_they_call_ms": [
            f"{total / requests * 1000:6.3f} {calls / requests:6.1f} calls a request  {name}"
            for total, calls, name in deep[:SHOWN]
        ],
        "top": [f"{own / whole:6.1%} {calls / requests:6.1f} calls a request  {name}" for own, calls, name in top],
    }


def _name(place: tuple[str, int, str]) -> str:
    file, line, function = place
    for mark in ("site-packages/", "/lib/python3", f"{Path(__file__).parents[2]}/"):
        if mark in file:
            file = file.rpartition(mark)[2]
            break
    return f"{file}:{line} {function}" if line else function


def main(path: Path) -> None:
    profiler = cProfile.Profile(time.process_time)
    signal.signal(signal.SIGUSR1, lambda *_: profiler.enable())
    try:
        sys.argv[1:] = ["serve"]
        runpy.run_module("bot", run_name="__main__")
    finally:
        profiler.disable()
        profiler.dump_stats(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
