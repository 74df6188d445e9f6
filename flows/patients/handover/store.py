"""The hand-overs. A code is kept as its keyed hash; `live` is 1 while it counts and NULL after, so that only codes
that count exclude each other.

::

    open --agreed by one taker--> asked --the giver--> given --the giver--> ended
      +--time--> expired            +--> refused | expired
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Row, SmallInteger, UniqueConstraint, func, or_, select, update

from bot.db.contacts import contact
from bot.db.lookup import Lookup, asked, most
from bot.db.schema import Moment, code, hashed, key, new_public_id, public_id, table, whole
from bot.db.transaction import Transaction
from flows.patients import store

handover = table(
    "patients_handover",
    key(),
    public_id(),
    Column("state", code(8), nullable=False),
    Column("live", SmallInteger),
    Column("giver_id", whole(), ForeignKey(contact.c.id), nullable=False),
    Column("person_id", whole(), ForeignKey("patients_person.id"), nullable=False),
    Column("reach", code(8), nullable=False),
    Column("code_hash", hashed(), nullable=False),
    # Who opened it first; nobody else can from then on.
    Column("taker_id", whole(), ForeignKey(contact.c.id)),
    Column("relation", code(8)),
    Column("consent", code(20)),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("asked_at", Moment),
    Column("ended_at", Moment),
    UniqueConstraint("code_hash", "live"),
    Index("ix_patients_handover_giver", "giver_id", "person_id", "state"),
    Index("ix_patients_handover_taker", "taker_id", "state"),
    Index("ix_patients_handover_due", "state", "expires_at"),
)

_OVER = {"live": None}


async def add(
    tx: Transaction, giver_id: int, person_id: int, reach: str, digits: bytes, expires: datetime
) -> str | None:
    """The new public id; None where the same code counts already and another must be drawn."""
    name = new_public_id()
    made = await tx.insert_once(
        handover, public_id=name, state="open", live=1, giver_id=giver_id, person_id=person_id, reach=reach,
        code_hash=digits, created_at=tx.now, expires_at=expires,
    )
    return name if made else None


async def find(tx: Transaction, name: str, *, lock: bool = False) -> Row[Any] | None:
    found = select(handover).where(handover.c.public_id == name)
    return await tx.one(found.with_for_update() if lock else found)


async def live(tx: Transaction, digits: bytes) -> Row[Any] | None:
    """The hand-over whose code this is, while the code counts."""
    return await tx.one(select(handover).where(handover.c.code_hash == digits, handover.c.live == 1))


async def bind(tx: Transaction, row_id: int, taker_id: int) -> bool:
    """Guarded: True for the first contact, whoever else opens it at the same moment."""
    free = (handover.c.id == row_id, handover.c.state == "open", handover.c.taker_id.is_(None))
    mine = update(handover).where(*free, handover.c.giver_id != taker_id, handover.c.expires_at > tx.now)
    return await tx.update(mine.values(taker_id=taker_id)) == 1


async def ask(tx: Transaction, row_id: int, taker_id: int, relation: str, consent: str, expires: datetime) -> bool:
    """Guarded: the taker agreed, the giver is to be asked. From here on the code counts no more."""
    own = (handover.c.id == row_id, handover.c.state == "open", handover.c.taker_id == taker_id)
    values = {"relation": relation, "consent": consent, "asked_at": tx.now, "expires_at": expires, **_OVER}
    mine = update(handover).where(*own, handover.c.expires_at > tx.now)
    return await tx.update(mine.values(state="asked", **values)) == 1


async def settle(tx: Transaction, row_id: int, state: str, *, was: str) -> bool:
    """Guarded: True for the one call that ended this state."""
    mine = update(handover).where(handover.c.id == row_id, handover.c.state == was)
    return await tx.update(mine.values(state=state, ended_at=tx.now, **_OVER)) == 1


async def close(tx: Transaction, giver_id: int, person_id: int) -> None:
    """Links and codes of this giver for this person that nobody has agreed to yet are worth nothing from now on."""
    old = (handover.c.giver_id == giver_id, handover.c.person_id == person_id, handover.c.state == "open")
    await tx.update(update(handover).where(*old).values(state="expired", ended_at=tx.now, **_OVER))


async def due(tx: Transaction, limit: int) -> Sequence[Row[Any]]:
    """What nobody answered in time."""
    return await _due.rows(tx, now=tx.now, most=limit)


_due = Lookup(lambda: select(handover).where(
    or_(handover.c.state == "open", handover.c.state == "asked"),
    handover.c.expires_at <= asked(handover.c.expires_at, "now"),
).order_by(handover.c.id).limit(most()))


async def asked_of(tx: Transaction, giver_id: int, person_id: int | None = None) -> Sequence[Row[Any]]:
    """What this giver has still to answer, the oldest first."""
    found = select(handover).where(handover.c.giver_id == giver_id, handover.c.state == "asked")
    if person_id is not None:
        found = found.where(handover.c.person_id == person_id)
    return await tx.all(found.where(handover.c.expires_at > tx.now).order_by(handover.c.id))


async def begun_by(tx: Transaction, taker_id: int) -> Sequence[Row[Any]]:
    """(public_id, name) of what this taker opened and has not agreed to yet."""
    found = select(handover.c.public_id, store.person.c.name).join(
        store.person, store.person.c.id == handover.c.person_id
    )
    mine = (handover.c.taker_id == taker_id, handover.c.state == "open", handover.c.expires_at > tx.now)
    return await tx.all(found.where(*mine).order_by(handover.c.id))


async def helpers(tx: Transaction, giver_id: int, person_id: int) -> Sequence[Row[Any]]:
    """(public_id, taker_id) of who helps this person because this giver allowed it: the newest hand-over of each."""
    helping = (
        store.link.c.contact_id == handover.c.taker_id,
        store.link.c.person_id == handover.c.person_id,
        store.link.c.active == 1,
        store.link.c.proof == "consent",
    )
    given = (handover.c.giver_id == giver_id, handover.c.person_id == person_id, handover.c.state == "given")
    newest = select(func.max(handover.c.id)).join(store.link, helping[0]).where(*given, *helping[1:])
    ids = [row[0] for row in await tx.all(newest.group_by(handover.c.taker_id))]
    found = select(handover.c.public_id, handover.c.taker_id, handover.c.id).where(handover.c.id.in_(ids))
    return await tx.all(found.order_by(handover.c.id))


async def helped(tx: Transaction, taker_id: int) -> Sequence[Row[Any]]:
    """(public_id, giver_id, person_id, person, name, easy, aloud) of givers whom this taker helps: the newest hand-over
    of each, of the giver's own person alone."""
    own, mine = store.link.alias("own"), store.link
    newest = (
        select(func.max(handover.c.id))
        .join(mine, (mine.c.contact_id == handover.c.taker_id) & (mine.c.person_id == handover.c.person_id))
        .join(own, (own.c.contact_id == handover.c.giver_id) & (own.c.person_id == handover.c.person_id))
        .where(
            handover.c.taker_id == taker_id, handover.c.state == "given", mine.c.active == 1,
            mine.c.proof == "consent", own.c.active == 1, own.c.relation == "self",
        )
        .group_by(handover.c.giver_id)
    )
    ids = [row[0] for row in await tx.all(newest)]
    found = (
        select(
            handover.c.public_id, handover.c.giver_id, handover.c.person_id, contact.c.easy, contact.c.aloud,
            store.person.c.public_id.label("person"), store.person.c.name,
        )
        .join(store.person, store.person.c.id == handover.c.person_id)
        .join(contact, contact.c.id == handover.c.giver_id)
    )
    return await tx.all(found.where(handover.c.id.in_(ids)).order_by(handover.c.id))


async def self_of(tx: Transaction, contact_id: int) -> Row[Any] | None:
    """(name, mobile) of the contact as a person: the name of their own document, the phone that they proved."""
    own = (store.link.c.contact_id == contact_id, store.link.c.active == 1, store.link.c.relation == "self")
    found = select(store.person.c.name, store.link.c.mobile)
    found = found.join(store.link, store.link.c.person_id == store.person.c.id)
    return await tx.one(found.where(*own, store.person.c.active == 1).limit(1))
