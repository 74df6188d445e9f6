"""The only SQL that makes and ends calls. Their table stands beside that of the pushes which led to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, update

from bot.db.schema import new_public_id
from bot.db.transaction import Transaction
from flows.notices.store import call_task, push, to_call


async def add(tx: Transaction, push_id: int, contact_id: int, reason: str) -> bool:
    """False: there is one for this push already."""
    return await tx.insert_once(
        call_task, public_id=new_public_id(), contact_id=contact_id, push_id=push_id, reason=reason[:80],
        state="open", created_at=tx.now,
    )


async def open_ones(tx: Transaction, limit: int) -> Sequence[Row[Any]]:
    """(public_id, contact_id, kind, about, created_at) of the open ones, the oldest first. `about` leads staff to
    the matter."""
    fields = (call_task.c.public_id, call_task.c.contact_id, push.c.kind, push.c.about, call_task.c.created_at)
    joined = select(*fields).join(push, push.c.id == call_task.c.push_id).where(*to_call(tx))
    return await tx.all(joined.order_by(call_task.c.id).limit(limit))


async def one(tx: Transaction, public: str) -> Row[Any] | None:
    """(public_id, contact_id, state, kind, about, created_at, useless_after) of a call."""
    fields = (call_task.c.public_id, call_task.c.contact_id, call_task.c.state, push.c.kind, push.c.about,
              call_task.c.created_at, push.c.useless_after)
    joined = select(*fields).join(push, push.c.id == call_task.c.push_id)
    return await tx.one(joined.where(call_task.c.public_id == public))


async def close(tx: Transaction, public: str) -> bool:
    """They were called; False where there is no such open task."""
    mine = update(call_task).where(call_task.c.public_id == public, call_task.c.state == "open")
    return await tx.update(mine.values(state="done")) == 1


async def close_about(tx: Transaction, abouts: Sequence[str]) -> None:
    """Somebody spoke with them about these things: nobody else need call."""
    told = select(push.c.id).where(push.c.about.in_(abouts))
    mine = update(call_task).where(call_task.c.push_id.in_(told), call_task.c.state == "open")
    await tx.update(mine.values(state="done"))


async def end(tx: Transaction, kind: str, about: str) -> None:
    """What a push of this kind about this asked is over: its call is not made any more."""
    told = select(push.c.id).where(push.c.kind == kind, push.c.about == about)
    mine = update(call_task).where(call_task.c.push_id.in_(told), call_task.c.state == "open")
    await tx.update(mine.values(state="over"))
