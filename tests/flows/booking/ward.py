"""A hospital small enough to know by heart, and people who book in it.

Today is Monday, 1 March 2027, 8:00. Departments 11 内科 (clinics 1101 呼吸内科, 1102 心血管内科), 15 妇产科
(1501 妇科, women), 16 儿科门诊部 (1601 儿科, under 14).
Doctors: 1023 王静 and 1024 陈松年 in 1101, 1031 李崇文 and 1032 王竞 in 1102.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from bot.context import Context
from bot.db.transaction import Transaction
from flows.booking import store
from flows.booking.pool import store as pool
from flows.booking.pool.shares import store as shares
from flows.patients import store as patients
from flows.patients.links import store as links
from integrations.his import store as his
from integrations.his.embedded import EmbeddedHospital
from integrations.his.port import HospitalPort, NewPatient
from jobs import booking, directory
from tests.support.world import World

TODAY = date(2027, 3, 1)
MORNING = "2027-03-01 00:00:00+00:00"  # 8:00 on the hospital's clock
TOMORROW = TODAY + timedelta(days=1)

CLINICS: dict[str, dict[str, Any]] = {
    "1101": {"department": "11", "name": "呼吸内科", "room": "205"},
    "1102": {"department": "11", "name": "心血管内科", "room": "209"},
    "1501": {"department": "15", "name": "妇科", "room": "301", "sex": "female"},
    "1601": {"department": "16", "name": "儿科", "room": "101", "max_age": 13},
}
DOCTORS = {
    "1023": ("王静", "1101"), "1024": ("陈松年", "1101"), "1031": ("李崇文", "1102"), "1032": ("王竞", "1102"),
}


async def open_hospital(world: World) -> EmbeddedHospital:
    """The directory, without a single session."""
    hospital = EmbeddedHospital(world.database, world.clock)
    world.ports.put(HospitalPort, hospital)
    async with world.database.transaction() as tx:
        await tx.insert(his.site, code="Z", name="清梧医院", address="望江路88号", phone="0789-6610000")
        for code, name in (("11", "内科"), ("15", "妇产科"), ("16", "儿科门诊部")):
            await tx.insert(his.department, code=code, site="Z", name=name, intro="", discreet=False)
        for code, clinic in CLINICS.items():
            await _clinic(tx, code, **clinic)
        for code, (name, clinic) in DOCTORS.items():
            await tx.insert(
                his.doctor, code=f"D{code}", number=code, name=name, sex="female", title="主任医师", education="博士",
                specialties="哮喘" if code == "1023" else "", intro="", clinics=clinic,
            )
        for n in range(-3, 22):
            await tx.insert(his.roster_day, day=TODAY + timedelta(days=n), made_at=tx.now)
    return hospital


async def _clinic(
    tx: Transaction, code: str, *, department: str, name: str, room: str, sex: str | None = None,
    max_age: int | None = None,
) -> None:
    place = {"building": "门诊楼", "floor": "2", "area": "B", "room": room}
    await tx.insert(
        his.clinic, code=code, department=department, site="Z", name=name, subjects=name, phone="", intro="",
        min_age=None, max_age=max_age, sex=sex, discreet=False, online=True, **place,
    )
    await tx.insert(his.room, code=f"R{code}", site="Z", clinic=code, **place)


async def session(
    world: World, day: date = TOMORROW, *, clinic: str = "1101", doctor: str | None = "1023", half: str = "am",
    starts: time = time(9), ends: time = time(10), minutes: int = 30, capacity: int = 2, state: str = "open",
    fee: int = 2500,
) -> str:
    """One session in the hospital's book; gives its code. Take it over with `sync`."""
    code = f"{day:%y%m%d}{half}{clinic}{doctor or 'G'}"
    async with world.database.transaction() as tx:
        await tx.insert(
            his.session, code=code, site="Z", clinic=clinic, doctor=f"D{doctor}" if doctor else None,
            room=f"R{clinic}", day=day, half=half, kind="expert" if doctor else "general", registration_fee=0,
            consultation_fee=fee, starts=starts, ends=ends, minutes=minutes, capacity=capacity, state=state,
            substitute=None,
        )
    return code


