"""Booking's work behind the conversation: rosters in, holds and cooled slots back, the hospital told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

from bot import logs
from bot.clock import HospitalClock
from bot.context import Context
from bot.db.transaction import Transaction
from bot.errors import OutsideRefused, OutsideUnavailable
from flows.booking import ledger, limits
from flows.booking.due import store as due
from flows.booking.glance import glance
from flows.booking.keeping import REGISTER, UNREGISTER
from flows.booking.ledger import Entry
from flows.booking.offers import BEYOND, horizon
from flows.booking.pool import store as pool
from flows.booking.roster import store as rosters
from flows.booking.roster.book import store as book
from flows.booking.roster.sessions import generating
from flows.booking.roster.sync import Roster, bring_in_line
from flows.booking.service import BookingService
from flows.booking.waiting.passing import Passing
from integrations.his.port import HospitalPort, Session
from jobs import booking_sessions
from jobs.alone import alone
from jobs.job import Job
from jobs.outbox import Handles
from jobs.schedule import Every

log = logs.get(__name__)

AT_ONCE = 200
"""Holds or slots given back in one sweep; the next one is 20 seconds away."""
LONGEST_CALL = timedelta(days=62)
"""Of rosters, as the port has it."""


async def sync_rosters(job: Job) -> None:
    """Take the hospital's rosters over, from today to a week beyond the widest horizon."""
    port = job.ports[HospitalPort]
    async with job.context() as context:
        catalogue = await BookingService(context).neighbours.catalogue()
        first = context.clock.today()
        last = first + horizon(catalogue, context) + BEYOND
        ours = await book.known(context.tx, first, last)
    # No transaction is open while the hospital thinks.
    sessions = await _rosters(port, first, last)
    rooms = {room.code: room.place for room in await port.rooms()}

    async def run(work: Callable[[Transaction], Awaitable[None]]) -> None:
        await job.database.run(work)

    async with job.database.reading() as tx:
        known = await rosters.known(tx, first, last)
    theirs = [session for session in sessions if session.code not in ours]
    await bring_in_line(run, known, Roster(first, last, theirs, rooms), HospitalClock(job.settings.timezone))
    await booking_sessions.hear(job, ours, sessions)
    glance(job.ports).forget()


async def make_sessions(job: Job) -> None:
    """Sessions of our own rosters, out to each clinic's horizon. Hourly: a night without a worker is made good."""
    await generating.generate(job.run)


async def make_published(job: Job, payload: dict[str, Any]) -> None:
    """Those of one clinic, right after its roster was published or its horizon changed."""
    await generating.generate(job.run, str(payload["clinic"]))


async def sweep(job: Job) -> None:
    """Give back the holds whose time is over, also where no conversation does it, and the slots that have cooled."""
    async with job.database.reading() as tx:
        lapsed, cooled = await due.holds(tx, AT_ONCE), await due.cooled(tx, AT_ONCE)
    for hold in lapsed:

        async def release(context: Context, hold: Any = hold) -> None:
            if await due.lapsed(context.tx, hold.id):
                await BookingService(context).release_hold(hold.id, hold.segment_id, hold.slot_id, expired=True)

        await alone(job.run(release), "not_given_back", appointment=hold.id)
    for slot in cooled:
        await alone(_pass_on(job, slot.id), "not_given_back", slot=slot.id)


async def pass_on(job: Job, payload: dict[str, Any]) -> None:
    """A slot came back while somebody waits for its session. Should this be lost, the sweep finds the slot."""
    await _pass_on(job, int(payload["slot"]), later=True)


async def _pass_on(job: Job, slot_id: int, *, later: bool = False) -> None:
    """To whose turn it is, or back to the pool where nobody waits, at once or `later`; a transaction for each who is
    passed over."""

    async def step(context: Context) -> bool:
        more = await Passing(context).next(slot_id, later=later)
        glance(context.ports).forget()
        return more

    while await job.run(step):
        later = True


async def waiting(job: Job) -> None:
    """End what is waited for in vain, and offer what slipped back into the pool while somebody joined."""
    async with job.database.reading() as tx:
        after = tx.now + limits.of_waiting(job.settings.booking).before
        hopeless, stranded = await due.hopeless(tx, after, AT_ONCE), await due.stranded(tx, after, AT_ONCE)
    for entry_id in hopeless:

        async def close(context: Context, entry_id: int = entry_id) -> None:
            if await due.without_hope(context.tx, entry_id, after):
                await Passing(context).close(entry_id)

        await job.run(close)
    for segment_id in stranded:

        async def keep_apart(context: Context, segment_id: int = segment_id) -> int | None:
            return await pool.keep_apart(context.tx, segment_id)

        slot_id = await job.run(keep_apart)
        if slot_id is not None:
            await _pass_on(job, slot_id)


