"""What a job is given to work with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from bot.clock import HospitalClock
from bot.context import Context
from bot.db.contacts import contact_of
from bot.db.engine import Database
from bot.db.outbox import OutboxRow
from bot.db.transaction import Transaction
from bot.ports import Ports
from bot.settings import Settings
from bot.talk.dispatcher import Dispatcher
from bot.wording import Wording

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Workshop:
    """The worker's tools, the same for all jobs."""

    database: Database
    ports: Ports
    settings: Settings
    wording: Wording
    dispatcher: Dispatcher

    def job(self, row: OutboxRow | None = None, name: str = "") -> Job:
        return Job(self.database, self.ports, self.settings, self.wording, self.dispatcher, row, name)


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a job: for an outbox row, or (`row` None) for periodic work called `name`."""

    database: Database
    ports: Ports
    settings: Settings
    wording: Wording
    dispatcher: Dispatcher
    row: OutboxRow | None
    name: str = ""

    @property
    def actor(self) -> str:
        return f"job:{self.row.topic if self.row else self.name}"

    @asynccontextmanager
    async def context(self, contact_id: int | None = None) -> AsyncIterator[Context]:
        """A transaction and the context in it, on behalf of a contact where one is concerned."""
        async with self.database.transaction() as tx:
            yield await self._context(tx, contact_id)

    async def run(self, work: Callable[[Context], Awaitable[T]], contact_id: int | None = None) -> T:
        """`work` in a transaction that is done again after a deadlock."""

        async def attempt(tx: Transaction) -> T:
            return await work(await self._context(tx, contact_id))

        return await self.database.run(attempt)

    async def _context(self, tx: Transaction, contact_id: int | None) -> Context:
        contact = None if contact_id is None else await contact_of(tx, contact_id)
        return Context(
            tx=tx,
            ports=self.ports,
            settings=self.settings,
            wording=self.wording,
            contact=contact,
            channel=contact.channel if contact else "",
            actor=self.actor,
            request_id=tx.request_id,
            now=tx.now,
            clock=HospitalClock(self.settings.timezone),
        )
