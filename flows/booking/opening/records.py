"""What is public of draws: those to come with the hash of their seed, those that were with all that anybody needs to
draw them again. No person is in it: each wish is a code that its owner alone knows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from bot.context import Context
from flows.booking.neighbours import Neighbours
from flows.booking.opening import rules as opening
from flows.booking.opening import store as draws
from flows.booking.opening.wishes import store as wishes
from flows.booking.waiting.list import session_facts

SHOWN = 60
"""Draws on a page of the list."""
RESULTS = {"won": "won", "lost": "lost", "skipped": "skipped"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One draw in a list. `about` is as of a session (waiting/list.py)."""

    row: Any
    about: dict[str, Any]


class Records:
    """Used by the pages, the desk and the command."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.neighbours = Neighbours(context)

    async def listed(
        self, states: Sequence[str], page: int = 1, *, most: int = SHOWN, clinics: Collection[str] | None = None
    ) -> list[Listed]:
        """The latest first, a page of so many; `clinics` None: of all."""
        catalogue = await self.neighbours.catalogue()
        rows = await wishes.listed(self.tx, states, most, most * (page - 1), clinics)
        return [Listed(row, session_facts(row, catalogue)) for row in rows]

    async def count(self, states: Sequence[str], clinics: Collection[str] | None = None) -> int:
        return await wishes.count_listed(self.tx, states, clinics)

    async def one(self, public: str) -> Listed | None:
        row = await draws.draw_by(self.tx, public)
        if row is None:
            return None
        return Listed(row, session_facts(row, await self.neighbours.catalogue()))

    async def record(self, found: Listed) -> dict[str, Any]:
        """Of a draw that is done: everything (docs/draws.md)."""
        row, local = found.row, self.context.clock.local
        listed = [
            {
                "code": each.code, "return_visit": bool(each.seen), "lost_before": each.lost, "weight": each.weight,
                "place": each.place, "result": RESULTS.get(each.state, each.state),
            }
            for each in await wishes.all_of(self.tx, row.id)
        ]
        about = {
            "draw": row.public_id,
            "day": found.about["day"],
            "half": found.about["half"],
            "clinic": found.about["clinic"],
            "doctor": found.about["doctor"],
            "opened": local(row.opens_at).isoformat(),
            "closed": local(row.closes_at).isoformat(),
            "drawn": local(row.drawn_at).isoformat(),
            "seed_hash": row.seed_hash,
        }
        return opening.record(about, row.seed, row.places, listed)
