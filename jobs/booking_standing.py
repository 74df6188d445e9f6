"""Who came and who did not: the hospital's word, the reminders of the day, no-shows, and the end of locks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from bot import logs
from bot.context import Context
from bot.errors import OutsideError
from bot.settings_standing import Standing
from flows.booking.due import store as due
from flows.booking.inforce import soonest, standing_of
from flows.booking.neighbours import Catalogue, Neighbours
from flows.booking.standing import pushes, rules
from flows.booking.standing.coming import hearing
from flows.booking.standing.coming import store as coming
from flows.booking.standing.missing.writing import NoShows
from integrations.his.port import Attendance, HospitalPort
from jobs.alone import alone
from jobs.job import Job
from jobs.schedule import Every

log = logs.get(__name__)

AT_ONCE = 200
LOOKED_BACK = timedelta(days=3)
"""So long after a visit a no-show is still written down: then the hospital was away for the whole time."""
JUST_BEGUN = timedelta(hours=2)
"""Who is told that their time has begun: later nobody needs to hear it."""


async def attendance(job: Job) -> None:
    """Take over whom the hospital saw today, and of the last days where it was away; tell whose turn is near."""
    port = job.ports[HospitalPort]
    if not port.reports_attendance:
        return
    async with job.context() as context:
        today, now = context.clock.today(), context.now
        days = [today]
        for back in range(1, LOOKED_BACK.days):
            day = today - timedelta(days=back)
            told = await coming.told_at(context.tx, day)
            over = context.clock.moment(day + timedelta(days=1), time(0))
            if told is None or told < rules.deadline(over, job.settings.standing):
                days.append(day)
    for day in days:
        try:
            # No transaction is open while the hospital thinks.
            found = list(await port.attendance(day))
        except OutsideError as error:
            log.warning("attendance_not_told", error=str(error))
            break
        new = await _unheard(job, found)
        for each in new:

            async def hear(context: Context, each: Attendance = each) -> None:
                await hearing.hear(context, each)

            async def here(context: Context, public: str = each.appointment) -> None:
                await hearing.here(context, public)

            if not await alone(job.run(hear), "attendance_not_heard", appointment=each.appointment):
                # Whom the hospital saw is not branded, whatever else could not be noted.
                await alone(job.run(here), "attendance_lost", appointment=each.appointment)

        async def heard(context: Context, day: date = day) -> None:
            await hearing.heard(context, day, now)

        await job.run(heard)
    await _tell_near(job, today)


async def _unheard(job: Job, found: list[Attendance]) -> list[Attendance]:
    if not found:
        return []
    async with job.context() as context:
        return await hearing.unheard(context, found)


async def _tell_near(job: Job, today: date) -> None:
    most = job.settings.standing.near_numbers
    if not most:
        return
    async with job.database.reading() as tx:
        waiting = await due.turn_near(tx, today, most)
    for appointment_id in waiting:

        async def tell(context: Context, appointment_id: int = appointment_id) -> None:
            await hearing.tell_near(context, appointment_id)

        await alone(job.run(tell), "not_told", appointment=appointment_id)


async def begun(job: Job) -> None:
    """Whose time has begun and who is not here is told what to do, once, where coming is noted at all."""
    last = 0
    while True:
        async with job.context() as context:
            clinics = _noting(job, await Neighbours(context).catalogue())
            rows = await due.begun(context.tx, context.now - JUST_BEGUN, clinics, AT_ONCE, last)
            known = await pushes.told_missed(context, [row.public_id for row in rows]) if rows else set()
        for row in rows:
            last = row.id
            if row.public_id in known:
                continue

            async def tell(context: Context, appointment_id: int = row.id) -> None:
                await hearing.tell_missed(context, appointment_id)

            await alone(job.run(tell), "not_told", appointment=row.id)
        if len(rows) < AT_ONCE:
            return


async def no_shows(job: Job) -> None:
    """Write down who did not come, where that can be known. Whoever cannot be judged yet is looked at again."""
    known: dict[tuple[str, date], rules.Knowledge] = {}
    terms: dict[str, Standing] = {}
    last = 0
    while True:
        async with job.context() as context:
            catalogue = await Neighbours(context).catalogue()
            until = context.now - soonest(catalogue, context)
            rows = await due.missed(context.tx, context.now - LOOKED_BACK, until, AT_ONCE, last)
            for row in rows:
                if (row.clinic, row.date) not in known:
                    terms[row.clinic] = standing_of(catalogue, row.clinic, context)
                    known[row.clinic, row.date] = await _knowledge(context, row.clinic, row.date)
        for row in rows:
            last = row.id
            what, own = known[row.clinic, row.date], terms[row.clinic]
            if not rules.known(replace(what, tells=what.tells and not row.unheard), own, row.end_at):
                continue

            async def write(context: Context, appointment_id: int = row.id) -> None:
                await NoShows(context).write(appointment_id)

            await alone(job.run(write), "no_show_not_written", appointment=row.id)
        if len(rows) < AT_ONCE:
            return


async def _knowledge(context: Context, clinic: str, day: date) -> rules.Knowledge:
    rule = (await Neighbours(context).catalogue()).rule(clinic).no_shows
    expected, came = await coming.due_and_came(context.tx, clinic, day)
    tells = context.ports[HospitalPort].reports_attendance
    return rules.Knowledge(rule, tells, await coming.told_at(context.tx, day), expected, came)


async def locks(job: Job) -> None:
    """Whoever was locked long enough may book again, and is told."""
    async with job.database.reading() as tx:
        over = await due.locks(tx, AT_ONCE)
    for row in over:

        async def end(context: Context, lock_id: int = row.id) -> None:
            await NoShows(context).run_out(lock_id)

        await alone(job.run(end), "lock_not_ended", lock=row.id)


def _noting(job: Job, catalogue: Catalogue) -> due.Clinics:
    """The clinics in which it is noted who came: their own word, else the policy."""
    policy = job.settings.standing.no_shows
    usual = policy == "on" or (policy == "auto" and job.ports[HospitalPort].reports_attendance)
    own = {clinic: rule.no_shows for clinic, rule in catalogue.rules.items() if rule.no_shows is not None}
    return due.Clinics([clinic for clinic, notes in own.items() if notes is not usual], only=not usual)


EVERY = {
    "booking.attendance": Every(seconds=60, run=attendance),
    "booking.begun": Every(seconds=60, run=begun),
    "booking.no_shows": Every(seconds=300, run=no_shows),
    "booking.locks": Every(seconds=300, run=locks),
}
