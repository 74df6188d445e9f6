"""A stack with a hospital, and its people: registered beforehand, they book and cancel on their phones as long as they
are told to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import aiohttp
from sqlalchemy import func, select

from bot.clock import HospitalClock
from bot.db import keys_store
from bot.db.engine import Database
from bot.db.migrate import upgrade
from flows.booking import store
from flows.booking.pool import store as pool
from flows.notices import store as notices
from integrations.his.embedded import EmbeddedHospital
from integrations.his.port import HospitalPort
from integrations.his.seed import seed
from jobs import booking, directory
from tests.flows.booking import ward
from tests.support import once
from tests.support.mariadb import MariaDB
from tests.support.redis import Redis
from tests.support.stack import SECRET, Patient, Stack
from tests.support.world import World

DATABASE = "town"
ASKED = re.compile("请选|选一个|请确认|挂哪|哪位|给谁|请选择|对得上")


class StackWorld(World):
    """The stack's database seen from the test: contacts are named by their openids."""

    def address(self, who: str) -> str:
        return who


@dataclass
class Town:
    stack: Stack
    world: StackWorld
    session: aiohttp.ClientSession
    patients: list[Patient] = field(default_factory=list)
    told: list[Patient] = field(default_factory=list)
    """The phones of those for whom the patients book, in the same order: pushes go to them."""
    booked: int = 0
    failures: list[str] = field(default_factory=list)
    going: bool = True

    async def settle_in(self, count: int) -> None:
        """`count` phones follow the account; the owner of each books for a parent with a phone of their own."""
        for number in range(count):
            patient = await Patient.new(self.stack, self.session, f"居民{number}")
            parent = await Patient.new(self.stack, self.session, f"老人{number}")
            for each in (patient, parent):
                await each.follow()
            name = "赵" + "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"[number % 20]
            await ward.person(
                self.world, patient.openid, name, date(1950, 1, 1 + number), relation="parent", known=False
            )
            await ward.also(self.world, name, parent.openid, "self")
            self.patients.append(patient)
            self.told.append(parent)

    async def live(self) -> None:
        """Everybody books and cancels until `going` is False."""
        await asyncio.gather(*(self._live(patient, number) for number, patient in enumerate(self.patients)))

    async def _live(self, patient: Patient, number: int) -> None:
        while self.going:
            await self.book(patient, number)
            if self.going:
                await self.cancel(patient)

    async def book(self, patient: Patient, number: int) -> str:
        """From 挂号 to 约好了, choosing what is offered; the last answer."""
        await self.told[number].insist("你好")  # so that the account may write to them
        answer = await patient.insist("挂号")
        for _ in range(14):
            if "约好了" in answer:
                self.booked += 1
                return answer
            if not ASKED.search(answer):
                return answer
            # A day after tomorrow: it can be cancelled again at any hour of today.
            choice = "1" if "请确认" in answer else "3" if "请选日期" in answer else str(1 + number % 2)
            answer = await patient.insist(choice)
        return answer

    async def cancel(self, patient: Patient) -> None:
        """The first of one's appointments, if there is one: the list, its details, 取消, 确认取消."""
        answer = await patient.insist("我的预约")
        for choice in ("1", "取消", "1"):
            if not re.search(r">1 ", answer):
                return
            answer = await patient.insist(choice)

    # --- what must hold ------------------------------------------------------------------------------------------

    async def balance(self) -> list[str]:
        """Every way in which the pool is wrong; [] when no slot is lost or given twice."""
        wrong = []
        async with self.world.database.reading() as tx:
            touched = select(store.appointment.c.segment_id).distinct()
            for (segment_id,) in await tx.all(touched):
                count = await pool.census(tx, segment_id)
                states = sum(count[state] for state in ("free", "held", "taken", "cooling"))
                if (count["noted_capacity"], count["noted_free"]) != (states, count["free"]):
                    wrong.append(f"segment {segment_id}: {count}")
            twice = (
                select(store.appointment.c.slot_id, func.count())
                .where(store.appointment.c.state.in_(("held", "booked")))
                .group_by(store.appointment.c.slot_id)
                .having(func.count() > 1)
            )
            wrong += [f"slot {row[0]} was given {row[1]} times" for row in await tx.all(twice)]
        return wrong

    async def unsent(self) -> int:
        """Pushes that are due and were not carried out."""
        async with self.world.database.reading() as tx:
            late = (notices.push.c.state == "waiting", notices.push.c.due_at <= tx.now)
            return int(await tx.scalar(select(func.count()).select_from(notices.push).where(*late)))


def founded(folder: Path) -> None:
    """Data of a server that has the hospital: the same for every town of a run, which begins with a copy."""
    server = MariaDB()
    try:
        server.start()
        asyncio.run(_found(server.url(server.create(DATABASE))))
        server.keep(folder)
    finally:
        server.remove()


async def _found(url: str) -> None:
    await upgrade(url)
    database = Database(url)
    try:
        await keys_store.load(database, [SECRET])
        await seed(database, HospitalClock(), people=5, days=4)
        world = _world(database)
        await directory.sync(world.workshop.job(name="directory.sync"))
        await booking.sync_rosters(world.workshop.job(name="booking.rosters"))
    finally:
        await database.close()


def _world(database: Database) -> StackWorld:
    world = StackWorld(database)
    world.ports.put(HospitalPort, EmbeddedHospital(database, HospitalClock()))
    return world


@contextmanager
def servers(folder: Path) -> Iterator[Stack]:
    """A stack that is not started yet, with servers of its own: whoever kills one takes no other test's away."""
    mariadb, redis = MariaDB(data=once.made("town", founded)), Redis()
    try:
        mariadb.start()
        redis.start()
        yield Stack(folder, mariadb, redis, DATABASE)
    finally:
        mariadb.remove()
        redis.remove()


@asynccontextmanager
async def town(stack: Stack, count: int) -> AsyncIterator[Town]:
    """The stack, started, with `count` people."""
    database = Database(stack.database_url)
    try:
        # They cancel far more often than a hospital lets anybody; where no slot comes back for a while, none is left.
        stack.environment |= {"DAOYI_STANDING__MOST_CANCELLED": "10000", "DAOYI_BOOKING__RETURN_WITHIN_MINUTES": "1"}
        await keys_store.load(database, [SECRET])
        await stack.start()
        async with aiohttp.ClientSession() as session:
            made = Town(stack, _world(database), session)
            await made.settle_in(count)
            yield made
    finally:
        stack.stop()
        await database.close()


BOOKED = ("预约成功", "有一个安排，就诊人")
"""How the push begins, and how that of a discreet clinic goes on."""


def booked_messages(history: Sequence[dict[str, object]]) -> int:
    """How often a phone was told of its own accord that something is booked."""
    told = [entry for entry in history if entry["way"] in ("customer", "template", "subscription", "sms")]
    return sum(entry.get("kind") == "booking.booked" or any(word in str(entry.get("text")) for word in BOOKED)
               for entry in told)
