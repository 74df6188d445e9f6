"""What is planted into the bills of a channel, and what is found of it."""

from __future__ import annotations

import random
from dataclasses import replace

from sqlalchemy import select

from flows.payment.reconciling.store import day, difference
from integrations.paying.port import BillLine
from jobs import payment_days
from tests.flows.payment.paper import day_of
from tests.flows.payment.till import Till
from tests.support.world import World

SHARE = 0.04


def plant(till: Till, lot: random.Random) -> dict[tuple[str, str], str]:
    """A line is missing, says another amount, or is there of a payment that nobody knows; gives the kind of each."""
    found: dict[tuple[str, str], str] = {}
    for name, line in list(till.lines()):
        roll = lot.random()
        if roll < SHARE:
            till.planted[name], found[till.name, name] = None, "only_ours"
        elif roll < 2 * SHARE:
            till.planted[name] = replace(line, amount=line.amount + 1)
            found[till.name, name] = "amounts_differ"
        elif roll < 3 * SHARE:
            till.planted[f"p:x{name[2:10]}"] = BillLine(f"x{name[2:10]}", "c", 7, line.at)
            found[till.name, f"p:x{name[2:10]}"] = "only_channel"
    return {key: "refund_differs" if key[1].startswith("r:") else kind for key, kind in found.items()}


async def differences(world: World, tills: list[Till]) -> dict[tuple[str, str], str]:
    """All days on which anything moved are held together; what differs on them, by account and name."""
    moved = {day_of(line.at) for till in tills for _, line in till.lines()}
    for each in sorted(moved):
        await payment_days.reconcile(world.workshop.job(name="payment.days"), each)
    async with world.database.reading() as tx:
        rows = await tx.all(select(difference.c.account, difference.c.name, difference.c.kind))
        flaws = {row.flaw for row in await tx.all(select(day.c.flaw))}
        runs = await tx.all(select(day.c.account, day.c.day))
    assert flaws == {""} and {row.day for row in runs} >= moved
    return {(row.account, row.name): row.kind for row in rows}
