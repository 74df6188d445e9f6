"""What a running Daoyi is given from outside: all clinics have their fee paid before it is booked; says the key of a
time that anybody may book and cancel.

Run as `python -m tests.browser.fees` with the environment of that Daoyi.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bot.clock import HospitalClock
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.house import effective
from bot.settings import load_settings
from flows.booking import store
from flows.directory import store as directory
from flows.directory.rules import ClinicRule


async def give(tx: Transaction, clock: HospitalClock) -> int:
    clinics = await tx.all(select(directory.clinic))
    for each in clinics:
        await directory.set_rule(tx, each.code, ClinicRule(paying="must"))
    anybody = [each.code for each in clinics if each.online and (each.min_age, each.max_age, each.sex) == (None,) * 3]
    today = clock.today()
    free = select(store.segment.c.id).join(store.session, store.session.c.id == store.segment.c.session_id).where(
        store.segment.c.free > 1, store.segment.c.state == "open", store.session.c.state == "open",
        store.session.c.fee > 0, store.session.c.kind != "examination", store.session.c.clinic.in_(anybody),
        store.session.c.date.between(today + timedelta(days=2), today + timedelta(days=5)),
    )
    return int(await tx.scalar(free.order_by(store.segment.c.id).limit(1)))


async def main() -> None:
    settings = effective(load_settings())
    database, clock = Database(settings.database), HospitalClock(settings.timezone)
    await database.start()
    try:
        print(await database.run(lambda tx: give(tx, clock)))
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
