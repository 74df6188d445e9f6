"""The tables of payment, and the reads on them. payment_order 1-n payment_payment 1-n payment_refund; what moved stands
in the ledger (book.py), which is only ever added to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    or_,
    select,
)

from bot.db.change import Change
from bot.db.lookup import Lookup, asked
from bot.db.schema import Moment, Sealed, code, key, public_id, table, whole
from bot.db.transaction import Transaction
from flows.payment.rules import OPEN_PAYMENT

order = table(
    "payment_order",
    key(),
    public_id(),
    Column("kind", code(16), nullable=False),  # registration, outpatient, deposit …
    Column("owner", code(16), nullable=False),  # the area that asked for it
    Column("about", code(64), nullable=False),  # what it calls the thing that is paid for
    Column("open_key", code(96), unique=True),  # owner and about while it can be paid: nobody owes a thing twice
    Column("contact_id", whole(), ForeignKey("contact.id"), nullable=False),
    Column("person_id", whole(), nullable=False),
    Column("site", code(16), nullable=False),
    Column("clinic", code(32), nullable=False, default="", server_default=""),
    Column("facts", Sealed("payment_order.facts"), nullable=False),  # what its owner has shown of it
    Column("bill", code(64), nullable=False, default="", server_default=""),  # the hospital's, where one is there
    Column("amount", Integer, nullable=False),  # fen
    # of it insurers pay, as agreed; and of that a commercial one
    Column("insured", Integer, nullable=False, default=0, server_default="0"),
    Column("covered", Integer, nullable=False, default=0, server_default="0"),
    Column("currency", code(3), nullable=False),
    Column("state", code(12), nullable=False),  # rules.OrderState
    Column("expires_at", Moment, nullable=False),
    Column("unwanted", Boolean, nullable=False, default=False),  # given up before the hospital had it as paid
    Column("settlement", code(64)),  # the hospital's, once it has it as paid
    Column("told_at", Moment),  # when the hospital was told last; its answer may still be on its way
    Column("settle_refusal", code(64)),  # the hospital's reason, where it refused for good
    Column("receipt", code(64)),
    Column("window", String(120)),  # where it is shown in the hospital (take the medicine at …)
    Column("invoice", code(64)),  # the hospital's electronic one
    Column("invoice_url", code(255)),
    Column("created_at", Moment, nullable=False),
    Column("created_by", code(64), nullable=False),
    Column("paid_at", Moment),
    Column("settled_at", Moment),
    Column("ended_at", Moment),
    Index("ix_payment_order_contact", "contact_id", "created_at"),
    Index("ix_payment_order_person", "person_id", "created_at"),
    Index("ix_payment_order_about", "owner", "about"),
    Index("ix_payment_order_state", "state", "expires_at"),
    Index("ix_payment_order_created", "created_at"),
    Index("ix_payment_order_paid", "paid_at"),
)

payment = table(
    "payment_payment",
    key(),
    Column("order_id", whole(), ForeignKey("payment_order.id"), nullable=False),
    Column("number", code(32), nullable=False, unique=True),  # ours, at the channel
    Column("account", code(32), nullable=False),  # the merchant account, as the settings call it
    Column("channel", code(16), nullable=False),
    Column("way", code(8), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("state", code(8), nullable=False),  # rules.PaymentState
    Column("use", code(8)),  # of its money: applied, excess
    Column("sheet", Sealed("payment_payment.sheet")),
    Column("payer", Sealed("payment_payment.payer")),  # who began it, where known; then as the channel says
    Column("channel_number", code(64)),
    Column("refusal", code(64)),
    Column("told_amount", Integer),  # fen that its channel has instead, 0 for none; where that is not what was asked
    Column("told_number", code(64)),
    Column("told_at", Moment),
    Column("expires_at", Moment, nullable=False),
    Column("asks", SmallInteger, nullable=False, default=0),
    Column("ask_at", Moment),
    Column("checking_at", Moment),  # since when the payer says that it was paid, and nobody knows yet
    Column("created_at", Moment, nullable=False),
    Column("opened_at", Moment),
    Column("paid_at", Moment),
    Column("ended_at", Moment),
    UniqueConstraint("account", "channel_number"),
    Index("ix_payment_payment_order", "order_id", "state"),
    Index("ix_payment_payment_ask", "ask_at"),
    Index("ix_payment_payment_told", "told_at"),
    Index("ix_payment_payment_paid", "paid_at"),
)

refund = table(
    "payment_refund",
    key(),
    public_id(),
    Column("order_id", whole(), ForeignKey("payment_order.id"), nullable=False),
    Column("payment_id", whole(), ForeignKey("payment_payment.id")),  # none where the insurance paid all
    Column("number", code(32), nullable=False, unique=True),
    Column("request_id", code(96), nullable=False, unique=True),
    Column("amount", Integer, nullable=False),
    Column("insured", Integer, nullable=False, default=0, server_default="0"),  # of the insurance, undone with it
    Column("why", code(24), nullable=False),
    Column("note", Sealed("payment_refund.note")),  # what the member of staff wrote who asked for it
    # waiting (for a second person), agreed, allowed (by the hospital), sent, back, stuck, refused
    Column("state", code(8), nullable=False),
    Column("of_excess", Boolean, nullable=False),  # the hospital never had this money
    Column("permission", code(64)),  # the hospital's code of its consent
    Column("refusal", code(64)),
    Column("channel_refund", code(64)),
    Column("asks", SmallInteger, nullable=False, default=0),
    Column("ask_at", Moment),
    Column("told_at", Moment),  # the hospital knows that the money is back
    Column("created_at", Moment, nullable=False),
    Column("created_by", code(64), nullable=False),
    Column("approved_at", Moment),
    Column("approved_by", code(64)),
    Column("sent_at", Moment),
    Column("back_at", Moment),
    Column("let_at", Moment),  # that the hospital refused it was looked at, and is to stay so
    Column("let_by", code(64)),
    Index("ix_payment_refund_order", "order_id", "state"),
    Index("ix_payment_refund_state", "state", "created_at"),
    Index("ix_payment_refund_ask", "ask_at"),
    Index("ix_payment_refund_back", "back_at"), Index("ix_payment_refund_sent", "sent_at"),
    Index("ix_payment_refund_outside", "channel_refund"),
)

notice = table(
    "payment_notice",
    key(),
    Column("account", code(32), nullable=False),
    Column("notice_id", code(128), nullable=False),  # the channel's: the same when it comes again
    Column("event", code(64), nullable=False),
    Column("number", code(64), nullable=False),  # ours, as the notice has it
    Column("became", code(16), nullable=False),  # a verdict, "unknown" for a number that we never gave
    Column("said", Sealed("payment_notice.said")),  # in full, where it could not be believed or placed
    Column("at", Moment, nullable=False),
    Column("looked_at", Moment),  # a member of staff says what it was about
    Column("looked_by", code(64)),
    Column("look_note", Sealed("payment_notice.look_note")),
    UniqueConstraint("account", "notice_id"),
    Index("ix_payment_notice_number", "number"),
    Index("ix_payment_notice_became", "became", "at"),
)


async def lock(tx: Transaction, order_id: int) -> Row[Any] | None:
    """The order, which nobody else changes until the transaction ends. It is locked before anything of its owner."""
    return await _locked.first(tx, of=order_id)


async def order_of_public(tx: Transaction, public: str) -> Row[Any] | None:
    return await tx.one(select(order).where(order.c.public_id == public))


async def order_about(tx: Transaction, owner: str, about: str) -> Row[Any] | None:
    """The latest order for this thing."""
    mine = select(order).where(order.c.owner == owner, order.c.about == about)
    return await tx.one(mine.order_by(order.c.id.desc()).limit(1))


async def payment_of_number(tx: Transaction, number: str) -> Row[Any] | None:
    return await _payment_of_number.first(tx, number=number)


async def payment_by(tx: Transaction, payment_id: int) -> Row[Any] | None:
    return await _payment_by.first(tx, of=payment_id)


async def payments_of(tx: Transaction, order_id: int, states: Sequence[str] = ()) -> Sequence[Row[Any]]:
    """Of an order, the first first; in `states` alone where some are given."""
    mine = select(payment).where(payment.c.order_id == order_id)
    if states:
        mine = mine.where(payment.c.state.in_(states))
    return await tx.all(mine.order_by(payment.c.id))


async def refund_by(tx: Transaction, refund_id: int) -> Row[Any] | None:
    return await tx.one(select(refund).where(refund.c.id == refund_id))


async def refund_of_public(tx: Transaction, public: str) -> Row[Any] | None:
    return await tx.one(select(refund).where(refund.c.public_id == public))


async def refund_of_number(tx: Transaction, number: str) -> Row[Any] | None:
    return await tx.one(select(refund).where(refund.c.number == number))


async def refund_of_request(tx: Transaction, request_id: str) -> Row[Any] | None:
    return await tx.one(select(refund).where(refund.c.request_id == request_id))


async def refunds_of(tx: Transaction, order_id: int) -> Sequence[Row[Any]]:
    return await tx.all(select(refund).where(refund.c.order_id == order_id).order_by(refund.c.id))


async def move_order(tx: Transaction, order_id: int, was: Sequence[str], **values: Any) -> bool:
    """Change an order that is in one of the states `was`; False where it is not any more."""
    return await _order.run(tx, order_id, was, values)


async def move_payment(tx: Transaction, payment_id: int, was: Sequence[str], **values: Any) -> bool:
    return await _payment.run(tx, payment_id, was, values)


async def move_refund(tx: Transaction, refund_id: int, was: Sequence[str], **values: Any) -> bool:
    return await _refund.run(tx, refund_id, was, values)


async def open_payments(tx: Transaction, order_id: int) -> Sequence[Row[Any]]:
    return await _open_payments.rows(tx, order_id=order_id)


async def wanted_back(tx: Transaction, payment_id: int) -> int:
    """What of a payment went back or is on its way, in fen."""
    mine = select(func.coalesce(func.sum(refund.c.amount), 0)).where(refund.c.payment_id == payment_id)
    return int(await tx.scalar(mine.where(refund.c.state != "refused")))


async def notice_of(tx: Transaction, account: str, notice_id: str) -> Row[Any] | None:
    """What a channel told before under this id of its own."""
    return await _notice_of.first(tx, account=account, notice_id=notice_id)


# What every notice asks and changes.
_locked = Lookup(lambda: select(order).where(order.c.id == asked(order.c.id, "of")).with_for_update())
_payment_of_number = Lookup(lambda: select(payment).where(payment.c.number == asked(payment.c.number)))
_payment_by = Lookup(lambda: select(payment).where(payment.c.id == asked(payment.c.id, "of")))
_open_payments = Lookup(lambda: select(payment).where(
    payment.c.order_id == asked(payment.c.order_id), or_(*(payment.c.state == state for state in OPEN_PAYMENT))
).order_by(payment.c.id))
_notice_of = Lookup(lambda: select(notice).where(
    notice.c.account == asked(notice.c.account), notice.c.notice_id == asked(notice.c.notice_id)
))
_order, _payment, _refund = Change(order), Change(payment), Change(refund)
