"""Who stands at the same place of a conversation and says the same is told the same.

In a rush hundreds tap the same line of the same list within a second, and most of them hear the same no. The first of
them is thought about, and it is noted what the answer leans on besides the conversation: lists that are remembered for
a moment (flows.booking.glance), the directory, that the contact has nothing there. While all of that holds, and for
half a second at most, whoever comes next is told the same; what is written down is each one's own.

Only for turns that share their transaction (bot.db.turns), which ask the database for nothing, and of these only where
a step has said that all are alike there (`Leans.do`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from bot.context import Context
from bot.db.contacts import BOT, Locked
from bot.db.turns import NoLink
from bot.talk.arriving import WORDS
from bot.talk.messages import Inbound, Message

MOMENT_S = 0.5
MOST = 500
"""So many answers are remembered at once."""
LONGEST = 40
"""Characters of a text: more is nobody's tap, and not said by hundreds."""
_OWN = re.compile(r'"(?:id":"([0-9a-f]{16})"|until":[\d.]+)')
"""What of a stored conversation is its own: the id of a frame, and how long it waits. In words of a contact a quotation
mark never stands so."""
_FRAME = '"trail":'

Key = tuple[Any, ...]
Holds = Callable[[Context], bool]
Act = Callable[[Context], None]
Thought = tuple[tuple[Message, ...], dict[str, Any]]
"""What is said, and the conversation's new columns."""


class Leans:
    """What one turn's answer leans on, noted while it is thought about."""

    def __init__(self) -> None:
        self.holds: dict[Hashable, Holds] = {}
        self.acts: list[Act] = []
        self.noted = 0

    def on(self, name: Hashable, holds: Holds) -> None:
        """Something remembered; `holds` says whether it is so still, and for this contact, too."""
        self.holds.setdefault(name, holds)

    def do(self, context: Context, act: Act) -> None:
        """All who stand here are told the same, while what it leans on holds; `act` is done for each of them."""
        before = len(context.tx.notes)
        act(context)
        self.noted += len(context.tx.notes) - before
        self.acts.append(act)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands and what was said there (`key`), and the id of the frame, which is theirs alone."""

    key: Key
    frame: str


@dataclass(frozen=True, slots=True)
class _Told:
    messages: tuple[Message, ...]
    stored: dict[str, Any]
    state: tuple[str, str]
    """Of the conversation afterwards, what stands before and behind the frame's id."""
    holds: tuple[Holds, ...]
    acts: tuple[Act, ...]


class Alike:
    """Of one process."""

    def __init__(self) -> None:
        self._told: dict[Key, _Told] = {}
        self._since = 0.0

    @property
    def awake(self) -> bool:
        """Whether anything is remembered, so that it is worth to look."""
        if self._told and not self._since <= time.monotonic() < self._since + MOMENT_S:
            self._told.clear()
        return bool(self._told)

    def again(self, place: Place, context: Context) -> Thought | None:
        """As it was said to who stood here last, but for `reach`; None: it has to be thought about."""
        told = self._told.get(place.key) if self.awake else None
        if told is None or not all(holds(context) for holds in told.holds):
            return None
        for act in told.acts:
            act(context)
        return told.messages, {**told.stored, "state": place.frame.join(told.state)}

    def keep(
        self, place: Place, context: Context, leans: Leans, messages: tuple[Message, ...], stored: dict[str, Any]
    ) -> None:
        """Remember it, where all who stand here are alike and nothing of this one contact is in it."""
        tx, contact, state = context.tx, context.contact, stored["state"] or ""
        if not isinstance(tx.link, NoLink) or tx.link.asked:
            return  # of what the database says nothing was noted
        before, found, behind = state.partition(place.frame)
        own = not found or place.frame in behind or state.count(_FRAME) > 1
        if own or not leans.acts or contact is None or tx.outbox or tx.last or len(tx.notes) != leans.noted:
            return
        if len(self._told) < MOST and contact.public_id not in f"{state}{messages}":
            kept = _Told(messages, stored, (before, behind), tuple(leans.holds.values()), tuple(leans.acts))
            if not self._told:
                self._since = time.monotonic()
            self._told[place.key] = kept


def place_of(locked: Locked, inbound: Inbound, minute: int) -> Place | None:
    """None: a conversation with none or several frames, or more than a few words. `minute` is the present one: lists
    change with it."""
    contact, state = locked.contact, locked.state
    if inbound.kind not in WORDS or len(inbound.text) > LONGEST or locked.mode != BOT or state.count(_FRAME) != 1:
        return None
    own = _OWN.findall(state)
    frames = [found for found in own if found]
    if len(own) != 2 or len(frames) != 1:
        return None
    stands = _OWN.sub("", state)
    manner = contact.easy, contact.aloud
    key = (inbound.kind, inbound.text, contact.account, contact.channel, manner, minute, stands)
    return Place(key, frames[0])
