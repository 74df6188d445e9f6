"""What a clerk does for a caller, as tests say it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from bot.context import Context
from bot.settings_parts import Sms
from bot.settings_standing import Standing
from flows.booking import store
from flows.booking.behalf.service import Behalf
from flows.notices.store import call_task, push
from flows.patients import store as patients
from flows.patients.service import PatientsService
from tests.flows.booking import ward
from tests.support.world import World, test_settings

STAFF = "staff:clerk"


def with_sms(world: World, **settings: Any) -> World:
    """The same hospital with a gateway for text messages."""
    gateway = Sms(gateway="http://gateway.invalid", key="k", secret="s" * 20)
    return World(world.database, settings=test_settings(sms=gateway, **settings), ports=world.ports)


def strict(world: World) -> World:
    """The same hospital, where one no-show locks."""
    return World(world.database, settings=test_settings(standing=Standing(most_no_shows=1)), ports=world.ports)


async def caller(world: World, name: str = "钱小云", mobile: str = "13800000009") -> int:
    """Somebody without a contact, with a hospital record; gives the key."""
    number = await ward.record(world, name)
    async with world.database.transaction() as tx:
        await patients.add_person(
            tx, name=name, document=None, mobile=mobile, document_type=None, sex="female",
            birth_date=date(1960, 1, 2), guardian_id=None, patient_no=None,
        )
        key = await tx.scalar(select(patients.person.c.id).order_by(patients.person.c.id.desc()).limit(1))
        await patients.set_record(tx, key, "known", number, was=("none",))
    return int(key)


@asynccontextmanager
async def desk(world: World) -> AsyncIterator[Context]:
    """A transaction of a member of staff."""
    async with world.context("clerk") as context:
        yield replace(context, contact=None, actor=STAFF, channel="web")


@asynccontextmanager
async def acting(world: World, person: int, channel: str = "phone", *, late: bool = False, clinics: str = "") -> Any:
    """A clerk who books for this person; `clinics`: only in these."""
    async with desk(world) as context:
        known = await PatientsService(context).person(person)
        yield await Behalf.of(
            context, known, channel, lambda clinic, _: not clinics or clinic in clinics.split(), late=late)


async def booked(world: World, person: int, segment: int, channel: str = "phone") -> Any:
    async with acting(world, person, channel) as clerk:
        return await clerk.book(segment, f"{person}-{segment}")


async def now(world: World, appointment: int) -> Any:
    async with world.database.reading() as tx:
        return await store.appointment_by(tx, appointment)


async def pushes(world: World, kind: str) -> list[Any]:
    async with world.database.reading() as tx:
        return list(await tx.all(select(push).where(push.c.kind == kind).order_by(push.c.id)))


async def calls(world: World) -> list[str]:
    async with world.database.reading() as tx:
        return [row.state for row in await tx.all(select(call_task.c.state).order_by(call_task.c.id))]
