"""The embedded insurer's memory of messages is kept as long as the hospital's of commands."""

from __future__ import annotations

from datetime import datetime

from bot.db.transaction import Transaction
from integrations.insurance import store


async def forget(tx: Transaction, before: datetime, *, limit: int) -> int:
    """Forget up to `limit` messages from before that moment; gives how many."""
    table = store.message
    old = table.select().with_only_columns(table.c.message).where(table.c.at < before).limit(limit)
    ids = [row.message for row in await tx.all(old)]
    return await tx.update(table.delete().where(table.c.message.in_(ids))) if ids else 0
