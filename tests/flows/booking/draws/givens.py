"""A fair opening in a transcript, with its seed and its codes."""

from __future__ import annotations

from flows.booking.opening import rules as opening
from flows.booking.opening import store as draws
from flows.booking.opening.wishes import store as wishes
from tests.flows.booking import ward
from tests.support.givens import do, given
from tests.support.world import World


@given
async def fair(world: World, doctor: str, seconds: str) -> None:
    """A doctor whose sessions are drawn: wishes are gathered for so many seconds."""
    async with world.database.transaction() as tx:
        await draws.set_fair(tx, ward.DOCTORS[doctor][1], f"D{doctor}", int(seconds), "test")


@given
async def seed(world: World, seed: str) -> None:
    """The next draw has this seed (and the hash of it)."""
    async with world.database.transaction() as tx:
        await tx.update(draws.draw.update().values(seed=seed, seed_hash=opening.sha256(seed)))


@do
async def codes(world: World) -> None:
    """The wishes so far have the codes A, B, C and so on, so that their draw comes out the same each time."""
    async with world.database.transaction() as tx:
        rows = await tx.all(wishes.wish.select().order_by(wishes.wish.c.id))
        for n, row in enumerate(rows):
            await tx.update(wishes.wish.update().where(wishes.wish.c.id == row.id).values(code="ABCDEFGH"[n] * 8))