async def register(job: Job, payload: dict[str, Any]) -> None:
    """Tell the hospital of an appointment. After a try whose end is unknown it is asked first. One in a session of ours
    is told once the hospital has the session: that puts it here again."""
    appointment = int(payload["appointment"])
    entry = await _entry(job, appointment)
    if entry is None or not entry.session or entry.registration or entry.state not in ("booked", "cancelled"):
        return
    again = job.row is not None and job.row.attempts > 1
    if entry.state == "cancelled" and not again:
        return  # never told, so there is nothing to take back
    if entry.record_number is None:
        if entry.state == "cancelled":
            return
        if entry.record_state in ("asked", "none"):
            raise OutsideUnavailable("the person's record is not there yet", system="his")
        await job.run(lambda context: ledger.refused(context, appointment, "no_patient"))
        return
    try:
        code = await _told(job.ports[HospitalPort], entry, entry.record_number, again=again)
    except OutsideRefused as no:
        refusal = no.code
        if entry.disputed and refusal in ledger.NOT_THERE:
            log.warning("appointment_not_registered", appointment=entry.public_id, code=refusal)
            return  # the office sees that the hospital refused the session's change; the patient comes all the same
        await job.run(lambda context: ledger.refused(context, appointment, refusal))
        return
    if code:
        await job.run(lambda context: ledger.registered(context, appointment, code))


async def unregister(job: Job, payload: dict[str, Any]) -> None:
    """Tell the hospital that an appointment is cancelled. It comes after `register` in the same lane."""
    entry = await _entry(job, int(payload["appointment"]))
    if entry is None or not entry.known:
        return
    port = job.ports[HospitalPort]
    code = entry.registration
    if code is None:
        # A registration whose answer was lost, and that was given up, may stand in the hospital's book.
        outcome = await port.ask(_request(REGISTER, entry))
        code = outcome.registration.code if outcome and outcome.registration else None
    if code is None:
        return
    try:
        await port.cancel_registration(_request(UNREGISTER, entry), code)
    except OutsideRefused as no:
        if no.code != "no_registration":
            raise
        log.warning("registration_gone", appointment=entry.public_id)


async def _told(port: HospitalPort, entry: Entry, record_number: str, *, again: bool) -> str | None:
    """Register, unless an earlier try did; gives the hospital's code, None where a cancelled one was never told."""
    request = _request(REGISTER, entry)
    if again and (outcome := await port.ask(request)) is not None:
        if outcome.registration is not None:
            return outcome.registration.code
        if outcome.refused is not None:
            raise OutsideRefused(outcome.refused.code, outcome.refused.message, system="his")
    if entry.state == "cancelled":
        return None
    done = await port.register(
        request, appointment=entry.public_id, record_number=record_number, session=entry.session,
        segment=entry.position, number=entry.number, order=entry.order,
    )
    return done.code


async def _rosters(port: HospitalPort, first: date, last: date) -> list[Session]:
    """Asked for in pieces: the hospital refuses a longer range, and a horizon may be longer."""
    found: list[Session] = []
    while first <= last:
        until = min(last, first + LONGEST_CALL - timedelta(days=1))
        found += await port.rosters(first, until)
        first = until + timedelta(days=1)
    return found


async def _entry(job: Job, appointment: int) -> Entry | None:
    async with job.context() as context:
        return await ledger.entry(context, appointment)


def _request(topic: str, entry: Entry) -> str:
    return f"{topic}:{entry.public_id}"


# A hospital that is away overnight must not turn bookings into dead letters: a hundred tries are eight hours.
HANDLES = {
    REGISTER: Handles(register, tries=100),
    UNREGISTER: Handles(unregister, tries=100),
    pool.PASS_ON: Handles(pass_on),
    generating.MAKE: Handles(make_published),
}
EVERY = {
    "booking.sweep": Every(seconds=20, run=sweep),
    "booking.waiting": Every(seconds=20, run=waiting),
    "booking.rosters": Every(seconds=300, run=sync_rosters),
    "booking.roster_days": Every(seconds=3600, run=make_sessions),
}
