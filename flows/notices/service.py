"""Use cases of the notices, for areas that have something to tell and for contacts who do not want to hear it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.context import Context
from bot.errors import NotAllowed
from bot.talk.messages import Message, load_messages
from flows.notices import rules, store
from flows.notices.calls import store as calls
from flows.notices.kinds import SAID, Group, Kinds
from flows.notices.preferences import store as preferences
from flows.notices.rules import Fate

SEND, DELIVERED = "notices.send", "notices.delivered"
KEPT = timedelta(days=7)
SHOWN = 5


class NoticesService:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx

    async def push(
        self, kind: str, contact_id: int, about: str, facts: Mapping[str, Any], due: datetime | None = None,
        useless_after: datetime | None = None,
    ) -> bool:
        """Write a push into this transaction; it leaves after the commit, or at `due`.

        Once for each (kind, about, contact): False when it is there already, sent or not. `facts` feed the wording
        (JSON values, dates and moments); "url" among them is a page that shows more.

        :raises LookupError: no area declares this kind
        """
        known, now = self.context.ports[Kinds][kind], self.context.now
        due = due or now
        if useless_after is None and known.useless_minutes is not None:
            useless_after = max(due, now) + timedelta(minutes=known.useless_minutes)
        made = await store.add(self.tx, kind, about, contact_id, facts, due, useless_after)
        if made is None:
            return False
        self.tx.put(SEND, {"push": made}, due=due, priority=known.priority)
        return True

    async def withdraw(self, kind: str, about: str, contact_id: int | None = None) -> int:
        """Take a push back that has not left (to one contact, or to everybody). Gives how many."""
        return await store.withdraw(self.tx, kind, about, contact_id)

    async def fates(self, kinds: Sequence[str], abouts: Sequence[str]) -> dict[str, Fate]:
        """What became of the pushes about each thing, for the office: of several the one that came furthest."""
        found: dict[str, Fate] = {}
        for row in await store.fates(self.tx, kinds, abouts) if abouts else ():
            fate = rules.fate(row.state, row.way, row.delivered)
            if row.about not in found or rules.FATES.index(fate.state) > rules.FATES.index(found[row.about].state):
                found[row.about] = fate
        return found

    async def called(self, about: str) -> None:
        """They were reached by phone: the call task that a push about this fell to is done."""
        await calls.close_about(self.tx, [about])

    async def over(self, kind: str, about: str) -> None:
        """Nobody need hear of it any more: what has not left is taken back, and nobody calls for it."""
        await self.withdraw(kind, about)
        await calls.end(self.tx, kind, about)

    # --- what a contact wants ------------------------------------------------------------------------------------

    async def groups(self) -> list[Group]:
        """What the contact can turn on and off."""
        off = await preferences.turned_off(self.tx, self._contact_id())
        return [replace(group, on=group.name not in off) for group in self.context.ports[Kinds].groups]

    async def prefer(self, kind_group: str, on: bool) -> None:
        """Kinds of `kind_group` (an area's name) are welcome, or not any more."""
        await preferences.prefer(self.tx, self._contact_id(), kind_group, on)

    async def unseen(self) -> list[Message]:
        """The words that could not be said to the contact in the last days; from now on they count as seen."""
        rows = await store.unseen(self.tx, self._contact_id(), SAID.name, self.context.now - KEPT, SHOWN)
        await store.mark_seen(self.tx, [row.id for row in rows])
        return [each for row in rows for each in load_messages(json.loads(row.facts)["messages"])]

    def _contact_id(self) -> int:
        if self.context.contact is None:
            raise NotAllowed("notices.contact")
        return self.context.contact.id
