"""Sessions of ours and the hospital's book of them: what the tests on telling and on hearing share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from flows.booking import store
from flows.booking.roster.book import store as book
from integrations.his import store as his
from integrations.his import told as hospitals
from integrations.his.embedded import EmbeddedHospital
from integrations.his.port import HospitalPort, OwnSession
from jobs import booking
from tests.flows.booking import ward
from tests.flows.booking.clerk import CODE, TERMS, draft, publish
from tests.support.world import World


def hospital(world: World) -> EmbeddedHospital:
    port = world.ports[HospitalPort]
    assert isinstance(port, EmbeddedHospital)
    return port


async def published(world: World) -> None:
    """王静's Tuesdays are made, this week's and the next's; the hospital is told as far as it listens."""
    await draft(world, TERMS)
    await publish(world)


async def later(world: World, travel: Any, times: int = 4) -> None:
    for _ in range(times):
        travel.shift(timedelta(minutes=2))
        await world.drain.once()


async def sync(world: World) -> None:
    """The hospital's rosters come in, and what follows from them is done."""
    await booking.sync_rosters(world.workshop.job(name="booking.rosters"))
    await world.drain.once()


async def row(world: World, code: str = CODE) -> Any:
    """How far the hospital knows a session of ours."""
    joined = book.told.join(store.session, store.session.c.id == book.told.c.session_id)
    async with world.database.reading() as tx:
        return await tx.one(select(book.told).select_from(joined).where(store.session.c.code == code))


async def theirs(world: World) -> list[Any]:
    """Its sessions that were told, by day."""
    async with world.database.reading() as tx:
        table = his.session
        return list(await tx.all(table.select().where(table.c.own.is_not(None)).order_by(table.c.day)))


async def in_their_book(world: World, code: str = CODE) -> OwnSession:
    """A session of ours as the hospital was told of it last."""
    found = next(hospitals.read(each) for each in await theirs(world) if each.own == code)
    assert found is not None
    return found


async def in_our_pool(world: World) -> list[Any]:
    async with world.database.reading() as tx:
        return list(await tx.all(store.session.select().order_by(store.session.c.date, store.session.c.code)))


async def registrations(world: World) -> list[Any]:
    """Active ones in the hospital's book: appointment, segment, number, own (our name of the session)."""
    joined = his.registration.join(his.session, his.session.c.id == his.registration.c.session_id)
    own = his.registration.c
    fields = (own.appointment, own.segment, own.number, his.session.c.own)
    async with world.database.reading() as tx:
        return list(await tx.all(select(*fields).select_from(joined).where(own.active == 1).order_by(own.id)))


async def they_change(world: World, **values: Any) -> None:
    """Somebody at the hospital changes its book by hand: the session of this Tuesday."""
    code = (await row(world)).code
    await ward.change_session(world, code, **values)
