"""Lets the sandbox's embedded hospital live: four weeks of past and the coming days where `daoyi up` found an empty
database, and from then on each day as it comes. Elsewhere it does nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Any

from bot import clock, logs
from bot.access.people import store as staff
from bot.clock import HospitalClock
from bot.context import Context
from bot.db.transaction import Transaction
from flows.booking.played import days, lots, phones, scenes, standing, store, visits
from flows.booking.played.casting import clinics, families
from flows.booking.played.days import Cast
from flows.booking.roster import store as rosters
from flows.booking.roster.sync import Roster, bring_in_line
from flows.desk import store as desk
from flows.directory.service import DirectoryService
from flows.patients import played as patients
from flows.patients.played import Family
from integrations.his import played as hospital
from integrations.his.played import PlayedHospital
from integrations.his.port import HospitalPort, PatientRecord
from integrations.sandbox import offstage
from integrations.sandbox.offstage import openid
from jobs.job import Job
from jobs.schedule import Every

log = logs.get(__name__)

PAST_DAYS, PEOPLE, RECORDS = 28, 900, 2000
OFFICE = "admin"
"""Who is said to have done what the office did: the demonstrator, whom `daoyi up` hires."""
LOOKED_BACK = 3
"""Days for which it is still looked who came: as long as a no-show is written down."""
AT_ONCE = 20
"""Sessions filled, or families made, in one transaction: nobody waits long behind it."""
REST_S = 0.15
"""Between two transactions: whoever uses the hospital meanwhile gets their turn at a database with one writer."""
Scene = Callable[[Context, Cast], Awaitable[None]]
_REQUEST = f"{store.OURS}request:"
_alone = asyncio.Lock()


async def requests(context: Context, cast: Cast) -> None:
    """Two want to be called back by a human; one was."""
    for n, about in enumerate(scenes.words()["requests"]):
        person = cast.people[n * len(cast.people) // 4]
        await desk.ask(context.tx, f"{_REQUEST}{n}", person.contact_id, about, offstage.mobile(n + 1))
    if ours := await desk.by_once(context.tx, f"{_REQUEST}0"):
        await desk.close(context.tx, ours.public_id, context.actor, context.now)


SCENES: tuple[tuple[str, Scene], ...] = (
    ("stops", scenes.stops), ("waiting", scenes.waiting), ("fairness", scenes.fairness), ("hours", scenes.hours),
    ("paying", scenes.paying), ("requests", requests), ("phones", phones.visits), ("standing", standing.play),
)
"""The last two are of the past: they are played once it is there."""


async def begin(job: Job) -> None:
    """From now on this database's hospital lives, if it is a played one and shall. Called for an empty one."""
    if _wanted(job):
        await job.run(lambda context: hospital.note(context.tx, hospital.BEGUN, context.clock.today()))


async def live(job: Job) -> None:
    """Make up what is missing, and let those come whose time it is."""
    if not _wanted(job) or _alone.locked():
        return
    async with _alone:
        async with job.database.reading() as tx:
            begun = await hospital.begun(tx)
        if begun is not None:
            await Life(job).go_on()


async def come(job: Job) -> None:
    """Those come whose time it is, and nothing else: for a start, before anybody is taken for a no-show."""
    if _wanted(job):
        async with job.database.reading() as tx:
            begun = await hospital.begun(tx)
        if begun is not None:
            await Life(job).come()


def _wanted(job: Job) -> bool:
    """Whether there is a played hospital here, and it shall live; also of one that has begun."""
    return PlayedHospital in job.ports and job.settings.sandbox == "on" and job.settings.demonstration


