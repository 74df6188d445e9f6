"""Carries a played channel's notices to us as the true one does: again and again until they are taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from bot import logs
from integrations.sandbox.pay.conduct import PayConduct

log = logs.get(__name__)

PATIENCE = 5.0
OVERTAKEN = 2.0
Headers = dict[str, str]


@dataclass(frozen=True)
class Letter:
    """A notice for `address`. `make` writes it anew for every try, as its signature has the time in it; `taken` says
    by status and body whether the answer means that it was received."""

    address: str
    make: Callable[[], tuple[Headers, bytes]]
    taken: Callable[[int, bytes], bool]


class Notifier:
    """`base` is where the web processes listen: the path of a letter's address counts. `pauses` in seconds, from one
    try to the next."""

    def __init__(self, base: str, conduct: PayConduct, pauses: Sequence[float]) -> None:
        self._base, self._conduct, self._pauses = base.rstrip("/"), conduct, pauses
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._overtaking: asyncio.Event | None = None

    def tell(self, letter: Letter) -> None:
        """Begin to carry it; nobody waits for that."""
        if self._conduct.lose > 0:
            self._conduct.lose -= 1
            return
        for _ in range(self._conduct.copies):
            task = asyncio.create_task(self._carry(letter))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _carry(self, letter: Letter) -> None:
        await asyncio.sleep(self._conduct.delay)
        overtaken = await self._overtaken() if self._conduct.disorder else None
        for pause in (*self._pauses, None):
            taken = await self._once(letter)
            if overtaken is not None:
                overtaken.set()
            if taken or pause is None:
                return
            await asyncio.sleep(pause)

    async def _overtaken(self) -> asyncio.Event | None:
        """Hold the first of two until the second was answered, or for two seconds; give the second what tells it."""
        if self._overtaking is not None:
            return self._overtaking
        self._overtaking = asyncio.Event()
        try:
            async with asyncio.timeout(OVERTAKEN):
                await self._overtaking.wait()
        except TimeoutError:
            log.info("sandbox_nobody_overtook")
        finally:
            self._overtaking = None
        return None

    async def _once(self, letter: Letter) -> bool:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        headers, body = letter.make()
        url = self._base + urlsplit(letter.address).path
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        try:
            async with self._session.post(url, data=body, headers=headers, timeout=timeout) as response:
                return letter.taken(response.status, await response.read())
        except (TimeoutError, aiohttp.ClientError) as error:
            log.warning("sandbox_notice_unanswered", error=type(error).__name__)
            return False
