"""What the hospital's doctors do in transcripts on the day itself."""

from __future__ import annotations

from sqlalchemy import select

from integrations.his import attendance, store
from tests.flows.booking import ward
from tests.flows.booking.givens import day
from tests.support.givens import do
from tests.support.world import World


@do
async def takes_in(world: World, days: str, doctor: str, number: str) -> None:
    """A doctor takes in whoever has this number of the morning."""
    code = f"{day(days):%y%m%d}am{ward.DOCTORS[doctor][1]}{doctor}"
    table = store.registration
    of_session = select(table.c.appointment).join(store.session, store.session.c.id == table.c.session_id)
    async with world.database.transaction() as tx:
        appointment = await tx.scalar(of_session.where(store.session.c.code == code, table.c.number == int(number)))
        assert appointment and await attendance.note(tx, appointment, tx.now, seen=True)
