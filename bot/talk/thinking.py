"""The thinking of a turn: from a locked conversation to what is said and how the conversation stands then."""

from __future__ import annotations

from bot.clock import HospitalClock
from bot.context import Context
from bot.db.contacts import Locked
from bot.db.transaction import Transaction
from bot.ports import Ports
from bot.settings import Settings
from bot.talk import hearing, reach
from bot.talk.alike import Alike, Leans, Thought, place_of
from bot.talk.area import Areas
from bot.talk.arriving import Work
from bot.talk.engine import Engine
from bot.talk.messages import Inbound
from bot.talk.session import Session
from bot.wording import Wording


class Thinking:
    """Part of the dispatcher; it opens no transaction and writes nothing."""

    def __init__(self, areas: Areas, wording: Wording, settings: Settings, ports: Ports) -> None:
        self.areas = areas
        self.wording = wording
        self.settings = settings
        self.ports = ports
        self._clock = HospitalClock(settings.timezone)
        self._windows: dict[str, tuple[int, int]] = {
            name: (window.messages, window.minutes * 60) for name, window in settings.push.windows.items()
        }
        self._alike = Alike()

    async def _heard(self, tx: Transaction, locked: Locked, work: Work, inbound: Inbound) -> Thought:
        """What is said to a message, and the conversation's new columns: thought about, or as it was said a moment ago
        to who stood at the same place."""
        context = self._context(tx, locked)
        if not tx.shared or self.areas.listeners.get(inbound.kind):
            return await self._think(context, locked, work, inbound.kind)
        minute = int(tx.now.timestamp()) // 60
        if self._alike.awake and (place := place_of(locked, inbound, minute)) is not None:
            found = self._alike.again(place, context)
            if found is not None:
                return found[0], found[1] | {"reach": self._reach(locked, inbound.kind, tx)}
        leans = context.leans = Leans()
        messages, stored = await self._think(context, locked, work, inbound.kind)
        if leans.acts and (place := place_of(locked, inbound, minute)) is not None:
            self._alike.keep(place, context, leans, messages, stored)
        return messages, stored

    def _context(self, tx: Transaction, locked: Locked) -> Context:
        return Context(
            tx=tx,
            ports=self.ports,
            settings=self.settings,
            wording=self.wording,
            contact=locked.contact,
            channel=locked.contact.channel,
            actor=f"contact:{locked.contact.public_id}",
            request_id=tx.request_id,
            now=tx.now,
            clock=self._clock,
        )

    async def _think(self, context: Context, locked: Locked, work: Work, kind: str) -> Thought:
        """Run the engine on the locked conversation."""
        session = Session.load(locked.state)
        engine = Engine(self.areas, context, session, locked.mode)
        await work(engine)
        hearing.follow(context, engine, kind)
        return tuple(engine.voice.messages), {
            "state": session.dump() or None,
            "mode": engine.mode,
            "wakes_at": session.wakes_at(),
            "awaits": session.awaits(),
            "reach": self._reach(locked, kind, context.tx),
        }

    def _reach(self, locked: Locked, kind: str, tx: Transaction) -> str:
        return reach.opened(locked.reach, kind, tx.now, self._windows)
