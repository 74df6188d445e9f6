"""Every session out to each clinic's horizon, and a week beyond, so that it can be said when a day opens.

May run on several workers at once, and twice: each batch passes the gate and makes what is not there. They are there
before their day opens; the opening (放号) itself is a rule (rules.ClinicRules), so no worker that is late delays it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot import logs
from bot.context import Context
from flows.booking.glance import glance
from flows.booking.neighbours import Neighbours
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.sessions import store
from flows.booking.roster.sessions.diff import Compared, compare
from flows.booking.roster.sessions.making import Maker
from flows.booking.roster.sessions.outlook import outlook

log = logs.get(__name__)
Run = Callable[[Callable[[Context], Awaitable[int]]], Awaitable[int]]
"""Runs work in a transaction of its own (again after a deadlock)."""
MAKE = "booking.roster_make"
"""Topic: a clinic's roster was published, or its horizon changed. Should it be lost, the hourly job makes it good."""
BATCH = 40
"""Sessions made in one transaction: small enough that nobody waits long behind it."""


async def generate(run: Run, clinic: str = "") -> int:
    """Make what the patterns in force tell and what is not there, of one clinic or of all; gives how many."""
    count = 0

    async def step(context: Context) -> int:
        return await _batch(context, clinic)

    while done := await run(step):
        count += done
    return count


async def _batch(context: Context, clinic: str) -> int:
    """The next few; 0 when nothing is left to do."""
    if not _size((await _missing(context, clinic))[0]):
        return 0  # seen without the gate: almost always there is nothing to do
    await patterns.pass_gate(context.tx)
    compared, codes = await _missing(context, clinic)
    maker = Maker(context.tx, await Neighbours(context).catalogue(), context.clock)
    made = await maker.make([each for each in compared.comes if each.code not in codes][:BATCH])
    again = [each for each in compared.comes if each.code in codes][:BATCH]
    for planned in again:
        await maker.change(codes[planned.code], planned, state="open")
    # Only where a room is changes here: what a pattern says is changed by publishing.
    changed = compared.changes[:BATCH]
    for known, planned in changed:
        await maker.change(known, planned)
    glance(context.ports).forget()
    log.info("roster_sessions_made", count=made, again=len(again), changed=len(changed))
    return made + len(again) + len(changed)


async def _missing(context: Context, clinic: str) -> tuple[Compared, dict[str, store.Known]]:
    every = await patterns.live(context.tx)
    if not every:
        return Compared(), {}  # almost every hospital's rosters come from its own system
    clinics = {clinic} if clinic else {each.terms.clinic for each in every}
    seen = await outlook(context, every, clinics)
    maker = Maker(context.tx, await Neighbours(context).catalogue(), context.clock)
    known = await store.known(context.tx, seen.first, seen.last, clinics)
    return compare(seen.planned, known, maker.digests(seen.planned)), known


def _size(compared: Compared) -> int:
    return len(compared.comes) + len(compared.changes)
