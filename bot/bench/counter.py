"""What came of a rush: who was told what, and whether it is so."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from bot.bench import race
from bot.bench.figures import Answered
from bot.bench.letters import Writer
from bot.bench.place import Place

WORKED_ON = "SELECT COUNT(*) FROM inbox WHERE kind = 'text'"
PATIENCE_S, LOOK_S = 60.0, 0.1
"""How long, and how often, it is looked whether what is answered later was worked on."""
OPEN = "SELECT COUNT(*) FROM booking_appointment WHERE state IN ('held', 'booked')"


@dataclass(frozen=True)
class Told:
    """Contacts by what they were told: accepted (the hold to be confirmed), refused, and among these offered (the
    waiting list); later: nothing yet, the answer goes by a push."""

    accepted: frozenset[str]
    refused: frozenset[str]
    offered: frozenset[str]
    later: frozenset[str]

    @classmethod
    def of(cls, here: Place, writer: Writer, answered: Answered) -> Told:
        wording = here.house.wording
        confirm, wait = wording.render("booking/chat/label_confirm"), wording.render("booking/chat/label_wait")
        said = {who: writer.read(body) if status == 200 else "" for who, status, _, body in answered.answers}
        accepted = frozenset(who for who, text in said.items() if confirm in text)
        return cls(
            accepted,
            frozenset(who for who, text in said.items() if text) - accepted,
            frozenset(who for who, text in said.items() if wait in text),
            frozenset(who for who, text in said.items() if not text),
        )

    @property
    def answers(self) -> int:
        """How many have a yes or a no."""
        return len(self.accepted) + len(self.refused)


@dataclass(frozen=True)
class Count:
    """Of one rush, counted in the database behind it. `oversold` are slots that two have and appointments beyond the
    capacity, `lost` contacts whose tap was not worked on at all, `untrue` answers that say what is not so."""

    held: frozenset[str]
    oversold: int
    lost: int
    untrue: int


class Counter:
    """Before a rush and behind it."""

    def __init__(self, here: Place) -> None:
        self._database = here.house.database
        self._worked_on = self._open = 0

    async def before(self) -> None:
        self._worked_on, self._open = await self._one(WORKED_ON), await self._one(OPEN)

    async def settled(self, letters: int) -> int:
        """How many of so many letters were worked on, once all were: those that are answered later are worked on still
        when the last answer has come."""
        for _ in range(int(PATIENCE_S / LOOK_S)):
            done = await self._one(WORKED_ON) - self._worked_on
            if done >= letters:
                return done
            await asyncio.sleep(LOOK_S)
        return await self._one(WORKED_ON) - self._worked_on

    async def behind(self, told: Told, letters: int, slots: int) -> Count:
        done = await self.settled(letters)
        held = frozenset(str(row[0]) for row in await race.rows(self._database, race.MINE))
        sold = await self._one(OPEN) - self._open
        return Count(
            held,
            oversold=await self._one(race.TWICE) + max(0, sold - slots),
            lost=letters - done,
            untrue=len(told.accepted - held) + len(told.refused & held),
        )

    async def _one(self, sql: str) -> int:
        found: Any = (await race.rows(self._database, sql))[0][0]
        return int(found)
