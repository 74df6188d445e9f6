"""What commercial insurers are asked and told of orders. After an unknown outcome one is asked first, always."""

from __future__ import annotations

from typing import Any

from bot.context import Context
from bot.errors import OutsideError, OutsideRefused, OutsideUnknown
from flows.payment import pushes
from flows.payment.covered import store
from flows.payment.covered.acting import ASK, SUPPLY
from flows.payment.covered.answers import CARRY, Answers
from flows.payment.covered.ending import CLEAR
from flows.payment.covered.rules import WAITING, next_ask
from flows.payment.covered.settling import Covering, ToSettle
from flows.payment.settling import Settling
from integrations.commercial.port import Commercial, Commercials
from jobs.alone import alone
from jobs.job import Job
from jobs.outbox import Handles, NotYet
from jobs.schedule import Every

AT_ONCE = 200


async def carry(job: Job, payload: dict[str, Any]) -> None:
    """Ask whose policies there are, send the claim; resumed wherever it was left: a number is one claim."""
    cover_id = int(payload["cover"])
    due = await job.run(lambda context: Answers(context).to_carry(cover_id))
    if due is None:
        return
    insurer = _insurer(job, due.insurer)
    try:
        if due.claim is None:
            policies = await insurer.policies(due.holder)
            await job.run(lambda context: Answers(context).known(cover_id, policies))
            return
        said = await insurer.ask(due.claim.number) or await insurer.submit(due.claim)
    except OutsideRefused as no:
        code = no.code
        await job.run(lambda context: Answers(context).refused(cover_id, code))
        return

    async def heard(context: Context) -> None:
        await Answers(context).sent(cover_id)
        await Answers(context).answered(cover_id, said)

    await job.run(heard)


async def ask(job: Job) -> None:
    """Ask insurers how claims stand that they have not answered for good."""
    async with job.database.reading() as tx:
        due = await store.asks_due(tx, tx.now, AT_ONCE)
    for row in due:
        await alone(ask_one(job, row.id), "cover_not_asked", cover=row.id)


async def ask_one(job: Job, cover_id: int) -> None:
    row: Any = await job.run(lambda context: store.by_id(context.tx, cover_id))
    if row.state not in WAITING:
        return
    # First: an insurer that hangs is asked again in its time.
    await job.run(lambda context: store.later(context.tx, row.id, row.asks + 1, next_ask(context.tx.now, row.asks + 1)))
    try:
        said = await _insurer(job, row.insurer).ask(row.number)
    except OutsideError:
        return
    if said is not None:
        answer = said
        await job.run(lambda context: Answers(context).answered(cover_id, answer))


async def asked(job: Job, payload: dict[str, Any]) -> None:
    """Staff want to know how it stands."""
    await ask_one(job, int(payload["cover"]))


async def supply(job: Job, payload: dict[str, Any]) -> None:
    """Tell the insurer what was sent after; each round once."""
    row: Any = await job.run(lambda context: store.by_id(context.tx, int(payload["cover"])))
    if row.state not in WAITING or row.rounds != payload["round"]:
        return
    try:
        said = await _insurer(job, row.insurer).supply(row.number, f"{row.number}:{row.rounds}", row.note or "")
    except OutsideRefused:
        await ask_one(job, row.id)  # it stands otherwise by now
        return
    await job.run(lambda context: Answers(context).answered(row.id, said))


async def clear(job: Job, payload: dict[str, Any]) -> None:
    """Nothing of a claim that came to nothing, or whose bill went back, is left to stand."""
    cover_id = int(payload["cover"])
    row: Any = await job.run(lambda context: store.by_id(context.tx, cover_id))
    if row.cleared_at is not None:
        return
    await job.run(lambda context: pushes.seen_covered(context, row))
    insurer = _insurer(job, row.insurer)
    if row.state != "reversed":
        said = await insurer.ask(row.number)
        try:
            if said is None or said.state not in ("settled", "reversed"):
                await insurer.withdraw(row.number)
            else:
                back = await insurer.reverse(row.number)
                await job.run(lambda context: Covering(context).reversed(cover_id, back))
        except OutsideRefused as no:
            if no.code == "settled_already":
                raise NotYet("it was settled in this moment") from None
            code = no.code
            await job.run(lambda context: Covering(context).kept(cover_id, code))
            return
    await job.run(lambda context: store.clear(context.tx, cover_id, context.tx.now))


async def settled(job: Job, order_id: int) -> bool:
    """The insurer's part of a paid order is settled there, before the hospital is told; False where it is refused, so
    that all goes back."""
    due = await job.run(lambda context: Covering(context).to_settle(order_id))
    if due is None:
        return True
    insurer = _insurer(job, due.insurer)
    said = await insurer.ask(due.number)
    if said is None or said.state != "settled":
        if due.unwanted:
            await _void(job, insurer, due)
            return True
        if not await job.run(lambda context: Covering(context).telling(due.cover)):
            raise NotYet("given up a moment ago")
        try:
            said = await insurer.settle(due.number, due.pays)
        except OutsideRefused as no:
            code = no.code

            async def refused(context: Context) -> None:
                await Answers(context).refused(due.cover, code)
                await Settling(context).refused(order_id, f"commercial:{code}")

            await job.run(refused)
            return False
    done = said
    await job.run(lambda context: Covering(context).settled(due.cover, done))
    return True


async def undone(job: Job, order_id: int) -> str:
    """Nothing of an order stands at an insurer any more that pays the hospital; the code of its refusal where it will
    not have it."""
    await settled(job, order_id)
    row = await job.run(lambda context: Covering(context).to_undo(order_id))
    if row is None:
        return ""
    try:
        back = await _insurer(job, row.insurer).reverse(row.number)
    except OutsideRefused as no:
        return no.code
    await job.run(lambda context: Covering(context).reversed(row.id, back))
    return ""


async def _void(job: Job, insurer: Commercial, due: ToSettle) -> None:
    """Nobody knows whether it was told, and nobody wants it: it is made sure that it never counts."""
    try:
        await insurer.withdraw(due.number)
    except OutsideRefused as no:
        if no.code == "settled_already":
            raise NotYet("it was settled in this moment") from None
        # Till it says yes nobody knows that the own part may go back: it is asked again.
        raise OutsideUnknown(f"not withdrawn: {no.code}", system=no.system) from None
    await job.run(lambda context: Covering(context).voided(due.cover))


def _insurer(job: Job, name: str) -> Commercial:
    return job.ports[Commercials][name]


HANDLES = {
    CARRY: Handles(carry, tries=400, slowest_s=60),
    CLEAR: Handles(clear, tries=400, slowest_s=3600),
    ASK: Handles(asked, tries=20, slowest_s=60),
    SUPPLY: Handles(supply, tries=400, slowest_s=600),
}
EVERY = {"payment.ask_covers": Every(2, ask)}
