"""The embedded hospital's roster book: days are made from the patterns when first asked for, and then kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bot.db.engine import Database
from bot.db.lookup import Lookup, asked
from bot.db.transaction import Transaction
from integrations.his import store, told
from integrations.his.port import Session
from integrations.his.roster import HOURS, Pattern, Planned, plan, segments

DEVICE = "examination"


def _range(day: Any) -> Any:
    return day.between(asked(day, "first"), asked(day, "last"))


_kept = Lookup(lambda: store.session.select().where(_range(store.session.c.day)).order_by(
    store.session.c.day, store.session.c.code
))
_days = Lookup(lambda: store.roster_day.select().where(_range(store.roster_day.c.day)))
_devices = Lookup(lambda: store.pattern.select().where(store.pattern.c.kind == DEVICE))
_furnished = Lookup(lambda: store.session.select().with_only_columns(store.session.c.day).where(
    _range(store.session.c.day), store.session.c.kind == DEVICE
).distinct())


async def read(tx: Transaction, from_date: date, to_date: date) -> list[Session]:
    """The kept sessions of these days, both included."""
    return [shape(row) for row in await _kept.rows(tx, first=from_date, last=to_date)]


async def by_code(tx: Transaction, code: str) -> Any | None:
    """The row of one session, or None."""
    return await tx.one(store.session.select().where(store.session.c.code == code))


async def missing(tx: Transaction, from_date: date, to_date: date) -> list[date]:
    """Days of the range that have not been made yet."""
    kept = await _made(tx, from_date, to_date)
    wanted = (from_date + timedelta(days=n) for n in range((to_date - from_date).days + 1))
    return [day for day in wanted if day not in kept]


async def make(database: Database, days: list[date]) -> None:
    """Make these days, each in a transaction of its own. Who comes second to a day finds it made."""
    if not days:
        return
    async with database.reading() as tx:
        patterns = [_pattern(row) for row in await tx.all(store.pattern.select().order_by(store.pattern.c.id))]
    for day in days:
        rows = [_row(planned) for planned in plan(day, patterns)]

        async def keep(tx: Transaction, day: date = day, rows: list[dict[str, Any]] = rows) -> None:
            if await tx.insert_once(store.roster_day, day=day, made_at=tx.now):
                await tx.insert_many(store.session, rows)

        await database.run(keep)


async def furnish(database: Database, from_date: date, to_date: date) -> None:
    """Give the devices their sessions on days of the range that were made before the hospital had any devices."""
    async with database.reading() as tx:
        patterns = [_pattern(row) for row in await _devices.rows(tx)]
        if not patterns:
            return
        kept = await _made(tx, from_date, to_date)
        there = {row.day for row in await _furnished.rows(tx, first=from_date, last=to_date)}
    for day in sorted(kept - there):
        rows = [_row(planned) for planned in plan(day, patterns)]

        async def add(tx: Transaction, rows: list[dict[str, Any]] = rows) -> None:
            # Of two processes the second finds the first row there, and all others with it.
            if await tx.insert_once(store.session, **rows[0]):
                await tx.insert_many(store.session, rows[1:])

        if rows:
            await database.run(add)


async def _made(tx: Transaction, from_date: date, to_date: date) -> set[date]:
    """Those of these days that are made."""
    return {row.day for row in await _days.rows(tx, first=from_date, last=to_date)}


def shape(row: Any) -> Session:
    """A row of his_session as the port's session."""
    own = told.read(row)
    return Session(
        code=row.code,
        site=row.site,
        clinic=row.clinic,
        doctor=row.doctor,
        date=row.day,
        half=row.half,
        room=row.room,
        kind=row.kind,
        registration_fee=row.registration_fee,
        consultation_fee=row.consultation_fee,
        state="stopped" if own and own.state == "stopped" else row.state,
        substitute=row.substitute or (own.substitute if own else None),
        segments=told.segments(own) if own else segments(row.starts, row.ends, row.minutes, row.capacity),
    )


def _pattern(row: Any) -> Pattern:
    return Pattern(
        site=row.site,
        clinic=row.clinic,
        doctor=row.doctor,
        room=row.room,
        weekday=row.weekday,
        half=row.half,
        kind=row.kind,
        registration_fee=row.registration_fee,
        consultation_fee=row.consultation_fee,
        minutes=row.minutes,
        capacity=row.capacity,
    )


def _row(planned: Planned) -> dict[str, Any]:
    pattern = planned.pattern
    starts, ends = HOURS[pattern.half]
    return {
        "code": planned.code,
        "site": pattern.site,
        "clinic": pattern.clinic,
        "doctor": pattern.doctor,
        "room": pattern.room,
        "day": planned.day,
        "half": pattern.half,
        "kind": pattern.kind,
        "registration_fee": pattern.registration_fee,
        "consultation_fee": pattern.consultation_fee,
        "starts": starts,
        "ends": ends,
        "minutes": pattern.minutes,
        "capacity": pattern.capacity,
        "state": planned.state,
        "substitute": planned.substitute,
    }
