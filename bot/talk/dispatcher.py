"""One event in, one committed turn out.

However often a message arrives and on whichever process, it is processed once and every delivery gets the same
answer: within a process deliveries of one message share one task; between processes the lock on the conversation and
the unique key of the inbox decide. Messages of one contact go one after the other in the order they came.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from bot import logs, metrics
from bot.db.contacts import Locked, close_turn, open_by_id, open_turn
from bot.db.engine import Database
from bot.db.faults import is_passing
from bot.db.transaction import Transaction
from bot.db.turns import Apart, Asked, Closing
from bot.packing import pack
from bot.ports import Ports
from bot.settings import Settings
from bot.talk.area import Areas
from bot.talk.arriving import ANSWERED, Work, work_of
from bot.talk.crowd import Crowd
from bot.talk.engine import Engine
from bot.talk.lanes import Lanes
from bot.talk.later import Later
from bot.talk.line import in_line
from bot.talk.messages import Answer, Inbound
from bot.talk.thinking import Thinking
from bot.talk.together import Think, Together
from bot.talk.too_late import ended
from bot.wording import Wording

log = logs.get(__name__)

TRIES = 6
SPARED = 3
"""Connections of a process that turns leave to everything else."""

SAY = "chat.say"


class Dispatcher(Thinking):
    """Opens the one transaction of each turn. Safe to call from any number of tasks and processes."""

    def __init__(
        self, database: Database, areas: Areas, wording: Wording, settings: Settings, ports: Ports
    ) -> None:
        super().__init__(areas, wording, settings, ports)
        self.database = database
        # However many turns wait, a message whose answer comes late can be written down at once, and pages still load.
        self._together = Together(database, max(1, database.size - SPARED))
        self._later = Later(database)
        self._lanes = Lanes()
        self._crowd = Crowd()
        self._running: dict[tuple[str, str], asyncio.Task[Answer]] = {}

    # --- ways in -------------------------------------------------------------------------------------------------

    async def turn(self, inbound: Inbound, *, until: float | None = None) -> Answer:
        """The answer to one message of a contact; the stored one when it was answered before.

        Cancelling the caller (a channel that hung up) does not stop the turn, nor does `until` (the loop's time).

        :raises bot.talk.too_late.TooLate: the turn still runs at `until`
        :raises bot.talk.crowd.Crowded: so many turns wait that nothing was begun
        """
        name = (inbound.source, inbound.external_id)
        task = self._running.get(name)
        if task is None:
            self._crowd.check(len(self._running))
            lane = (inbound.account, inbound.contact)
            task = asyncio.create_task(self._lanes.run(lane, lambda: self._patiently(lambda: self._message(inbound))))
            self._running[name] = task
            task.add_done_callback(lambda _: self._running.pop(name, None))
        return await (asyncio.shield(task) if until is None else ended(task, until))

    async def late(self, inbound: Inbound) -> None:
        """The turn takes longer than the channel waits: keep the message so that its answer goes on by a push.

        The row carries the message itself. If this process dies before the turn commits, the turn is done again from
        the row; if the turn did commit, the row finds the stored answer.
        """
        await self._later.keep(inbound)

    async def event(self, contact_id: int, event: str, facts: dict[str, Any], *, once: str) -> Answer:
        """Something that a conversation awaits has happened (`name:key`). What it says is pushed. `once` names it."""

        async def work(engine: Engine) -> None:
            await engine.happened(event, facts)

        return await self._by_itself(contact_id, "event", once, work)

    async def begin(self, contact_id: int, flow: str, arg: str, *, once: str) -> Answer:
        """Start a flow with a contact of our own accord. What it says is pushed. `once` names it."""

        async def work(engine: Engine) -> None:
            await engine.begin(flow, arg)

        return await self._by_itself(contact_id, "begin", once, work)

    async def lapse(self, contact_id: int, wakes_at: datetime) -> Answer:
        """A wait of this conversation ran out at `wakes_at` (it may have been answered in the meantime)."""

        async def work(engine: Engine) -> None:
            await engine.lapse()

        return await self._by_itself(contact_id, "timer", f"{contact_id}:{wakes_at.timestamp():.6f}", work)

    async def finish(self) -> None:
        """Wait for the turns that run: a stopping process loses none."""
        while self._running:
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    # --- the turn ------------------------------------------------------------------------------------------------

    async def _patiently(self, attempt: Callable[[], Awaitable[Answer]]) -> Answer:
        """Try again after a deadlock, a lock time-out or a lost connection: the transaction left nothing behind."""
        for number in range(1, TRIES + 1):
            try:
                return await attempt()
            except Exception as error:
                if number == TRIES or not is_passing(error):
                    raise
                log.info("turn_again", attempt=number, error=type(error).__name__)
                await asyncio.sleep(random.uniform(0.01, 0.05) * number * number)
        raise AssertionError("unreachable")

    async def _message(self, inbound: Inbound) -> Answer:
        began = time.perf_counter()
        try:
            return await in_line(lambda alone: self._attempt(inbound, work_of(inbound), alone=alone))
        except Exception as error:
            if is_passing(error) or inbound.kind not in ANSWERED:
                raise  # what nobody waits for is not answered with an apology: the channel delivers it again
            # A fault of ours: its transaction is gone, the conversation stands where it stood. Say so, kindly, with a
            # reference that staff can look up, and keep the message as answered so.
            log.error("turn_failed", kind=inbound.kind, exc_info=True)
            why = type(error).__name__

            async def sorry(engine: Engine) -> None:
                engine.context.tx.note("talk.failed", actor=engine.context.actor, failed=why, channel=inbound.channel)
                engine.voice.say("common/chat/error_ours", reference=logs.request_id())

            return await self._attempt(inbound, sorry)
        finally:
            metrics.turn_seconds.observe(time.perf_counter() - began)

    async def _attempt(self, inbound: Inbound, work: Work, *, alone: bool = False) -> Answer:
        said: list[Answer] = []

        async def think(tx: Transaction, locked: Locked) -> Closing:
            messages, stored = await self._heard(tx, locked, work, inbound)
            said[:] = [Answer(messages)]
            body = pack([inbound.text, inbound.data])
            return Closing(stored, _kept(tx, locked, inbound.source, inbound.external_id, inbound.kind, body, said[0]))

        address = inbound.account, inbound.channel, inbound.contact, inbound.source, inbound.external_id
        locked = await self._with_others(Asked(*address), think) if not alone and self._together.worth() else None
        if locked is None:
            async with self._together.place(), self.database.transaction(lazy=True) as tx:
                locked = await open_turn(tx, *address)
                if locked.answer is None:
                    closing = await think(tx, locked)
                    await close_turn(tx, locked, closing.stored, closing.kept)
        return said[0] if locked.answer is None else Answer.load(locked.answer, duplicate=True)

    async def _with_others(self, asked: Asked, think: Think) -> Locked | None:
        """None: it has to be done alone."""
        try:
            return await self._together.turn(asked, think)
        except Apart:
            return None

    async def _by_itself(self, contact_id: int, source: str, once: str, work: Work) -> Answer:
        async def attempt() -> Answer:
            async with self._together.place(), self.database.transaction(lazy=True) as tx:
                locked = await open_by_id(tx, contact_id, source, once)
                if locked is None:
                    return Answer()
                if locked.answer is not None:
                    return Answer.load(locked.answer, duplicate=True)
                messages, stored = await self._think(self._context(tx, locked), locked, work, source)
                answer = Answer(messages)
                if messages:
                    said = {"contact": contact_id, "messages": answer.dump()}
                    tx.put(SAY, said, lane=f"chat:{contact_id}", priority=3)
                # A timer needs no inbox row to happen once: under the lock it finds nothing that is still due.
                kept = None if source == "timer" else _kept(tx, locked, source, once, source, "", answer)
                await close_turn(tx, locked, stored, kept)
                return answer

        return await self._patiently(attempt)


def _kept(
    tx: Transaction, locked: Locked, source: str, once: str, kind: str, body: str, answer: Answer
) -> dict[str, Any]:
    return {
        "source": source,
        "external_id": once,
        "contact_id": locked.contact.id,
        "kind": kind,
        "body": body,
        "answer": answer.dump(),
        "request_id": tx.request_id,
        "received_at": tx.now,
    }
