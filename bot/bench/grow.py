"""What reads cost in a young hospital and in one with a hundred times the past: the same page, the same day, the same
contact. A time is the service's own work, its statements included and its memory of the last moment not; what is
compared are times of which nine in ten were longer, since other work on the machine only ever adds. Rows are those that
the server looked at: a read that looks through the past shows there first, on any machine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date
from statistics import median
from typing import Any

from bot.bench import ward
from bot.bench.figures import ms, percentile
from bot.bench.history import FIRST, History, Sitting, Size, mobile_of
from bot.bench.place import Place, place
from bot.clock import HospitalClock
from bot.context import Context
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.errors import Refusal
from flows.booking.board import Board
from flows.booking.glance import glance
from flows.booking.offers import Wanted
from flows.booking.office import store as office
from flows.booking.office.rules import Days, Scope
from flows.booking.office.service import Names, OfficeService
from flows.booking.service import BookingService
from flows.directory.service import DirectoryService
from flows.patients.finding.store import by_anything
from jobs import booking

DOCTORS = 50
"""Doctors who sit twice a day in the past."""
SHARE = 100
"""The young hospital has so many times less."""
WARM_UP = 10
MOST = 1.5
"""Reads that take more than so many times as long look through what is past."""
BUSY = ("booking_session", "booking_segment", "booking_slot", "booking_appointment", "patients_person", "patients_link",
        "contact")
Read = Callable[[Context], Awaitable[Any]]


async def run(
    appointments: int, persons: int, database: str = "", *, rounds: int = 80, days: int = 7, coming: int = 200
) -> dict[str, Any]:
    """``ratios``: the old hospital's time over the young one's, and ``rows_ratios`` the same of the rows that the
    server looked at; near 1 where nothing looks through the past.

    :param days: of the roster to come
    :param coming: appointments in it, the same in both
    """
    whole = Size(appointments, persons)
    young = Size(max(appointments // SHARE, 1000), max(persons // SHARE, 100))
    async with place(database, people=50, days=days, memory_mb=1024) as here:
        await booking.sync_rosters(here.workshop.job(name="booking.rosters"))
        reads, history = await _prepare(here)
        none = Size(0, 0)
        seconds = await history.people(none, young)
        await _book(here, min(coming, young.persons))  # before the past, so that its keys are low
        seconds += await history.past(none, young)
        first = await _timed(here, reads, rounds)
        seconds += await history.people(young, whole) + await history.past(young, whole)
        second = await _timed(here, reads, rounds)
        rows = await _rows(here.house.database)
    ratios = {name: round(second[name]["quiet_ms"] / first[name]["quiet_ms"], 2) for name in reads}
    looked = {name: round(second[name]["looked_at"] / first[name]["looked_at"], 2) for name in reads}
    return {
        "bench": "grow",
        "appointments": {"young": young.appointments, "old": rows["booking_appointment"]},
        "persons": {"young": young.persons, "old": rows["patients_person"]},
        "rows": rows,
        "rows_per_second": round(sum(rows.values()) / seconds),
        "young": first,
        "old": second,
        "ratios": ratios,
        "rows_ratios": looked,
        "largest_ratio": max(ratios.values()),
    }


async def _prepare(here: Place) -> tuple[dict[str, Read], History]:
    """What is read, on a day with sessions; and whose past is written."""
    async with here.workshop.job(name="bench").context() as context:
        catalogue = await DirectoryService(context).catalogue()
        entries = [each for each in await Board(context).experts() if each.day and each.state == "free"]
    clock = HospitalClock(here.settings.timezone)
    chosen = entries[0]
    assert chosen.day is not None
    sittings = [
        Sitting(catalogue.clinic[each.clinics[0]].site, each.clinics[0], each.code)
        for each in catalogue.doctors if each.clinics
    ]
    # The doctor who is looked at has a long past, too.
    sittings.sort(key=lambda each: each.doctor != chosen.code)
    history = History(here.house.database, clock, here.account, sittings[:DOCTORS])
    return _reads(chosen.code, chosen.day, Names(catalogue, here.house.wording.words)), history


def _reads(doctor: str, day: date, names: Names) -> dict[str, Read]:
    async def doctors(context: Context) -> Any:
        return await Board(context).experts()

    async def segments(context: Context) -> Any:
        return await Board(context).segments(Wanted("", doctor, day))

    async def mine(context: Context) -> Any:
        service = BookingService(context)
        rows = [*await service.coming(), *await service.past(), *await service.cancelled()]
        return [await service.facts(row) for row in rows]

    async def sessions(context: Context) -> Any:
        wanted = office.Wanted(Days(day, day), Scope(True))
        return await OfficeService(context, wanted.scope, names, "").sessions(wanted)

    async def appointments(context: Context) -> Any:
        wanted = office.Wanted(Days(day, day), Scope(True))
        service = OfficeService(context, wanted.scope, names, "")
        counts = await service.counts(wanted)
        return await service.appointments(wanted, counts.days, sort="time", down=False, limit=50, offset=0)

    async def found(context: Context) -> Any:
        return await by_anything(context.tx, mobile_of(1))

    return {
        "find_person": found, "doctor_list": doctors, "segment_picker": segments, "my_appointments": mine,
        "office_sessions": sessions, "office_appointments": appointments,
    }


async def _book(here: Place, coming: int) -> None:
    """Some of those who are to come, by the real way: coming appointments of the hospital's own sessions."""
    async with here.house.database.reading() as tx:
        context = await ward.context_of(here, tx, FIRST)
        entries = [each for each in await Board(context).experts() if each.day and each.state == "free"]
    for n in range(coming):
        entry = entries[n % len(entries)]
        wanted = Wanted(entry.clinic_code, entry.code, entry.day)
        with suppress(Refusal):  # a clinic that does not take this person
            async with here.house.database.transaction() as tx:
                service = BookingService(await ward.context_of(here, tx, FIRST + n))
                offered = await Board(service.context).segments(wanted)
                held = await service.hold(offered[0].id, FIRST + n, f"bench:coming:{n}")
                await service.confirm(held.id)


