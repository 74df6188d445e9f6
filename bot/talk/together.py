"""Turns that come faster than they are done are opened together and closed together.

What a turn costs most is the two packets and the commit around it. While several are under way, those that come are
gathered, and one transaction carries them all: it locks their conversations, each turn thinks in a task of its own, and
one packet writes all of them back. That is for turns that need nothing but their conversation. One that asks the
database for more, fails, or takes long, leaves, and is done again in a transaction of its own; so is everything that
was together when the common transaction fails. Either way it is done once: the inbox decides, as for any turn.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot import logs
from bot.db.contacts import Locked
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.db.turns import Apart, Asked, Closing, NoLink, close_turns, open_turns
from bot.talk.line import InLine

EASE = 4
"""So many turns under way are no reason to gather what comes."""
MOST = 32
"""In one transaction."""
CARRIERS = 2
"""Common transactions under way at once at most: what comes meanwhile gathers, and the more are together, the less each
costs. So a second one goes only where the first alone is not enough."""
PATIENCE_S = 0.05
"""So long the others wait for one that thinks, and those who come for the transaction under way."""
WORTH, SELDOM, MEMORY = 0.3, 8, 32
"""Where less than WORTH of the last turns (about MEMORY) could stay, only every SELDOMth comes along."""

log = logs.get(__name__)

Line = tuple[str, str, str]
Think = Callable[[Transaction, Locked], Awaitable[Closing]]
Thought = tuple[Transaction, Locked, Closing]


class Seat:
    """One turn in a common transaction. `opened` is its conversation, `thought` how it ends (None: not here), and
    `committed` whether that is true now."""

    __slots__ = ("asked", "committed", "opened", "thought")

    def __init__(self, asked: Asked) -> None:
        loop = asyncio.get_running_loop()
        self.asked = asked
        self.opened: asyncio.Future[Locked | None] = loop.create_future()
        self.thought: asyncio.Future[Thought | None] = loop.create_future()
        self.committed: asyncio.Future[bool] = loop.create_future()

    def over(self, *, committed: bool = False) -> None:
        """Whoever still waits for a word has it."""
        if not self.opened.done():
            self.opened.set_result(None)
        if not self.committed.done():
            self.committed.set_result(committed)


class Together:
    """Of one process: `place` lets a turn alone to its connection, `turn` takes one along with others."""

    def __init__(self, database: Database, places: int) -> None:
        self._database = database
        self._places = asyncio.Semaphore(places)
        self._waiting: dict[Line, deque[Seat]] = {}
        self._carriers: set[asyncio.Task[None]] = set()
        self._slow: set[asyncio.Task[None]] = set()
        self._alone = 0
        self._stay, self._passed = 1.0, 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """For a turn in a transaction of its own."""
        self._alone += 1
        try:
            async with self._places:
                yield
        finally:
            self._alone -= 1

    def worth(self) -> bool:
        """Whether the next turn should come along: there is a press, and most of those before it could stay."""
        if self._alone < EASE and not self._carriers:
            return False
        self._passed += 1
        return self._stay >= WORTH or self._passed % SELDOM == 0

    async def turn(self, asked: Asked, think: Think) -> Locked:
        """The turn, committed with others; gives its conversation as it was, with the answer where it was answered
        before.

        :raises Apart: it has to be done alone, and nothing of it was done
        :raises InLine: nothing of it was done
        """
        seat = Seat(asked)
        self._waiting.setdefault(asked.line, deque()).append(seat)
        self._more()
        stayed = True
        try:
            return await self._seated(seat, think)
        except Apart:
            stayed = False
            raise
        finally:  # who has to wait in line needed nothing either
            self._stay += (stayed - self._stay) / MEMORY

    async def _seated(self, seat: Seat, think: Think) -> Locked:
        locked = await seat.opened
        thought: Thought | None = None
        try:
            if locked is not None and locked.answer is None:
                link = NoLink(self._database.dialect)
                part = Transaction(link, logs.request_id())
                closing = await think(part, locked)
                if not (link.asked or part.last):
                    thought = part, locked, closing
        except InLine:
            raise
        except Exception as error:  # what fails here fails alone, too, and is answered there
            raise Apart from error
        finally:
            if seat.thought.done():
                thought = None  # the others have gone
            else:
                seat.thought.set_result(thought)
        answered = locked is not None and locked.answer is not None
        if locked is None or not (answered or (thought is not None and await seat.committed)):
            raise Apart
        return locked

    async def _carrier(self) -> None:
        """Carries until nobody needs it, and is none of the carriers from that very moment: whoever comes next, and be
        it before this task has ended, makes another."""
        task = asyncio.current_task()
        assert task is not None
        try:
            while self._wanted(len(self._carriers)):
                async with self._places:
                    alarm = asyncio.get_running_loop().call_later(PATIENCE_S, self._help, task)
                    try:
                        await self._carried(self._next())
                    finally:
                        alarm.cancel()
                        self._slow.discard(task)
        finally:
            self._carriers.discard(task)

    def _more(self) -> None:
        """One more carrier where there is work for it."""
        if len(self._carriers) < CARRIERS and self._wanted(len(self._carriers) + 1):
            self._carriers.add(asyncio.create_task(self._carrier()))

    def _wanted(self, carriers: int) -> bool:
        """Whether there is work for so many carriers: for one where anybody waits, for more where as many wait as go
        together, or where the transaction under way takes long."""
        waiting = sum(map(len, self._waiting.values()))
        return waiting > 0 and (carriers == 1 or waiting >= MOST or bool(self._slow))

    def _help(self, slow: asyncio.Task[None]) -> None:
        """Nobody has to wait for a transaction that is held up."""
        self._slow.add(slow)
        self._more()

    async def _carried(self, seats: list[Seat]) -> None:
        try:
            await self._carry(seats)
        except Exception as error:
            log.info("turns_apart", turns=len(seats), error=type(error).__name__)
        finally:
            for seat in seats:
                seat.over()

    def _next(self) -> list[Seat]:
        """Those who go next; what is left of their line comes after the other lines."""
        if not self._waiting:
            return []
        line = next(iter(self._waiting))
        waiting = self._waiting.pop(line)
        seats = [waiting.popleft() for _ in range(min(MOST, len(waiting)))]
        if waiting:
            self._waiting[line] = waiting
        return seats

    async def _carry(self, seats: list[Seat]) -> None:
        if not seats:
            return
        async with self._database.transaction(lazy=True) as tx:
            found = await open_turns(tx, [seat.asked for seat in seats])
            for seat in seats:
                seat.opened.set_result(found.get(seat.asked.address))
            thinking = [seat.thought for seat in seats]
            await _patiently(thinking)
            done = [each.result() for each in thinking if not each.cancelled()]
            await close_turns(tx, [each for each in done if each is not None])
        for seat in seats:
            seat.over(committed=True)


async def _patiently(thinking: list[asyncio.Future[Thought | None]]) -> None:
    """Wait for them, as long as one more has ended before patience does; the others go without those that are late.
    Where the processor is short, all of them take long, and to do them again would only take longer."""
    await asyncio.sleep(0)  # who asks nobody for anything thinks at one go, and is done by now
    late = {each for each in thinking if not each.done()}
    while late:
        done, late = await asyncio.wait(late, timeout=PATIENCE_S)
        if not done:
            break
    for each in late:
        each.cancel()