class Life:
    """One round. Every step is a transaction of its own, and can be done again after a crash."""

    def __init__(
        self, job: Job, *, past_days: int = PAST_DAYS, people: int = PEOPLE, rest_s: float = REST_S
    ) -> None:
        self.job, self.rest_s = job, rest_s
        self.clock = HospitalClock(job.settings.timezone)
        self.today = self.clock.today()
        self.past_days, self.people = past_days, people
        self.account = next(iter(job.settings.accounts))

    async def go_on(self) -> None:
        cast = await self._cast()
        async with self.job.database.reading() as tx:
            begun, known = await hospital.begun(tx) or self.today, await hospital.noted(tx, "day")
            # The furthest day opens in the morning.
            opened = tx.now >= self.clock.moment(self.today, scenes.OPENS)
        for n in range(lots.LONGEST + opened):
            if known.get(day := self.today + timedelta(days=n)) != n:
                await self._fill(cast, day, known.get(day))
        await self.come()
        await self._play(SCENES[:-2], cast)
        first = begun - timedelta(days=self.past_days)
        for n in range(1, (self.today - first).days + 1):
            if known.get(day := self.today - timedelta(days=n)) != lots.PAST:
                await self._fill(cast, day, known.get(day))
        await self._play(SCENES[-2:], cast)

    async def come(self) -> None:
        """Of today and the days before: who came by now is noted by the hospital."""
        for back in range(LOOKED_BACK):
            await self._arrive(self.today - timedelta(days=back))

    async def _cast(self) -> Cast:
        """The people, made at the first time."""
        async with self.job.database.reading() as tx:
            if not await hospital.noted(tx, "people"):
                await self._bring(await hospital.patients(tx, RECORDS))
        async with self.job.context() as context:
            catalogue = await DirectoryService(context).catalogue()
            people = await patients.known(context.tx, self.account, [openid(n) for n in range(1, self.people + 1)])
        return Cast(people, frozenset(clinics(catalogue)), catalogue)

    async def _bring(self, records: Sequence[PatientRecord]) -> None:
        await self.job.run(lambda context: phones.bring(context, self.account))
        made = families(records, self.people, clock.now(), self.today)
        for at in range(0, len(made), AT_ONCE):

            async def bring(tx: Transaction, some: Sequence[Family] = made[at : at + AT_ONCE]) -> None:
                await patients.bring(tx, self.account, some, self.today)

            await self.job.database.run(bring)
            await asyncio.sleep(self.rest_s)
        await self.job.run(lambda context: hospital.note(context.tx, "people", self.today))

    async def _fill(self, cast: Cast, day: date, before: int | None) -> None:
        ahead = max((day - self.today).days, lots.PAST)
        past = ahead == lots.PAST
        if past:
            await self._roster(day)
        async with self.job.database.reading() as tx:
            sessions = await store.sessions(tx, day)
        made = 0
        for at in range(0, len(sessions), AT_ONCE):

            async def fill(context: Context, some: Sequence[Any] = sessions[at : at + AT_ONCE]) -> int:
                return await days.fill(context, cast, day, some, before, ahead)

            made += await self.job.run(fill)
            await asyncio.sleep(self.rest_s)

        async def note(context: Context) -> None:
            await hospital.note(context.tx, "day", day, ahead)
            if past:
                await store.reported(context.tx, day, self.clock.moment(day + timedelta(days=1), scenes.OPENS))
            elif ahead <= 1:
                await visits.remind(context, day)

        if past:
            await self._arrive(day)
        await self.job.run(note)
        log.info("demonstration_day", day=str(day), sessions=len(sessions), appointments=made)

    async def _roster(self, day: date) -> None:
        """The hospital's own sessions of a day that was over when all this began."""
        port = self.job.ports[HospitalPort]
        async with self.job.database.reading() as tx:
            if await rosters.known(tx, day, day):
                return
        sessions = await port.rosters(day, day)
        rooms = {room.code: room.place for room in await port.rooms()}

        async def run(work: Callable[[Transaction], Awaitable[None]]) -> None:
            await self.job.database.run(work)
            await asyncio.sleep(self.rest_s)

        await bring_in_line(run, {}, Roster(day, day, sessions, rooms), self.clock)

    async def _arrive(self, day: date) -> None:
        await self.job.database.run(lambda tx: visits.arrive(tx, day))

    async def _play(self, which: Sequence[tuple[str, Scene]], cast: Cast) -> None:
        for name, scene in which:

            async def play(context: Context, name: str = name, scene: Scene = scene) -> None:
                if await hospital.note(context.tx, name, self.today):
                    office = await staff.by_login(context.tx, OFFICE)
                    await scene(context.acting_as(f"staff:{office.public_id}") if office else context, cast)

            async with self.job.database.reading() as tx:
                played = await hospital.noted(tx, name)
            if not played:
                await self.job.run(play)


EVERY = {"booking.played": Every(seconds=60, run=live)}
