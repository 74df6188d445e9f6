"""What notices and calls are about, by their public ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from bot.db.transaction import Transaction
from flows.notices.store import call_task, push


async def kinds_of(tx: Transaction, publics: Sequence[str]) -> Sequence[Row[Any]]:
    """(public_id, kind, about) of these pushes."""
    return await tx.all(select(push.c.public_id, push.c.kind, push.c.about).where(push.c.public_id.in_(publics)))


async def kinds_of_calls(tx: Transaction, publics: Sequence[str]) -> Sequence[Row[Any]]:
    """(public_id, kind, about) of these calls to make."""
    joined = select(call_task.c.public_id, push.c.kind, push.c.about).join(push, push.c.id == call_task.c.push_id)
    return await tx.all(joined.where(call_task.c.public_id.in_(publics)))
