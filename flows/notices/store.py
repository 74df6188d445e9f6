"""The tables of the notices (prefix notices_) and the only SQL on them.

A push is `waiting` until it is `sent` (by `way`), `fell` (no way was left), became `useless`, was `withdrawn`, is not
wanted (`off`) or is `dead` (staff must look). `taken_until` guards a waiting push while one worker sends it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Row,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from bot.db.addition import Addition
from bot.db.contacts import contact
from bot.db.schema import Moment, Sealed, code, key, new_public_id, public_id, table, whole
from bot.db.transaction import Transaction

WAITING, SENT, FELL, USELESS, WITHDRAWN, OFF, DEAD = "waiting", "sent", "fell", "useless", "withdrawn", "off", "dead"

push = table(
    "notices_push",
    key(),
    public_id(),
    Column("kind", code(64), nullable=False),
    Column("about", code(96), nullable=False),
    Column("contact_id", whole(), ForeignKey("contact.id"), nullable=False),
    Column("facts", Sealed("notices_push.facts"), nullable=False),
    Column("state", code(12), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("useless_after", Moment),
    Column("taken_until", Moment),
    Column("way", code(20)),
    Column("tried", code(80), nullable=False),
    Column("message_id", code(80)),
    Column("sent_at", Moment),
    Column("seen", Boolean, nullable=False),
    Column("delivered", code(40)),
    Column("delivered_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("error", code(80)),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("kind", "about", "contact_id"),
    Index("ix_notices_push_message", "message_id"),
    Index("ix_notices_push_contact", "contact_id", "kind", "created_at"),
    Index("ix_notices_push_state", "state", "due_at"),
)

call_task = table(
    "notices_call_task",
    key(),
    public_id(),
    Column("contact_id", whole(), ForeignKey("contact.id"), nullable=False),
    Column("push_id", whole(), ForeignKey("notices_push.id"), nullable=False, unique=True),
    Column("reason", code(80), nullable=False),
    Column("state", code(8), nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_notices_call_task_state", "state", "created_at"),
)


_new = Addition(push)


async def add(
    tx: Transaction, kind: str, about: str, contact_id: int, facts: Mapping[str, Any], due: datetime,
    useless_after: datetime | None,
) -> str | None:
    """The public id of the new push; None when it is there. One that was withdrawn comes to life again."""
    made, sealed = new_public_id(), json.dumps(facts, ensure_ascii=False, default=_plain)
    fresh = {"state": WAITING, "facts": sealed, "due_at": due, "useless_after": useless_after, "tried": "",
             "attempts": 0, "seen": False, "created_at": tx.now}
    if await _new.once(tx, public_id=made, kind=kind, about=about, contact_id=contact_id, **fresh):
        return made
    same = (push.c.kind == kind, push.c.about == about, push.c.contact_id == contact_id)
    revived = await tx.update(update(push).where(*same, push.c.state == WITHDRAWN).values(**fresh, public_id=made))
    return made if revived else None


async def withdraw(tx: Transaction, kind: str, about: str, contact_id: int | None) -> int:
    """Take back what waits and is not being sent at this moment. Gives how many."""
    idle = or_(push.c.taken_until.is_(None), push.c.taken_until < tx.now)
    mine = update(push).where(push.c.kind == kind, push.c.about == about, push.c.state == WAITING, idle)
    if contact_id is not None:
        mine = mine.where(push.c.contact_id == contact_id)
    return await tx.update(mine.values(state=WITHDRAWN))


async def contact_id_of(tx: Transaction, public: str) -> int | None:
    return await tx.scalar(select(push.c.contact_id).where(push.c.public_id == public))


async def lock(tx: Transaction, public: str) -> Row[Any] | None:
    """The whole push under its lock."""
    return await tx.one(select(push).where(push.c.public_id == public).with_for_update())


async def last_sent(tx: Transaction, contact_id: int, since: datetime, ways: Sequence[str]) -> Row[Any] | None:
    """The newest push that one of these ways has taken to a contact after that moment."""
    mine = select(push.c.kind, push.c.way, push.c.facts).where(push.c.contact_id == contact_id, push.c.state == SENT)
    later = mine.where(push.c.sent_at > since, push.c.way.in_(ways))
    return await tx.one(later.order_by(push.c.sent_at.desc(), push.c.id.desc()).limit(1))


async def by_message(tx: Transaction, way: str, message_id: str, contact_id: int | None) -> Row[Any] | None:
    """The push that left as this message of the channel, under its lock."""
    same = select(push).where(push.c.message_id == message_id, push.c.way == way)
    if contact_id is not None:
        same = same.where(push.c.contact_id == contact_id)
    return await tx.one(same.with_for_update())


async def change(tx: Transaction, push_id: int, *, was: str = WAITING, **values: Any) -> bool:
    """Guarded by the state it was in."""
    return await tx.update(update(push).where(push.c.id == push_id, push.c.state == was).values(**values)) == 1


async def followed(tx: Transaction, contact_id: int) -> bool:
    return bool(await tx.scalar(select(contact.c.followed).where(contact.c.id == contact_id)))


async def sent_by(tx: Transaction, contact_id: int, way: str, since: datetime) -> int:
    """How many pushes left this way to a contact since then."""
    mine = select(func.count()).select_from(push)
    return int(await tx.scalar(mine.where(push.c.contact_id == contact_id, push.c.way == way, push.c.sent_at > since)))


async def unseen(tx: Transaction, contact_id: int, kind: str, since: datetime, limit: int) -> Sequence[Row[Any]]:
    """(id, facts) of pushes of this kind whose words the contact has not been shown, the oldest first."""
    mine = select(push.c.id, push.c.facts).where(push.c.contact_id == contact_id, push.c.kind == kind)
    hidden = mine.where(push.c.created_at > since, push.c.seen.is_(False))
    return await tx.all(hidden.order_by(push.c.id).limit(limit))


async def called_on(tx: Transaction, contact_id: int, kind: str, ways: Sequence[str], since: datetime) -> bool:
    """Whether a push of this kind whose words they have not been shown left one of these ways since then, or is being
    sent so at this moment."""
    same = (push.c.contact_id == contact_id, push.c.kind == kind, push.c.seen.is_(False), push.c.way.in_(ways))
    lately = or_(
        and_(push.c.state == SENT, push.c.sent_at > since),
        and_(push.c.state == WAITING, push.c.taken_until > tx.now),
    )
    return bool(await tx.scalar(select(func.count()).select_from(push).where(*same, lately)))


async def mark_seen(tx: Transaction, push_ids: Sequence[int]) -> None:
    await tx.update(update(push).where(push.c.id.in_(push_ids)).values(seen=True))


def to_call(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    """Open calls, but for those that would come too late to be of any use: they close by themselves."""
    return call_task.c.state == "open", or_(push.c.useless_after.is_(None), push.c.useless_after > tx.now)


async def fates(tx: Transaction, kinds: Sequence[str], abouts: Sequence[str]) -> Sequence[Row[Any]]:
    """(about, state, way, delivered, sent_at) of all pushes of these kinds about these things."""
    fields = (push.c.about, push.c.state, push.c.way, push.c.delivered, push.c.sent_at)
    return await tx.all(select(*fields).where(push.c.about.in_(abouts), push.c.kind.in_(kinds)).order_by(push.c.id))


async def dead(tx: Transaction, limit: int) -> Sequence[Row[Any]]:
    """(public_id, kind, about, error, attempts, due_at) of dead pushes, the oldest first."""
    fields = (push.c.public_id, push.c.kind, push.c.about, push.c.error, push.c.attempts, push.c.due_at)
    return await tx.all(select(*fields).where(push.c.state == DEAD).order_by(push.c.id).limit(limit))


async def level(tx: Transaction) -> int:
    """How many dead pushes and open calls there are."""
    waiting = select(func.count()).select_from(call_task).join(push, push.c.id == call_task.c.push_id)
    calls = waiting.where(*to_call(tx)).scalar_subquery()
    return int(await tx.scalar(select(calls + func.count()).select_from(push).where(push.c.state == DEAD)))


async def revive(tx: Transaction, public: str) -> str | None:
    """A dead push waits again, however late it is: staff wanted it so. Gives its kind."""
    again = update(push).where(push.c.public_id == public, push.c.state == DEAD)
    values = {"state": WAITING, "tried": "", "way": None, "attempts": 0, "due_at": tx.now, "useless_after": None}
    if not await tx.update(again.values(**values)):
        return None
    return await tx.scalar(select(push.c.kind).where(push.c.public_id == public))


async def purge(tx: Transaction, before: datetime, *, after: int, limit: int) -> int:
    """Forget pushes from before that moment that came to an end, looking at the next ``limit`` behind key ``after``;
    gives the key to go on from, 0 where nothing is older. Dead ones, and those with a call still to make, stay."""
    some = select(push.c.id, push.c.state, push.c.created_at).where(push.c.id > after).order_by(push.c.id).limit(limit)
    old = [row for row in await tx.all(some) if row.created_at < before]
    ended = [row.id for row in old if row.state not in (WAITING, DEAD)]
    if ended:
        calls = select(call_task.c.push_id).join(push, push.c.id == call_task.c.push_id)
        calls = calls.where(call_task.c.push_id.in_(ended), *to_call(tx))
        kept = {row.push_id for row in await tx.all(calls)}
        gone = [each for each in ended if each not in kept]
        await tx.update(delete(call_task).where(call_task.c.push_id.in_(gone)))
        await tx.update(delete(push).where(push.c.id.in_(gone)))
    return old[-1].id if len(old) == limit else 0


def _plain(value: Any) -> str:
    """Dates, times and moments as ISO text, which the filters of the templates read."""
    return str(value.isoformat())