async def change_session(world: World, code: str, /, **values: Any) -> None:
    async with world.database.transaction() as tx:
        await tx.update(his.session.update().where(his.session.c.code == code).values(**values))


async def sync(world: World) -> None:
    """Directory and rosters as the jobs bring them in."""
    await directory.sync(world.workshop.job(name="directory.sync"))
    await booking.sync_rosters(world.workshop.job(name="booking.rosters"))


async def person(
    world: World, who: str = "a", name: str = "张三明", birth: date = date(1984, 5, 12), sex: str = "male",
    relation: str = "self", known: bool = True,
) -> int:
    """Somebody whom contact `who` looks after, with a hospital record unless `known` is False; gives the key."""
    number = await record(world, name, birth, sex) if known else None
    async with world.context(who) as context:
        return await _linked(context, name, birth, sex, relation, number)


async def record(world: World, name: str, birth: date = date(1984, 5, 12), sex: str = "male") -> str:
    """The number of the hospital record that is made for somebody."""
    document = f"P{sum(ord(character) << n * 5 for n, character in enumerate(name)) % 10**8:08d}"
    patient = NewPatient(name, "male" if sex == "male" else "female", birth, "passport", document)
    return await world.ports[HospitalPort].create_patient(f"ward-{name}", patient)


async def _linked(
    context: Context, name: str, birth: date, sex: str, relation: str, record: str | None
) -> int:
    assert context.contact is not None
    tx = context.tx
    await patients.add_person(
        tx, name=name, document=None, mobile="13800000001", document_type=None, sex=sex, birth_date=birth,
        guardian_id=None, patient_no=None,
    )
    found = await tx.scalar(
        patients.person.select().with_only_columns(patients.person.c.id).order_by(patients.person.c.id.desc()).limit(1)
    )
    await _link(context, found, relation)
    await patients.set_record(tx, found, "known" if record else "asked", record, was=("none",))
    return int(found)


async def _link(context: Context, person_id: int, relation: str) -> None:
    assert context.contact is not None
    first = not await patients.persons_of(context.tx, context.contact.id)
    await links.add(
        context.tx, context.contact.id, person_id, mobile="13800000001", relation=relation, is_default=first,
        reach="all", proof="sms", consent="2027-01", until=None, made_by="test",
    )


async def also(world: World, name: str, who: str, relation: str) -> None:
    """Contact `who` looks after somebody, too, whom another contact has registered."""
    async with world.context(who) as context:
        rows = await context.tx.all(patients.person.select())
        await _link(context, next(row.id for row in rows if row.name == name), relation)


async def segments(world: World, code: str) -> Sequence[Any]:
    """The segments of a session in time, as they are noted."""
    joined = store.segment.join(store.session, store.session.c.id == store.segment.c.session_id)
    async with world.database.reading() as tx:
        return await tx.all(
            store.segment.select().select_from(joined).where(store.session.c.code == code)
            .order_by(store.segment.c.start_at)
        )


async def census(world: World, segment_id: int) -> dict[str, int]:
    async with world.database.reading() as tx:
        return await pool.census(tx, segment_id)


async def balanced(world: World) -> bool:
    """capacity = free + kept + held + taken + cooling in every segment, `free` says how many are free, and the shares
    count what is kept."""
    async with world.database.reading() as tx:
        rows = await tx.all(store.segment.select())
        shared = await tx.all(shares.share.select())
        for row in rows:
            count = await pool.census(tx, row.id)
            states = sum(count[state] for state in ("free", "kept", "held", "taken", "cooling"))
            if count["kept"] != sum(each.free for each in shared if each.segment_id == row.id):
                return False
            if (count["noted_capacity"], count["noted_free"]) != (states, count["free"]):
                return False
    return True
