"""The trail as far as somebody reaches: what they did, and what is about things within their reach. What lies where is
known by the areas alone, so that the entries are looked through, the newest first, and no further than so many."""

from __future__ import annotations

from dataclasses import dataclass

from bot.access.audit import store
from bot.access.audit.store import Wanted
from bot.access.where import Within

BATCH, LOOKED = 500, 5_000
"""Entries in one question, and that are looked through at most: a narrower search is what helps."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Numbers of the entries within reach, the newest first; ``capped``: there may be older ones."""

    numbers: list[int]
    capped: bool


async def narrowed(within: Within, wanted: Wanted) -> Narrowed:
    tx, found, before = within.context.tx, list[int](), 0
    for _ in range(LOOKED // BATCH):
        heads = await store.heads(tx, wanted, before=before, limit=BATCH)
        inside = await within.those({each.about for each in heads})
        found += [each.number for each in heads if each.about in inside or each.actor == within.context.actor]
        if len(heads) < BATCH:
            return Narrowed(found, False)
        before = heads[-1].number
    return Narrowed(found, True)
