"""Messages whose answer comes later, written down: all that come while a transaction is under way go in the next one.

When a turn takes too long, most do, and each has a third of a second to be written down. One transaction after the
other takes all of them with one connection and one commit.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot import logs
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.talk.messages import Inbound

LATE = "chat.late"
MOST = 100
"""In one transaction."""


@dataclass(eq=False, slots=True)
class _Letter:
    inbound: Inbound
    request_id: str
    kept: asyncio.Future[None]

    def fail(self, error: BaseException) -> None:
        if not self.kept.done():
            self.kept.set_exception(error)


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
        letters: list[_Letter] = []
        try:
            while self._letters:
                async with self._database.transaction() as tx:
                    letters, self._letters = self._letters[:MOST], self._letters[MOST:]
                    letters = [letter for letter in letters if not letter.kept.done()]
                    for letter in letters:
                        part = Transaction(tx.link, letter.request_id)
                        _put(part, letter.inbound)
                        tx.outbox += part.outbox
                    tx.wrote_outbox = bool(letters)
                for letter in letters:
                    if not letter.kept.done():
                        letter.kept.set_result(None)
        except BaseException as error:
            for letter in (*letters, *self._letters):
                letter.fail(error)
            self._letters = []
            if not isinstance(error, Exception):
                raise
        finally:
            self._writing = None


def _put(tx: Transaction, inbound: Inbound) -> None:
    tx.put(LATE, {"inbound": inbound.dump()}, key=f"late:{inbound.source}:{inbound.external_id}"[:160])
