"""What a race is about: one doctor's session with so many slots, and registered contacts who stand before it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.bench.letters import openid
from bot.bench.place import Place
from bot.clock import HospitalClock
from bot.context import Context
from bot.db.contacts import contact_of, create
from bot.db.transaction import Transaction
from bot.errors import DaoyiError
from bot.talk.messages import Answer, Inbound
from flows.booking.roster.sync import Roster, bring_in_line
from flows.directory.rules import Catalogue
from flows.directory.service import DirectoryService
from flows.patients import store as patients
from flows.patients.links import store as links
from integrations.his.port import Place as Where
from integrations.his.port import Segment, Session

AT_ONCE = 8
WORDS = "安白曹丁方高何江孔林马宁欧彭秦任沈田王徐严张"


@dataclass(frozen=True)
class Ward:
    """The doctor's code (a scene leads to it), and the clinic's."""

    doctor: str
    clinic: str


async def open_ward(here: Place, slots: int, *besides: Ward) -> Ward:
    """Tomorrow from nine to ten, all slots in one segment, with a doctor whose clinic takes anybody; `besides` have
    theirs already."""
    async with here.workshop.job(name="bench").context() as context:
        catalogue = await DirectoryService(context).catalogue()
        day = context.clock.today() + timedelta(days=1)
    ward = _anybodys(catalogue, besides)
    rooms = {"": Where("", "", "", "")}
    sessions = [_session(catalogue, each, day, slots) for each in (*besides, ward)]
    clock = HospitalClock(here.settings.timezone)
    await bring_in_line(here.house.database.run, {}, Roster(day, day, sessions, rooms), clock)
    return ward


def _session(catalogue: Catalogue, ward: Ward, day: date, slots: int) -> Session:
    return Session(
        code=f"bench-{ward.doctor}", site=catalogue.clinic[ward.clinic].site, clinic=ward.clinic, doctor=ward.doctor,
        date=day, half="am", room="", kind="expert", registration_fee=0, consultation_fee=2500, state="open",
        substitute=None, segments=(Segment(1, time(9), time(10), slots, 1),),
    )


def _anybodys(catalogue: Catalogue, besides: Sequence[Ward]) -> Ward:
    for doctor in catalogue.doctors:
        for code in doctor.clinics:
            clinic, ward = catalogue.clinic[code], Ward(doctor.code, code)
            anybody = (clinic.min_age, clinic.max_age, clinic.sex) == (None, None, None)
            if anybody and catalogue.bookable(code) and doctor.code not in {each.doctor for each in besides}:
                return ward
    raise DaoyiError("the seeded hospital has no clinic that takes anybody")


async def bring(here: Place, ward: Ward, count: int) -> None:
    """So many contacts, each with one registered person, each shown the segment to choose."""
    await here.house.database.run(lambda tx: _register(here, tx, count))
    await _show(here, ward, [openid(number) for number in range(count)])


async def bring_on(here: Place, ward: Ward, slots: int, contacts: Sequence[str]) -> None:
    """The same contacts are shown another doctor's segment."""
    await _show(here, await open_ward(here, slots, ward), contacts)


async def _show(here: Place, ward: Ward, contacts: Sequence[str]) -> None:
    turns = asyncio.Semaphore(AT_ONCE)

    async def arrive(contact: str) -> Answer:
        scan = Inbound(
            "bench", f"{ward.doctor} {contact}", "wechat", here.account, contact, "scan",
            data={"scene": f"doctor:{ward.doctor}"},
        )
        async with turns:
            return await here.house.dispatcher.turn(scan)

    for answer in await asyncio.gather(*map(arrive, contacts)):
        if len(answer.messages) != 1 or len(answer.messages[0].options) != 1:
            raise DaoyiError(f"a contact was not shown the one segment: {answer.messages}")


async def _register(here: Place, tx: Transaction, count: int) -> None:
    for number in range(count):
        await create(tx, here.account, "wechat", openid(number))
    contacts = await tx.link.script([("SELECT id FROM contact WHERE external_id LIKE 'oBENCH%' ORDER BY id", ())])
    assert isinstance(contacts[0], list)
    for number, (contact_id,) in enumerate(contacts[0]):
        mobile = f"139{number:08d}"
        name = WORDS[number % len(WORDS)] + WORDS[number // len(WORDS) % len(WORDS)]
        await patients.add_person(
            tx, name=name, document=f"P{number:08d}", mobile=mobile, document_type="passport", sex="female",
            birth_date=date(1980, 1, 1), guardian_id=None, patient_no=None,
        )
        row = await patients.by_document(tx, "passport", f"P{number:08d}")
        assert row is not None
        await links.add(
            tx, contact_id, row.id, mobile=mobile, relation="self", is_default=True, reach="all", proof="sms",
            consent="bench", until=None, made_by="bench",
        )
        await patients.set_record(tx, row.id, "known", f"B{number:08d}", was=("none",))


async def context_of(here: Place, tx: Transaction, contact_id: int) -> Context:
    """A context on behalf of a contact, as a job has it."""
    contact = await contact_of(tx, contact_id)
    house = here.house
    return Context(
        tx=tx, ports=house.ports, settings=house.settings, wording=house.wording, contact=contact, channel="wechat",
        actor="job:bench", request_id="bench", now=tx.now, clock=HospitalClock(house.settings.timezone),
    )
