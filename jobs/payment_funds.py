"""Fund-flow bills: what a merchant's account took and gave on a day, read once finance asks for it."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot import logs
from bot.context import Context
from bot.errors import OutsideError, OutsideRefused
from flows.payment.reconciling.funds.asking import FUNDS, Asking
from flows.payment.reconciling.funds.rules import KEPT, Line, Sums, line_of
from integrations.paying.port import Funds, PayChannels, TellsFunds
from jobs.job import Job
from jobs.outbox import Handles

AT_ONCE = 500
MOST_LINES = 1_000_000
log = logs.get(__name__)


async def fetch(job: Job, payload: dict[str, Any]) -> None:
    """Read to its end, or nothing of it counts; whatever goes wrong is told, and finance asks again."""
    account, on = payload["account"], date.fromisoformat(payload["day"])
    try:
        read = await _read(job, account, on)
    except OutsideRefused as no:
        log.error("funds_not_a_bill", account=account, code=no.code)
        read = None
    except OutsideError as error:
        log.warning("funds_not_fetched", account=account, error=type(error).__name__)
        read = None
    state = "failed" if read is None else "read" if read else "none"
    await job.run(lambda context: Asking(context).done(account, on, state, **(read or {})))
    log.info("funds_asked", account=account, day=on.isoformat(), state=state)


async def _read(job: Job, account: str, on: date) -> dict[str, Any]:
    """What the bill comes to; nothing where there is none."""
    channel = next((each for each in job.ports[PayChannels].offered("") if each.name == account), None)
    if not isinstance(channel, TellsFunds):
        raise OutsideRefused("not_set_up", system=account)
    bill = await channel.fund_bill(on)
    return {} if bill is None else await _of(job, account, bill)


async def _of(job: Job, account: str, bill: Funds) -> dict[str, Any]:
    sums, strange, many, batch, lines = Sums(), list[Line](), 0, list[Line](), 0

    async def held() -> int:
        some = list(batch)
        batch.clear()

        async def look(context: Context) -> list[Line]:
            return await Asking(context).strange(account, some)

        found = await job.run(look)
        strange.extend(found[: KEPT - len(strange)])
        return len(found)

    async for told in bill:
        lines += 1
        if lines > MOST_LINES:
            raise OutsideRefused("too-large", system=account)
        line = line_of(told)
        sums.add(line)
        batch.append(line)
        if len(batch) == AT_ONCE:
            many += await held()
    many += await held()
    return {
        "kinds": [each.plain() for each in sums.kinds], "flaw": "" if bill.whole else "sums_differ",
        "odd": {"many": many, "lines": [each.plain() for each in strange]},
    }


HANDLES = {FUNDS: Handles(fetch, tries=6, slowest_s=600)}
