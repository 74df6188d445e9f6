"""Carries out the outbox: claims rows, runs their handlers, records what became of them.

At least once towards the outside, and twice only where a process died between the other side's answer and our record
of it: a row that was carried out is recorded again and again until the database takes it, the lease of one that takes
long is renewed, and leases of others are taken over only after the database was reachable for a while.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot import clock, logs, metrics
from bot.db import outbox
from bot.db.engine import Database
from bot.db.faults import is_passing
from bot.db.outbox import OutboxRow
from bot.db.transaction import Transaction
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from jobs.job import Job, Workshop

log = logs.get(__name__)

LEASES = 10
"""A row that took so many leases is not renewed any more: its handler hangs."""
MOMENT = timedelta(seconds=1)


class NotYet(Exception):
    """What a row waits for has not happened yet: it is looked at again, and nobody is warned of it."""


Run = Callable[[Job, dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Handles:
    """A handler of one topic. After `tries` the row is a dead letter; waits grow from a second to `slowest_s`."""

    run: Run
    tries: int = 12
    slowest_s: float = 300


class Drain:
    """One worker's share of the outbox."""

    def __init__(
        self,
        workshop: Workshop,
        handlers: Mapping[str, Handles | Run],
        *,
        width: int = 16,
        lease_s: float = 60,
        poll_s: float = 1.0,
        grace_s: float = 10,
    ) -> None:
        self._workshop = workshop
        self._database: Database = workshop.database
        self._handlers = {t: h if isinstance(h, Handles) else Handles(h) for t, h in handlers.items()}
        self._width, self._lease_s, self._poll_s, self._grace_s = width, lease_s, poll_s, grace_s
        self.owner = f"{socket.gethostname()[:12]}-{os.getpid()}-{secrets.token_hex(4)}"[:40]
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._reachable_since = time.monotonic()
        self._reclaimed = 0.0
        self._held: dict[int, float] = {}
        """Rows that are being carried out, and since when."""
        self._renewed = time.monotonic()

    def wake(self) -> None:
        """There is, or may be, something to do now."""
        self._wake.set()

    async def run(self) -> None:
        """Work until `stop`. A database that is away is waited for."""
        while not self._stopping:
            self._wake.clear()
            try:
                busy = await self._step()
            except Exception as error:
                log.warning("outbox_waits_for_database", error=type(error).__name__)
                self._reachable_since = time.monotonic()
                busy = False
                await asyncio.sleep(0.5)
            if not busy:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._poll_s)

    async def stop(self) -> None:
        """Take nothing new and finish what runs."""
        self._stopping = True
        self._wake.set()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def once(self) -> int:
        """Carry out everything that is due now, one after the other; gives how many rows (for tests and commands)."""
        count = 0
        while await self._waits():
            async with self._database.transaction() as tx:
                rows = await outbox.claim(tx, self.owner, limit=1, lease_s=self._lease_s)
            if not rows:
                break
            for row in rows:
                await self._carry_out(row)
                count += 1
        return count

    async def _step(self) -> bool:
        """Claim as much as there is room for; True when there may be more at once."""
        await self._reclaim()
        await self._renew()
        room = self._width - len(self._tasks)
        if room <= 0:
            await asyncio.wait(self._tasks, timeout=self._lease_s / 3, return_when=asyncio.FIRST_COMPLETED)
            return True
        if not await self._waits():
            return False

        async def claim(tx: Any) -> list[OutboxRow]:
            return await outbox.claim(tx, self.owner, limit=room, lease_s=self._lease_s)

        rows = await self._database.run(claim)
        for row in rows:
            task = asyncio.create_task(self._carry_out(row))
            self._tasks.add(task)
            task.add_done_callback(self._ended)
        return bool(rows)

    async def _waits(self) -> bool:
        async with self._database.reading() as tx:
            return await outbox.anything_due(tx)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.set()  # its lane is free now

    async def _reclaim(self) -> None:
        now = time.monotonic()
        if now - self._reclaimed < self._grace_s / 2 or now - self._reachable_since < self._grace_s:
            return
        self._reclaimed = now
        async with self._database.transaction() as tx:
            count = await outbox.reclaim(tx)
        if count:
            log.warning("outbox_reclaimed", rows=count)

    async def _renew(self) -> None:
        """Nobody else may take what we still work at for dead: it would be done twice."""
        now = time.monotonic()
        if now - self._renewed < self._lease_s / 3:
            return
        self._renewed = now
        ids = [row for row, since in self._held.items() if now - since < LEASES * self._lease_s]
        if ids:
            await self._database.run(lambda tx: outbox.renew(tx, self.owner, ids, lease_s=self._lease_s))

    async def _carry_out(self, row: OutboxRow) -> None:
        self._held[row.id] = time.monotonic()
        try:
            with logs.request(row.request_id):
                await self._carry_out_bound(row)
        finally:
            self._held.pop(row.id, None)

    async def _carry_out_bound(self, row: OutboxRow) -> None:
        handler = self._handlers.get(row.topic)
        if row.useless_after is not None and row.useless_after < clock.now():
            await self._record(row, "useless", lambda tx: outbox.finish(tx, row, outbox.DROPPED, "useless"))
            return
        if handler is None:
            log.error("outbox_topic_unknown", topic=row.topic)
            await self._record(row, "dead", lambda tx: _bury(tx, row, "unknown topic", "unknown_topic"))
            return
        try:
            await handler.run(self._workshop.job(row), json.loads(row.payload))
        except OutsideRefused as error:
            log.warning("outbox_refused", topic=row.topic, code=error.code)
            reason = f"refused {error.code}"
            code = error.code
            await self._record(row, "dead", lambda tx: _bury(tx, row, reason, code))
        except Exception as error:
            await self._again(row, handler, error)
        else:
            await self._record(row, "done", lambda tx: outbox.finish(tx, row))

    async def _again(self, row: OutboxRow, handler: Handles, error: Exception) -> None:
        outside = isinstance(error, (OutsideUnavailable, OutsideUnknown)) or is_passing(error)
        expected = isinstance(error, NotYet)
        log.log(10 if expected else 30 if outside else 40, "outbox_failed", topic=row.topic, attempt=row.attempts,
                exc_info=not (outside or expected), error=type(error).__name__)
        reason = f"{type(error).__name__}: {error}" if outside else type(error).__name__
        if row.attempts >= handler.tries:
            kind = type(error).__name__
            await self._record(row, "dead", lambda tx: _bury(tx, row, reason, kind))
            return
        wait = min(2.0 ** (row.attempts - 1), handler.slowest_s) * random.uniform(0.8, 1.2)
        if isinstance(error, OutsideUnavailable) and error.retry_after is not None:
            wait = error.retry_after
        due = clock.now() + timedelta(seconds=wait)
        if row.useless_after is not None:  # its lane is free as soon as it is of no use
            due = min(due, row.useless_after + MOMENT)
        await self._record(row, "again", lambda tx: outbox.postpone(tx, row, due, reason))

    async def _record(self, row: OutboxRow, result: str, write: Callable[[Any], Awaitable[bool]]) -> None:
        """Write the end of a row down, however long the database is away: forgetting it would do it twice."""
        while True:
            try:
                ours = await self._database.run(write)
                break
            except Exception as error:
                if not is_passing(error):
                    raise
                log.warning("outbox_record_waits", topic=row.topic, result=result)
                self._reachable_since = time.monotonic()
                await asyncio.sleep(0.3)
        if not ours:
            log.warning("outbox_lease_lost", topic=row.topic, result=result)
        metrics.outbox_rows.inc(row.topic, result)
        metrics.outbox_lag_seconds.observe((clock.now() - row.due_at).total_seconds())


async def _bury(tx: Transaction, row: OutboxRow, error: str, reason: str) -> bool:
    """A dead letter; the journal tells of it, too, longer than the outbox does."""
    ours = await outbox.finish(tx, row, outbox.DEAD, error)
    if ours:
        tx.note("job.dead", actor=f"job:{row.topic}", failed=reason, about=f"outbox:{row.id}")
    return ours
