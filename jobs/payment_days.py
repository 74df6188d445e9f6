"""Each morning, when the channels have their bills, yesterday is held together from three sides; what does not agree is
put right by rule where there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from typing import Any

from bot import logs
from bot.clock import HospitalClock
from bot.context import Context
from bot.errors import OutsideError, OutsideRefused
from flows.payment.covered.statement import Statement as CommercialStatement
from flows.payment.insured.statement import Statement
from flows.payment.odd import store as odd
from flows.payment.reconciling import calling
from flows.payment.reconciling.days import store as days
from flows.payment.reconciling.matching import RECONCILE, Matching
from flows.payment.reconciling.rules import NOWHERE, Counted, Side, flaw_of
from flows.payment.reconciling.telling import Telling, Told, told_of
from integrations.commercial.port import Commercials
from integrations.his.charges import Charging
from integrations.insurance.port import Insurer
from integrations.paying.port import Bill, PayChannels
from jobs.alone import alone
from jobs.job import Job
from jobs.outbox import Handles
from jobs.schedule import Daily

AT_ONCE = 1000
LATE = 4
"""So many days back are looked at again each morning where they are not balanced yet."""
KEPT = timedelta(days=93)
"""What lines are kept for; days, their sums and differences stay."""
log = logs.get(__name__)
BillOf = Callable[[date], Awaitable[Bill | None]]


async def nightly(job: Job) -> None:
    """Yesterday, and the days before that are not balanced; then lines are forgotten that nobody needs."""
    today = _today(job)
    for back in range(LATE, 0, -1):
        on = today - timedelta(days=back)
        async with job.database.reading() as tx:
            known = await days.days(tx, on, on)
        if back == 1 or not known or any(row.state != "balanced" for row in known):
            await job.run(_again(on))
    await job.run(lambda context: calling.finance(context, today))
    while await job.run(lambda context: Telling(context).forget(today - KEPT)):
        pass
    while await job.run(lambda context: odd.forget(context.tx, today - KEPT, limit=AT_ONCE)):
        pass


async def _told_late(job: Job, touched: set[tuple[str, date]]) -> None:
    """Days of before that were told something new of: what the hospital was told late, a refund that took days."""
    for account, other in sorted(touched):
        async with job.database.reading() as tx:
            known = await days.day_of(tx, account, other)
        if known is not None and known.state not in ("no_bill", "no_hospital") and other > _today(job) - KEPT:
            if account != NOWHERE:
                await _own(job, account, other)
            await _match(job, account, other, bill=True, takings=True)


def _again(on: date) -> Any:
    async def put(context: Context) -> None:
        Matching(context).again(on)

    return put


def _today(job: Job) -> date:
    return HospitalClock(job.settings.timezone).today()


async def again(job: Job, payload: dict[str, Any]) -> None:
    """A day once more. `today`: the hospital was told something now that belongs to it."""
    if payload.get("today"):
        await _takings(job, _today(job), set())
    await reconcile(job, date.fromisoformat(payload["day"]))


async def reconcile(job: Job, on: date) -> None:
    """All accounts of a day. Each side is read to its end before it counts."""
    touched: set[tuple[str, date]] = set()
    takings = await _takings(job, on, touched)
    bills: dict[str, bool] = {}
    for channel in job.ports[PayChannels].offered(""):
        held = _account(job, channel.name, channel.bill, on, bills, touched)
        await alone(held, "bill_not_read", account=channel.name)
    for name, bill_of in _insurers(job):
        held = _account(job, name, bill_of, on, bills, touched)
        await alone(held, "bill_not_read", account=name)
    for account in [*bills, NOWHERE]:
        await _match(job, account, on, bill=bills.get(account, True), takings=takings)
    await _told_late(job, touched)
    while await job.run(lambda context: Telling(context).forget(on - KEPT)):
        pass


async def _account(
    job: Job, account: str, bill_of: BillOf, on: date, bills: dict[str, bool], touched: set[tuple[str, date]]
) -> None:
    bills[account] = False
    await _own(job, account, on)
    try:
        bill = await bill_of(on)
        if bill is not None:
            await _bill(job, account, on, bill, touched)
    except OutsideRefused as no:
        log.error("bill_not_a_bill", account=account, code=no.code)
    except OutsideError as error:
        log.warning("bill_not_fetched", account=account, error=type(error).__name__)
    async with job.database.reading() as tx:
        ours = await days.told(tx, "ours", account, on)
        kept = await days.told(tx, "channel", account, on)
    # Channels have no bill of a day on which nothing moved.
    bills[account] = kept is not None or ours is None or ours.lines == 0


def _insurers(job: Job) -> list[tuple[str, BillOf]]:
    """Those that pay the hospital, with what each says of a day."""

    def statement(make: Callable[[Any, date], Bill], insurer: Any) -> BillOf:
        async def bill(on: date) -> Bill:
            return make(insurer, on)

        return bill

    found = [(job.ports[Insurer].name, statement(Statement, job.ports[Insurer]))] if Insurer in job.ports else []
    commercial = job.ports[Commercials].all() if Commercials in job.ports else ()
    return [*found, *((each.name, statement(CommercialStatement, each)) for each in commercial)]


async def _own(job: Job, account: str, on: date) -> None:
    number = await job.run(lambda context: Telling(context).begin("ours", account, on))
    for since in await job.run(_hours_of(on)):

        async def one(context: Context, since: Any = since) -> None:
            await Telling(context).own(number, account, on, since)

        await job.run(one)
    await job.run(lambda context: Telling(context).done(number))


def _hours_of(on: date) -> Any:
    async def hours(context: Context) -> list[Any]:
        return Telling(context).hours(on)

    return hours


async def _bill(job: Job, account: str, on: date, bill: Bill, touched: set[tuple[str, date]]) -> None:
    async def lines() -> AsyncIterator[Told]:
        async for each in bill:
            yield told_of(each)

    number, counted = await _take_down(job, "channel", account, on, lines())
    flaw = flaw_of(counted, bill.totals)
    if flaw:
        log.error("bill_flawed", account=account, day=on.isoformat(), flaw=flaw)
    await job.run(lambda context: Telling(context).done(number, counted, flaw))
    async with job.database.reading() as tx:
        touched.update(await days.others_touched(tx, number, on))


async def _takings(job: Job, on: date, touched: set[tuple[str, date]]) -> bool:
    async def lines() -> AsyncIterator[Told]:
        async for each in job.ports[Charging].takings(on):
            yield Told(each.number, each.amount, each.at, each.refund, each.settlement)

    try:
        number, counted = await _take_down(job, "hospital", "", on, lines())
    except OutsideError:
        return False
    await job.run(lambda context: Telling(context).done(number, counted))
    async with job.database.reading() as tx:
        touched.update(await days.others_touched(tx, number, on))
    return True


async def _take_down(
    job: Job, side: Side, account: str, on: date, told: AsyncIterator[Told]
) -> tuple[int, Counted]:
    """All of it, in the memory of one batch."""
    number = await job.run(lambda context: Telling(context).begin(side, account, on))
    counted, batch = Counted(), list[Told]()

    async def write() -> None:
        some = list(batch)
        batch.clear()
        await job.run(lambda context: Telling(context).add(number, side, account, on, some))

    async for each in told:
        counted.add(abs(each.amount), each.fee, refund=bool(each.refund) or each.amount < 0)
        if each.moved:
            batch.append(each)
        if len(batch) == AT_ONCE:
            await write()
    await write()
    return number, counted


async def _match(job: Job, account: str, on: date, *, bill: bool, takings: bool) -> None:
    run = await job.run(lambda context: Matching(context).begin(account, on))
    after = ""
    while bill and takings:

        async def some(context: Context, last: str = after) -> str:
            return await Matching(context).some(account, on, run, last)

        after = await job.run(some)
        if not after:
            break
    state = await job.run(lambda context: Matching(context).end(account, on, run, bill=bill, takings=takings))
    log.info("day_reconciled", account=account, day=on.isoformat(), state=state)


HANDLES = {RECONCILE: Handles(again, tries=6, slowest_s=600)}
EVERY = {"payment.days": Daily(hour=10, minute=30, run=nightly)}
