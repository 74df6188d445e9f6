"""What channels tell by themselves: heard in one transaction with being written down, so that an answer "received" means
that it was. What cannot be believed or placed is written down, too, for those who look after the money."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, Row, UniqueConstraint, select

from bot import logs
from bot.context import Context
from bot.db.schema import Moment, code, key, table
from bot.db.transaction import Transaction
from flows.payment.giving_back import GivingBack
from flows.payment.orders import Orders
from integrations.paying.port import Back, Standing

log = logs.get(__name__)

notice = table(
    "payment_notice",
    key(),
    Column("account", code(32), nullable=False),
    Column("notice_id", code(128), nullable=False),  # the channel's: the same when it comes again
    Column("event", code(64), nullable=False),
    Column("number", code(64), nullable=False),  # ours, as the notice has it
    Column("became", code(16), nullable=False),  # a verdict, "unknown" for a number that we never gave
    Column("at", Moment, nullable=False),
    UniqueConstraint("account", "notice_id"),
    Index("ix_payment_notice_number", "number"),
    Index("ix_payment_notice_became", "became", "at"),
)


async def hear(context: Context, account: str, notice_id: str, event: str, said: Standing | Back | None) -> str:
    """What became of a notice. One that was heard before is not heard again: its first answer holds."""
    known: Row[Any] | None = await _known(context.tx, account, notice_id)
    if known is not None:
        return str(known.became)
    became = "none" if said is None else await _hear(context, said)
    number = "" if said is None else said.refund if isinstance(said, Back) else said.number
    await context.tx.insert_once(
        notice, account=account, notice_id=notice_id, event=event[:64], number=number[:64], became=became,
        at=context.tx.now,
    )
    return became


async def _hear(context: Context, said: Standing | Back) -> str:
    try:
        if isinstance(said, Back):
            await GivingBack(context).hear(said)
            return "heard"
        return (await Orders(context).hear(said)).value
    except LookupError:
        log.error("payment_unknown")
        return "unknown"


async def _known(tx: Transaction, account: str, notice_id: str) -> Row[Any] | None:
    mine = select(notice.c.became).where(notice.c.account == account, notice.c.notice_id == notice_id)
    return await tx.one(mine)
