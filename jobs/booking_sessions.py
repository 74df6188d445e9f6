"""Sessions made in the console, behind it: the hospital is told of them, and what its rosters say of them is heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from bot import logs
from bot.context import Context
from bot.errors import OutsideRefused
from flows.booking.glance import glance
from flows.booking.roster.book import store as book
from flows.booking.roster.book import telling
from flows.booking.roster.book.hearing import HearingOfOurs, news
from flows.booking.roster.book.telling import Due
from integrations.his.port import HospitalPort, Session
from jobs.alone import alone
from jobs.job import Job
from jobs.outbox import Handles
from jobs.schedule import Every

log = logs.get(__name__)

AT_ONCE = 1000
WAITED = timedelta(minutes=10)


async def tell(job: Job, payload: dict[str, Any]) -> None:
    """Tell the hospital of a session as it is now. After a try whose end is unknown it is asked first."""
    assert job.row is not None
    port, session_id = job.ports[HospitalPort], int(payload["session"])
    if not port.takes_sessions:
        return
    async with job.context() as context:
        due = await telling.due(context, session_id)
        if due is not None:
            await book.sent(context.tx, session_id)
    if due is None:
        return
    try:
        code = due.code if due.known and due.code else await _told(port, due, again=job.row.attempts > 1)
    except OutsideRefused as no:
        refusal, words = no.code, no.message
        await job.run(lambda context: telling.refused(context, due, refusal, words))
        return
    await job.run(lambda context: telling.accepted(context, due, code))


async def _told(port: HospitalPort, due: Due, *, again: bool) -> str:
    """No transaction is open while the hospital thinks."""
    if again and (outcome := await port.ask(due.request)) is not None:
        if outcome.session is not None:
            return outcome.session
        if outcome.refused is not None:
            raise OutsideRefused(outcome.refused.code, outcome.refused.message, system="his")
    return await port.tell_session(due.request, due.session)


async def late(job: Job) -> None:
    """What still waits though nobody is at it: made before the hospital took sessions, given up, or never noted."""
    if not job.ports[HospitalPort].takes_sessions:
        return

    async def put(context: Context) -> None:
        tx, today, since = context.tx, context.clock.today(), context.now - WAITED
        if unnoted := await book.note_unnoted(tx, today, since):
            log.warning("sessions_unnoted", sessions=unnoted)
        for session_id in await book.late(tx, today, since, AT_ONCE):
            book.put_again(tx, session_id)

    await job.run(put)


async def hear(job: Job, seen: Mapping[str, Any], told: Sequence[Session]) -> None:
    """Take over what the hospital's rosters say of sessions of ours. `seen` is what we had of them before it was
    asked, by its codes; a roster without any session is a fault of the line."""
    if not told:
        return
    by_code = {session.code: session for session in told}
    for code, row in seen.items():
        if news(row, by_code.get(code)):
            await alone(job.run(partial(_hear, row=row, told=by_code.get(code))), "session_not_heard", session=code)


async def _hear(context: Context, row: Any, told: Session | None) -> None:
    await HearingOfOurs(context).of_ours(row, told)
    glance(context.ports).forget()


# A hospital that is away overnight must not leave dead letters behind: a hundred tries are eight hours.
HANDLES = {book.TELL: Handles(tell, tries=100)}
EVERY = {"booking.sessions": Every(seconds=600, run=late)}
