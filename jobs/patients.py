"""Text messages with codes, the hospital's records, and what time does to families."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.context import Context
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from bot.talk.dispatcher import SAY
from bot.talk.messages import Message, dump_messages
from flows.notices.service import NoticesService
from flows.patients.proof.codes import SEND
from flows.patients.pushes import TELL
from flows.patients.records import CREATE, MATCH
from flows.patients.service import PatientsService
from integrations.his.port import HospitalPort
from integrations.sms.errors import NumberLimited, NumberRefused
from integrations.sms.port import SmsPort
from jobs.job import Job
from jobs.outbox import Handles
from jobs.schedule import Daily, Every

PATIENT_TRIES = 3
"""After so many in vain, some seconds, who waits for a code is told."""
PATIENCE = timedelta(minutes=30)
"""A record that is still not there so long after it was asked for is asked for again."""


async def sms_code(job: Job, payload: dict[str, Any]) -> None:
    """Send one code. Who waits for it is told where the number cannot be reached, or the gateway cannot for a while."""
    assert job.row is not None
    words = {"code": payload["code"], "minutes": str(payload["minutes"])}
    try:
        await job.ports[SmsPort].send(payload["mobile"], "patients.code", words, request_id=f"code-{job.row.id}")
    except (NumberRefused, NumberLimited) as no:
        await _told(job, payload, "code_not_sent", later=isinstance(no, NumberLimited))
    except OutsideRefused:
        await _told(job, payload, "code_stuck")
        raise
    except (OutsideUnavailable, OutsideUnknown):
        if job.row.attempts >= PATIENT_TRIES:
            await _told(job, payload, "code_stuck")
        raise


async def _told(job: Job, payload: dict[str, Any], template: str, **facts: Any) -> None:
    """Once for each code."""
    assert job.row is not None
    text = job.wording.render(f"patients/chat/{template}", tail=payload["mobile"][-4:], **facts)
    async with job.context(payload["contact"]) as context:
        said = {"contact": payload["contact"], "messages": dump_messages((Message(text),))}
        context.tx.put(SAY, said, key=f"patients.code_not_sent:{job.row.id}", priority=2)


async def match_record(job: Job, payload: dict[str, Any]) -> None:
    """Find the record that the hospital was too slow to tell in the turn; have one made where there is none."""
    person_id = payload["person"]
    search = await job.run(lambda context: PatientsService(context).records.search(person_id))
    if search is None:
        return
    if search.document_type is None or search.document is None:
        record = None
    else:
        record = await job.ports[HospitalPort].find_patient(search.document_type, search.document)
    if record is not None:
        found = record
        await job.run(lambda context: PatientsService(context).records.found(person_id, found))
        return

    assert job.row is not None
    key = f"{CREATE}:{person_id}:{job.row.id}"  # an earlier row may lie dead

    async def make_one(context: Context) -> None:
        context.tx.put(CREATE, {"person": person_id}, key=key, priority=3)

    await job.run(make_one)


async def create_record(job: Job, payload: dict[str, Any]) -> None:
    """Have a record made. The same request id every time: after an unknown outcome the hospital is asked first."""
    person_id = payload["person"]
    search = await job.run(lambda context: PatientsService(context).records.search(person_id))
    if search is None:
        return
    hospital, request_id = job.ports[HospitalPort], f"person-{person_id}"
    try:
        known = await hospital.ask(request_id)
        if known is not None and known.refused is not None:
            raise OutsideRefused(known.refused.code, known.refused.message, system="his")
        number = known.record_number if known else None
        # What was asked for once is not asked for again: the phone may have changed since, the request may not.
        number = number or await hospital.create_patient(request_id, search.new)
    except OutsideRefused as no:
        if no.code != "document_of_another":
            raise
        await job.run(lambda context: PatientsService(context).records.refused(person_id))
        return
    record_number = number
    await job.run(lambda context: PatientsService(context).records.made(person_id, record_number))


async def tell(job: Job, payload: dict[str, Any]) -> None:
    """Hand a push of this area on to the notices."""

    async def push(context: Context) -> None:
        await NoticesService(context).push(payload["kind"], payload["contact"], payload["about"], payload["facts"])

    await job.run(push, payload["contact"])


async def ask_again(job: Job) -> None:
    """Records that nobody answered for: a dead letter must not leave a patient without a number for ever."""
    await job.run(lambda context: PatientsService(context).records.ask_again(context.now - PATIENCE))


async def grows_up(job: Job) -> None:
    """Minors who are 18 by today, in small transactions."""
    while await job.run(lambda context: PatientsService(context).end_grown()):
        pass


async def help_lapses(job: Job) -> None:
    """Hand-overs that nobody took or answered in time, in small transactions."""
    while await job.run(lambda context: PatientsService(context).giving.lapse()):
        pass


async def purge(job: Job) -> None:
    """Codes, counts and meetings of long ago."""
    await job.run(lambda context: PatientsService(context).purge())


HANDLES = {
    # About a minute: then another code may be asked for.
    SEND: Handles(sms_code, tries=8, slowest_s=20),
    MATCH: Handles(match_record, tries=20),
    CREATE: Handles(create_record, tries=20),
    TELL: Handles(tell),
}
EVERY = {
    "patients.ask_again": Every(seconds=600, run=ask_again),
    "patients.help_lapses": Every(seconds=60, run=help_lapses),
    "patients.grows_up": Daily(hour=7, minute=40, run=grows_up),
    "patients.purge": Daily(hour=3, minute=20, run=purge),
}