async def _timed(here: Place, reads: dict[str, Read], rounds: int) -> dict[str, dict[str, Any]]:
    """All in turns, so that a machine that is busy for a while is so for each of them."""
    await _analyse(here.house.database)
    took: dict[str, list[float]] = {name: [] for name in reads}
    found: dict[str, int] = {}
    looked: dict[str, int] = {}
    for number in range(rounds + WARM_UP):
        for name, read in reads.items():
            async with here.house.database.reading() as tx:
                context = await ward.context_of(here, tx, FIRST)
                glance(context.ports).forget()
                before = await _looked_at(tx) if number == 0 else 0
                begun = time.perf_counter()
                rows = await read(context)
                seconds = time.perf_counter() - begun
                if number == 0:
                    looked[name] = await _looked_at(tx) - before
            found[name] = len(rows)
            if number >= WARM_UP:
                took[name].append(seconds)
        await asyncio.sleep(0)
    return {
        name: {
            "quiet_ms": ms(percentile(each, 0.1)), "p50_ms": ms(median(each)), "p99_ms": ms(percentile(each, 0.99)),
            "rows": found[name], "looked_at": looked[name],
        }
        for name, each in took.items()
    }


async def _looked_at(tx: Transaction) -> int:
    """Rows that this connection made the server look at."""
    (found,) = await tx.link.script([("SHOW SESSION STATUS LIKE 'Handler_read%'", ())])
    assert isinstance(found, list)
    return sum(int(value) for _, value in found)


async def _analyse(database: Database) -> None:
    """As the server does by itself some time after a tenth of a table has changed."""
    async with database.reading() as tx:
        await tx.link.script([(f"ANALYZE TABLE {', '.join(BUSY)}", ())])


async def _rows(database: Database) -> dict[str, int]:
    async with database.reading() as tx:
        found = await tx.link.script([(f"SELECT COUNT(*) FROM {name}", ()) for name in BUSY])
    return {name: int(rows[0][0]) for name, rows in zip(BUSY, found, strict=True) if isinstance(rows, list)}
