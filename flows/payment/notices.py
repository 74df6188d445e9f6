"""What channels tell by themselves: heard in one transaction with being written down, so that an answer "received"
means that it was. What cannot be believed or placed is written down, too, for those who look after the money.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from bot import logs
from bot.context import Context
from flows.payment import store
from flows.payment.going_back import GoingBack
from flows.payment.hearing import Hearing
from flows.payment.odd.store import ODD
from integrations.paying.port import Back, Standing

log = logs.get(__name__)


async def hear(context: Context, account: str, notice_id: str, event: str, said: Standing | Back | None) -> str:
    """What became of a notice. One that was heard before is not heard again: its first answer holds."""
    known = await store.notice_of(context.tx, account, notice_id)
    if known is not None:
        return str(known.became)
    became = "none" if said is None else await _hear(context, account, said)
    number = "" if said is None else said.refund if isinstance(said, Back) else said.number
    odd = became in ODD
    await context.tx.insert_once(
        store.notice, account=account, notice_id=notice_id, event=event[:64], number=number[:64], became=became,
        said=json.dumps(asdict(said), default=str) if odd and said is not None else None, at=context.tx.now,
    )
    return became


async def _hear(context: Context, account: str, said: Standing | Back) -> str:
    try:
        if isinstance(said, Back):
            return await GoingBack(context).hear(said, account)
        return (await Hearing(context).hear(said, account)).value
    except LookupError:
        log.error("payment_unknown")
        return "unknown"
