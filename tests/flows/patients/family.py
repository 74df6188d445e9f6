"""People for tests: documents that pass their checks, forms, and a world with the embedded hospital in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bot.documents import checksum
from flows.patients.people import Person, RegisterForm
from flows.patients.service import PatientsService
from integrations.his.embedded import EmbeddedHospital
from integrations.his.port import HospitalPort, NewPatient
from tests.support.world import World


def resident(birth: str = "19840512", woman: bool = False, order: int = 0) -> str:
    """A resident number: born on `birth` (YYYYMMDD); `order` tells people of one day apart."""
    first = f"330106{birth}{order:02d}{'2' if woman else '3'}"
    return first + checksum(first)


ZHANG, LI = resident(), resident("19861103", woman=True)
CHILD = resident("20190503")
MOBILE, OTHER_MOBILE = "13800000001", "13800000002"


def with_hospital(world: World) -> EmbeddedHospital:
    """The hospital of this world; made at the first call."""
    if HospitalPort not in world.ports:
        world.ports.put(HospitalPort, EmbeddedHospital(world.database))
    hospital = world.ports[HospitalPort]
    assert isinstance(hospital, EmbeddedHospital)
    return hospital


async def been_before(world: World, name: str, number: str, phone: str | None) -> str:
    """Somebody whom the hospital knows already; gives the record number."""
    patient = NewPatient(name, "male", _birth(number), "resident", number, phone)
    return await with_hospital(world).create_patient(f"before-{number}", patient)


def form(**changes: Any) -> RegisterForm:
    base = RegisterForm(
        relation="self", name="张建国", document_type="resident", document_number=ZHANG, mobile=MOBILE, consent=True
    )
    return replace(base, **changes)


async def prove(world: World, who: str, mobile: str = MOBILE, purpose: Any = "register") -> None:
    """The contact gives the code that was sent to `mobile`."""
    async with world.context(who) as context:
        await PatientsService(context).start_code(mobile, purpose)
    code = await last_code(world, mobile)
    async with world.context(who) as context:
        assert (await PatientsService(context).check_code(mobile, purpose, code)).right


async def last_code(world: World, mobile: str) -> str:
    await world.drain.once()
    sent = [params for to, template, params in world.sms.sent if to == mobile and template == "patients.code"]
    return sent[-1]["code"]


async def registered(world: World, who: str = "a", **changes: Any) -> Person:
    """The contact registers somebody, code and all, and the jobs after it are done."""
    asked = form(**changes)
    async with world.context(who) as context:
        known = await PatientsService(context).mobile_proved(asked.mobile, "register")
    if not known:
        await prove(world, who, asked.mobile)
    async with world.context(who) as context:
        person = await PatientsService(context).register(asked)
    await world.drain.once()
    async with world.context(who) as context:
        return await PatientsService(context).person(person.id)


def _birth(number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
