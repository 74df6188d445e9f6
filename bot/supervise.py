"""Runs the parts of an installation as processes of one machine, starts again what dies, ends all of it together."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot import logs
from bot.redis_server import die_with_parent

log = logs.get(__name__)

FAST_S = 10.0
"""A part that lived shorter than this when it died is started again ever more slowly."""


@dataclass
class Part:
    """One child: `python -m bot <arguments>`."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None


class Supervisor:
    def __init__(self) -> None:
        self._parts: list[Part] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    def add(self, name: str, *arguments: str, **environment: str) -> None:
        """Start a part and keep it running."""
        part = Part(name, arguments, environment)
        self._parts.append(part)
        self._tasks.append(asyncio.create_task(self._keep(part)))

    async def _keep(self, part: Part) -> None:
        wait = 0.2
        loop = asyncio.get_running_loop()
        while not self._stopping:
            begun = loop.time()
            part.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                *part.arguments,
                env={**os.environ, **part.environment},
                # Ctrl-C in a terminal goes to the whole group; the parts are told by us, in order, not by it.
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
            code = await part.process.wait()
            if self._stopping:
                return
            log.error("part_ended", part=part.name, code=code)
            wait = 0.2 if loop.time() - begun > FAST_S else min(wait * 2, 10)
            await asyncio.sleep(wait)

    async def stop(self, *, seconds: float = 20) -> None:
        """SIGTERM to all, SIGKILL to who does not follow in time."""
        self._stopping = True
        for part in self._parts:
            if part.process is not None and part.process.returncode is None:
                part.process.send_signal(signal.SIGTERM)
        for task in self._tasks:
            task.cancel()
        for part in self._parts:
            if part.process is None:
                continue
            try:
                await asyncio.wait_for(part.process.wait(), seconds)
            except TimeoutError:
                log.error("part_killed", part=part.name)
                part.process.kill()
                await part.process.wait()
