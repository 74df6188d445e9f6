"""What one encrypted text message costs as a whole turn, beside a bare aiohttp handler that gets the very same bytes.

The turn: signature, decryption, parsing, de-duplication, order, the conversation locked and stored, committed to
MariaDB with a flush at commit, the answer composed, encrypted and signed. Both servers run in processes of their own;
a third one sends. Rounds go alternately to the one and the other, so that a machine that gets slower does so for both.
Each server has a core to itself, as if load and database were on other machines: what shares it empties its caches.
"""

from __future__ import annotations

import os
import signal
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.bench.figures import Answered, ms, spread
from bot.bench.letters import Letter, Writer, openid, write_down
from bot.bench.place import Place, free_port, place
from bot.bench.processes import Child, apart, cpu_seconds
from bot.errors import DaoyiError

SCENES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # Registering: a name is given, kinds of documents are shown to choose from; back; the name again.
    "register": (("建档", "1", "1"), ("王小明", "返回")),
    # In the list of departments: choose one, see its clinics, go back, and so on.
    "booking": (("挂号",), ("1", "返回")),
    # In the request for a human: say what it is about, be asked for a number, go back to the first question.
    "human": (("人工",), ("想问一下报告什么时候出来", "返回")),
}
"""Name -> (words that bring a contact there, words that are then said in turn)."""


BARE_TIMES = 5
"""So many times more messages a round for the bare handler: in the tenth of a second that it takes for as many as ours,
one stray interrupt would be a tenth of its cost."""


@dataclass(frozen=True)
class Plan:
    """`contacts` say `messages` words a round, over `connections` at once, in `rounds` rounds for each server."""

    scene: str = "register"
    messages: int = 1000
    contacts: int = 60
    connections: int = 16
    rounds: int = 8
    profile: bool = False
    database: str = ""


@dataclass
class Tally:
    """One server's sum over the rounds."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    count: int = 0
    errors: int = 0

    def add(self, answered: Answered, cpu: float) -> None:
        self.cpu.append(cpu / len(answered.answers))
        self.wall.append(answered.seconds)
        self.took += answered.took
        self.count += len(answered.answers)
        self.errors += answered.errors

    def figures(self) -> dict[str, Any]:
        return {
            "requests": self.count,
            "cpu_ms": ms(statistics.median(self.cpu)),
            "rps": round(self.count / sum(self.wall), 1),
            **spread(self.took),
            "errors": self.errors,
        }


async def run(plan: Plan) -> dict[str, Any]:
    """The figures. `cpu_ratio` is ours over the bare handler's, CPU of the server process alone, per request.

    :raises DaoyiError: a process did not come up, or the conversation did not go as it should
    """
    async with place(plan.database) as here:
        web = await _serve(here, plan.profile)
        port = free_port(1)
        bare = here.start_module("bot.bench.bare", str(port))
        await bare.ready(f"http://127.0.0.1:{port}/readyz")
        load = Load(here, plan)
        ours, theirs, maria = Tally(), Tally(), 0.0
        with apart([web.pid, bare.pid], [here.maria_pid] if here.maria_pid else []) as own_core:
            await load.send(load.opening(), [here.settings.port])
            await load.round([here.settings.port], web)  # both warm
            await load.round([port], bare)
            if plan.profile:
                os.kill(web.pid, signal.SIGUSR1)
            for _ in range(plan.rounds):
                before = cpu_seconds(here.maria_pid) if here.maria_pid else 0.0
                ours.add(*await load.round([here.settings.port], web))
                maria += cpu_seconds(here.maria_pid) - before if here.maria_pid else 0.0
                theirs.add(*await load.round([port], bare, times=BARE_TIMES))
            await web.stop()
        ratios = [mine / peer for mine, peer in zip(ours.cpu, theirs.cpu, strict=True)]
        result: dict[str, Any] = {
            "bench": "callbacks",
            "scene": plan.scene,
            "own_core": own_core,
            # The median: a round that something else disturbed is not the cost, nor is one that was lucky.
            "cpu_ratio": round(statistics.median(ratios), 2),
            "cpu_ratio_rounds": [round(ratio, 2) for ratio in ratios],
            "rps_ratio": round(theirs.figures()["rps"] / ours.figures()["rps"], 2),
            "turn": ours.figures(),
            "bare": theirs.figures(),
            "database_cpu_ms": ms(maria / ours.count) if here.maria_pid else None,
            "errors": ours.errors + theirs.errors,
        }
        if plan.profile:
            from bot.bench.profile import grouped

            result["profile"] = grouped(here.folder / "profile", ours.count)
        return result


async def _serve(here: Place, profile: bool) -> Child:
    if profile:
        web = here.start_module("bot.bench.profile", str(here.folder / "profile"), DAOYI_LOG_LEVEL="info")
    else:
        web = here.start("web", "serve")
    await web.ready(f"http://127.0.0.1:{here.settings.port}/readyz")
    return web


class Load:
    """Letters in the order of one long talk with each contact, and the process that sends them."""

    def __init__(self, here: Place, plan: Plan) -> None:
        self._here, self._plan = here, plan
        self._writer = Writer(here.account, here.settings.accounts[here.account])
        self._opening, self._words = SCENES[plan.scene]
        self._said = 0
        self._runs = 0

    def opening(self) -> list[Letter]:
        return [self._writer.text(openid(n), word) for word in self._opening for n in range(self._plan.contacts)]

    async def round(self, ports: Sequence[int], server: Child, *, times: int = 1) -> tuple[Answered, float]:
        """One round of new letters, `times` as many as planned: what was answered, and the server's CPU seconds for
        it."""
        turns = max(1, times * self._plan.messages // self._plan.contacts // len(self._words)) * len(self._words)
        words = [self._words[n % len(self._words)] for n in range(turns)]
        letters = [self._writer.text(openid(n), word) for word in words for n in range(self._plan.contacts)]
        before = server.cpu
        answered = await self.send(letters, ports)
        return answered, server.cpu - before

    async def send(self, letters: Sequence[Letter], ports: Sequence[int]) -> Answered:
        self._runs += 1
        source = Path(self._here.folder, f"letters{self._runs}")
        target = source.with_suffix(".json")
        write_down(letters, source)
        child = self._here.start_module(
            "bot.bench.load", str(source), str(target), str(self._plan.connections), *map(str, ports)
        )
        await child.done()
        answered = Answered.read(target)
        if ports == [self._here.settings.port] and self._runs > 1:
            self._check(letters, answered)
        return answered

    def _check(self, letters: Sequence[Letter], answered: Answered) -> None:
        """A quick "not understood" would make a fine ratio: each of the words has to lead somewhere of its own."""
        if answered.errors:
            raise DaoyiError(f"{answered.errors} of {len(letters)} messages were not answered")
        by_contact: dict[str, list[str]] = {}
        for contact, _, _, body in answered.answers:
            by_contact.setdefault(contact, []).append(self._writer.read(body))
        for texts in by_contact.values():
            if len(set(texts)) != min(len(texts), len(self._words)) or "" in texts:
                raise DaoyiError(f"the talk did not go as planned: {texts[:4]}")
