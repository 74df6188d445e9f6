"""Claims on commercial insurers: one row for each time that somebody wanted one to pay."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Row, Select, SmallInteger, func, or_, select, update

from bot.db.lookup import Lookup, asked, most
from bot.db.schema import Moment, Sealed, code, key, public_id, table, whole
from bot.db.transaction import Transaction
from flows.payment.covered.rules import ALIVE, WAITING
from flows.payment.store import order

PAGE = 20

cover = table(
    "payment_cover",
    key(),
    public_id(),
    Column("order_id", whole(), ForeignKey("payment_order.id"), nullable=False),
    Column("open_key", whole(), unique=True),  # the order while it is alive: an order has one such claim
    Column("number", code(26), nullable=False, unique=True),  # ours, at the insurer
    Column("insurer", code(16), nullable=False),
    Column("way", code(8), nullable=False),  # direct, after
    Column("state", code(8), nullable=False),  # rules.CoverState
    Column("identity", Sealed("payment_cover.identity")),  # JSON: type, number, name; none once it is not needed
    Column("policies", Sealed("payment_cover.policies")),  # JSON: what the insurer knows of them
    Column("policy", Sealed("payment_cover.policy")),  # the code of the one that is claimed on
    Column("product", Sealed("payment_cover.product")),  # what it is called
    Column("amount", Integer, nullable=False),  # fen that are claimed
    Column("pays", Integer, nullable=False, default=0, server_default="0"),
    Column("code", code(64)),  # the insurer's
    Column("wants", code(64)),  # what is missing; words with a space between
    Column("note", Sealed("payment_cover.note")),  # what staff sent after
    Column("rounds", SmallInteger, nullable=False, default=0, server_default="0"),  # so often something was sent after
    Column("consent", code(20), nullable=False),  # version of what was agreed to before anything was told
    Column("consented_at", Moment, nullable=False),
    Column("consented_by", code(64), nullable=False),
    Column("revoked_at", Moment),  # the consent was taken back
    Column("undo", Boolean, nullable=False, default=False),  # its bill went back: nothing of it is to stand
    Column("asks", SmallInteger, nullable=False, default=0, server_default="0"),
    Column("ask_at", Moment),
    Column("sent_at", Moment),
    Column("answered_at", Moment),
    Column("agreed_at", Moment),
    Column("told_at", Moment),  # when the insurer was told to settle
    Column("settled_at", Moment),
    Column("reversed_at", Moment),
    Column("refusal", code(64)),
    Column("ended_at", Moment),
    Column("cleared_at", Moment),  # it is sure that nothing of it stands there
    Index("ix_payment_cover_order", "order_id", "id"),
    Index("ix_payment_cover_ask", "ask_at"),
    Index("ix_payment_cover_state", "state", "id"),
    Index("ix_payment_cover_settled", "settled_at"),
    Index("ix_payment_cover_reversed", "reversed_at"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which claims the desk looks for; "" and None leave a filter out."""

    state: str = ""
    insurer: str = ""
    way: str = ""
    number: str = ""
    """Of ours, of the insurer, or the public id of the order."""
    since: datetime | None = None
    until: datetime | None = None
    clinics: Sequence[str] | None = None


async def by_id(tx: Transaction, cover_id: int) -> Row[Any] | None:
    return await tx.one(select(cover).where(cover.c.id == cover_id))


async def of_public(tx: Transaction, public: str) -> Row[Any] | None:
    return await tx.one(select(cover).where(cover.c.public_id == public))


async def of_number(tx: Transaction, number: str) -> Row[Any] | None:
    return await tx.one(select(cover).where(cover.c.number == number))


async def of_order(tx: Transaction, order_id: int) -> Row[Any] | None:
    """The latest of an order."""
    return await tx.one(select(cover).where(cover.c.order_id == order_id).order_by(cover.c.id.desc()).limit(1))


async def alive(tx: Transaction, order_id: int) -> Row[Any] | None:
    return await tx.one(select(cover).where(cover.c.open_key == order_id))


async def covers_of(tx: Transaction, order_id: int) -> Sequence[Row[Any]]:
    return await tx.all(select(cover).where(cover.c.order_id == order_id).order_by(cover.c.id))


async def asks_due(tx: Transaction, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Claims whose insurer is asked now how they stand."""
    return await _asks.rows(tx, now=now, most=limit)


_asks = Lookup(lambda: select(cover.c.id).where(
    cover.c.ask_at <= asked(cover.c.ask_at, "now"), or_(*(cover.c.state == state for state in WAITING))
).order_by(cover.c.ask_at).limit(most()))


async def move(tx: Transaction, cover_id: int, was: Sequence[str], **values: Any) -> bool:
    """Change a claim that is in one of the states `was`; False where it is not any more."""
    if "state" in values and values["state"] not in ALIVE:
        values |= {"open_key": None}
    mine = update(cover).where(cover.c.id == cover_id, cover.c.state.in_(was))
    return await tx.update(mine.values(**values)) == 1


async def later(tx: Transaction, cover_id: int, asks: int, ask_at: datetime) -> None:
    mine = update(cover).where(cover.c.id == cover_id, cover.c.state.in_(WAITING))
    await tx.update(mine.values(asks=asks, ask_at=ask_at))


async def clear(tx: Transaction, cover_id: int, at: datetime) -> None:
    """Nothing of it stands at the insurer any more."""
    mine = update(cover).where(cover.c.id == cover_id)
    await tx.update(mine.values(cleared_at=at, identity=None, policies=None, policy=None, ask_at=None))


async def of_desk(tx: Transaction, wanted: Wanted, *, limit: int = PAGE, offset: int = 0) -> Sequence[Row[Any]]:
    """Claims with what their order is, the latest first."""
    fields = (cover, order.c.public_id.label("order_public"), order.c.clinic, order.c.facts, order.c.kind)
    found = _filtered(select(*fields).select_from(cover.join(order, order.c.id == cover.c.order_id)), wanted)
    return await tx.all(found.order_by(cover.c.id.desc()).limit(limit).offset(offset))


async def count(tx: Transaction, wanted: Wanted) -> int:
    joined = select(func.count()).select_from(cover.join(order, order.c.id == cover.c.order_id))
    return int(await tx.scalar(_filtered(joined, wanted)))


async def named(tx: Transaction, ids: Collection[str]) -> list[Row[Any]]:
    """(public_id, facts, amount, created_at, clinic) of the claims that are there."""
    at_ = cover.c.consented_at.label("created_at")
    fields = (cover.c.public_id, order.c.facts, cover.c.amount, at_, order.c.clinic)
    wanted, found = sorted(ids), list[Row[Any]]()
    for at in range(0, len(wanted), 500):
        mine = select(*fields).select_from(cover.join(order, order.c.id == cover.c.order_id))
        found += await tx.all(mine.where(cover.c.public_id.in_(wanted[at : at + 500])))
    return found


def _filtered(found: Select[Any], wanted: Wanted) -> Select[Any]:
    for column, value in ((cover.c.state, wanted.state), (cover.c.insurer, wanted.insurer), (cover.c.way, wanted.way)):
        if value:
            found = found.where(column == value)
    if wanted.clinics is not None:
        found = found.where(order.c.clinic.in_(wanted.clinics))
    if wanted.since is not None:
        found = found.where(cover.c.consented_at >= wanted.since)
    if wanted.until is not None:
        found = found.where(cover.c.consented_at < wanted.until)
    if wanted.number:
        found = found.where(or_(
            cover.c.number == wanted.number, cover.c.code == wanted.number, order.c.public_id == wanted.number
        ))
    return found
