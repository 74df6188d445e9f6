"""Messages whose answer comes later, written down: all that come while a transaction is under way go in the next one.

When a turn takes too long, most do, and each has a third of a second to be written down. One transaction after the
other takes all of them with one connection and one commit; one that fails by what passes is done once more.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot import logs
from bot.db.engine import Database
from bot.db.faults import is_passing
from bot.db.transaction import Transaction
from bot.talk.messages import Inbound

LATE = "chat.late"
MOST = 100
"""In one transaction."""

log = logs.get(__name__)


@dataclass(eq=False, slots=True)
class _Letter:
    inbound: Inbound
    request_id: str
    kept: asyncio.Future[None]


class Later:
    """Of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._letters: list[_Letter] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, inbound: Inbound) -> None:
        """Returns once it is committed. Whoever is cancelled before it was begun leaves nothing behind."""
        letter = _Letter(inbound, logs.request_id(), asyncio.get_running_loop().create_future())
        self._letters.append(letter)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await letter.kept

    async def _write(self) -> None:
        try:
            while self._letters:
                await self._write_next()
        except BaseException as error:
            _fail(self._letters, error)
            self._letters = []
            raise
        finally:
            self._writing = None

    async def _write_next(self) -> None:
        """Those who came first; only they are told when it fails. They stay in line until they know how it ended."""
        first = self._letters[:MOST]
        for again in (True, False):
            try:
                async with self._database.transaction() as tx:
                    first = self._letters[:MOST]  # and whoever came while a connection was waited for
                    _write_down(tx, first)
            except Exception as error:
                if again and is_passing(error):
                    log.info("late_again", letters=len(first), error=type(error).__name__)
                    continue
                _fail(first, error)
            break
        for letter in first:
            if not letter.kept.done():
                letter.kept.set_result(None)
        self._letters = [letter for letter in self._letters if not letter.kept.done()]


def _fail(letters: list[_Letter], error: BaseException) -> None:
    for letter in letters:
        if not letter.kept.done():
            letter.kept.set_exception(error)


def _write_down(tx: Transaction, letters: list[_Letter]) -> None:
    for letter in letters:
        if not letter.kept.done():
            part = Transaction(tx.link, letter.request_id)
            _put(part, letter.inbound)
            tx.outbox += part.outbox
    tx.wrote_outbox = bool(tx.outbox)


def key_of(source: str, external_id: str) -> str:
    """The key of a message's row in the outbox."""
    return f"late:{source}:{external_id}"[:160]


def _put(tx: Transaction, inbound: Inbound) -> None:
    tx.put(LATE, {"inbound": inbound.dump()}, key=key_of(inbound.source, inbound.external_id))
