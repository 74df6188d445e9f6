"""A task handed to family, step by step: asked for, opened, agreed to, allowed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot.db.outbox import outbox
from flows.patients.handover.shapes import Opened
from flows.patients.people import Person
from flows.patients.service import PatientsService
from tests.flows.patients.family import LI, OTHER_MOBILE, registered, resident
from tests.support.world import World

WANG = resident("19900101")


@dataclass
class Sought:
    person: Person
    name: str
    code: str


async def sought(world: World, **changes: str) -> Sought:
    """a registers somebody and asks family for help."""
    return await again(world, await registered(world, **changes))


async def again(world: World, whom: Person) -> Sought:
    async with world.context() as context:
        given = await PatientsService(context).giving.give(whom.id)
    return Sought(whom, given.public_id, given.code)


async def helper(world: World, who: str = "b") -> None:
    """Somebody who has registered themself: b or c."""
    name, number, mobile = {"b": ("李梅", LI, OTHER_MOBILE), "c": ("王强", WANG, "13800000003")}[who]
    await registered(world, who, name=name, document_number=number, mobile=mobile)


async def filled(world: World) -> None:
    """b looks after as many persons as one may."""
    for order in range(1, world.settings.people.max_family):
        number = resident("19900101", order=order)
        await registered(world, "b", relation="other", name="王强", document_number=number, mobile=OTHER_MOBILE)


async def opened(world: World, who: str, name: str) -> Opened:
    async with world.context(who) as context:
        return await PatientsService(context).taking.open(name)


async def agreed(world: World, who: str, name: str, relation: str = "parent") -> Opened:
    await opened(world, who, name)
    async with world.context(who) as context:
        return await PatientsService(context).taking.agree(name, relation, True)


async def allowed(world: World, name: str, who: str = "a") -> str:
    async with world.context(who) as context:
        return await PatientsService(context).giving.allow(name)


async def names(world: World, who: str) -> list[str]:
    async with world.context(who) as context:
        return [person.name for person in await PatientsService(context).persons()]


async def told(world: World) -> list[tuple[str, int]]:
    async with world.database.reading() as tx:
        rows = await tx.all(select(outbox.c.key).where(outbox.c.topic == "patients.tell").order_by(outbox.c.id))
    return [(row.key.split(":")[1], int(row.key.split(":")[2])) for row in rows]
