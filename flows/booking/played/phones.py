"""The owners of the sandbox's first phones: registered, with something to pay, visits behind them and one to come."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from bot.context import Context
from bot.documents import Sex
from flows.booking.fitting.rules import years
from flows.booking.played import days, lots, store
from flows.booking.played.days import Cast
from flows.directory.service import DirectoryService
from flows.patients import played as patients
from flows.patients.played import Family, Known
from integrations.his import played as hospital
from integrations.his.port import NewPatient, PatientRecord
from integrations.his.seed.patients import REGIONS, resident_number
from integrations.sandbox.phones import Phones, openid_of

OWNERS: tuple[tuple[int, Sex, date], ...] = ((1, "male", date(1958, 4, 12)), (2, "female", date(1963, 9, 3)))
"""Number of the phone, sex and birthday. Whoever has another phone registers by hand."""
BEFORE, AHEAD = (24, 13, 5), 3
"""Days ago of the visits, and days ahead; on a day without sessions the one before."""


async def bring(context: Context, account: str) -> None:
    """Register them, unless somebody has used their phones already."""
    phones, made = Phones(), list[Family]()
    for number, sex, born in OWNERS:
        document, phone = resident_number(REGIONS[0], born, 10 * number, sex), phones[number]
        new = NewPatient(phone.nickname, sex, born, "resident", document, phone.mobile)
        record = PatientRecord(
            await hospital.admit(context.tx, new), new.name, new.sex, born, "resident", document, phone.mobile
        )
        whose = _address(context, account, number)
        await _owe(context, record, deposit=number != OWNERS[0][0])
        made.append(Family(whose, phone.mobile, context.now - timedelta(days=40), [(record, "self")]))
    await patients.bring(context.tx, account, made, context.clock.local(context.now).date())


async def _owe(context: Context, record: PatientRecord, *, deposit: bool) -> None:
    """What a doctor ordered a while ago, and of one of them what is paid before a stay."""
    catalogue, age = await DirectoryService(context).catalogue(), years(record.birth_date, context.now.date())
    for doctor in catalogue.doctors:
        clinic = catalogue.clinic.get(next(iter(doctor.clinics), ""))
        if clinic and not clinic.discreet and lots.eligible(record.sex, age, clinic):
            charged = partial(hospital.charge, context.tx, record.record_number, clinic.code, doctor.name)
            await charged(context.now - timedelta(hours=2))
            if deposit:
                await charged(context.now - timedelta(hours=1), deposit=True)
            return


async def visits(context: Context, cast: Cast) -> None:
    """Three visits to one doctor or two, and an appointment in the next days."""
    account = next(iter(context.settings.accounts))
    owners = [_address(context, account, number) for number, *_ in OWNERS]
    for n, person in enumerate(await patients.known(context.tx, account, owners)):
        for back in (*BEFORE, -AHEAD):
            await _visit(context, cast, person, context.clock.local(context.now).date() - timedelta(days=back + n))


async def _visit(context: Context, cast: Cast, person: Known, day: date) -> None:
    """With a doctor of a clinic that takes them, on that day or, where nobody sits, on one before."""
    today = context.clock.local(context.now).date()
    for back in range(4):
        at = day - timedelta(days=back)
        if (at > today) != (day > today):
            return
        for session in await store.sessions(context.tx, at):
            clinic = cast.catalogue.clinic.get(session.clinic)
            fits = clinic and lots.eligible(person.sex, years(person.birth_date, at), clinic)
            if session.doctor and fits and session.clinic in cast.clinics:
                if await days.visit(context, session, person, past=at < today):
                    return


def _address(context: Context, account: str, number: int) -> str:
    return openid_of(context.settings.accounts[account].app_id, number)
