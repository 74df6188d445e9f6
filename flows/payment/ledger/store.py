"""The ledger as it is kept: movements and their entries, added and never changed; triggers of the database forbid it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Dialect, ForeignKey, Index, Row, func, insert, select

from bot.clock import HospitalClock
from bot.db.link import Step
from bot.db.lookup import asked
from bot.db.prepared import Prepared
from bot.db.schema import Moment, code, key, table, whole
from bot.db.transaction import Transaction
from flows.payment.ledger.rules import Movement

movement = table(
    "payment_movement",
    key(),
    Column("cause", code(80), nullable=False, unique=True),
    Column("kind", code(12), nullable=False),
    Column("order_id", whole(), ForeignKey("payment_order.id"), nullable=False),
    Column("day", Date, nullable=False),  # the hospital's
    Column("at", Moment, nullable=False),
    Column("by", code(64), nullable=False),
    Index("ix_payment_movement_order", "order_id"),
    Index("ix_payment_movement_day", "day", "kind"),
)

entry = table(
    "payment_entry",
    key(),
    Column("movement_id", whole(), ForeignKey("payment_movement.id"), nullable=False),
    Column("account", code(64), nullable=False),
    Column("amount", BigInteger, nullable=False),  # fen, signed
    Index("ix_payment_entry_account", "account", "amount"),
    Index("ix_payment_entry_movement", "movement_id"),
)


async def add(tx: Transaction, moved: Movement, clock: HospitalClock, by: str) -> None:
    """Write a movement down with its entries, in one packet. Its cause is unique: that it was written before is a fault
    of whoever asks, and fails."""
    if not tx.writable:
        raise AssertionError("who only reads writes nothing")
    writes = _writes.get(tx.link.dialect.name)
    if writes is None:
        writes = _writes[tx.link.dialect.name] = _Writes(tx.link.dialect)
    facts = {"cause": moved.cause, "kind": moved.kind, "order_id": moved.order, "day": clock.local(tx.now).date(),
             "at": tx.now, "by": by}
    pair = [{"cause": moved.cause, "account": each.account, "amount": each.amount} for each in moved.entries]
    steps: list[Step] = [(writes.movement, writes.movement.args(facts))]
    steps += [(writes.entry, writes.entry.args(each)) for each in pair]
    await tx.link.script(steps, begin=not tx.link.in_transaction)


class _Writes:
    """Compiled once for a dialect. An entry finds its movement by the cause, which nothing else has."""

    def __init__(self, dialect: Dialect) -> None:
        given = {each.name: asked(each) for each in movement.c if each.name != "id"}
        self.movement = Prepared(insert(movement).values(given), dialect)
        number = select(movement.c.id).where(movement.c.cause == asked(movement.c.cause)).scalar_subquery()
        values = {"movement_id": number, "account": asked(entry.c.account), "amount": asked(entry.c.amount)}
        self.entry = Prepared(insert(entry).values(values), dialect)


_writes: dict[str, _Writes] = {}


async def of_order(tx: Transaction, order_id: int) -> Sequence[Row[Any]]:
    """(kind, at, by, account, amount) of an order's entries, the first first."""
    fields = (movement.c.kind, movement.c.at, movement.c.by, entry.c.account, entry.c.amount)
    mine = select(*fields).select_from(entry.join(movement, movement.c.id == entry.c.movement_id))
    return await tx.all(mine.where(movement.c.order_id == order_id).order_by(entry.c.id))


async def balance(tx: Transaction, account: str) -> int:
    """What stands on an account, in fen."""
    return int(await tx.scalar(select(func.coalesce(func.sum(entry.c.amount), 0)).where(entry.c.account == account)))
