"""The embedded cashier's memory of commands is kept as long as the hospital's own."""

from __future__ import annotations

from datetime import datetime

from bot.db.transaction import Transaction
from integrations.his.cashier import store


async def forget(tx: Transaction, before: datetime, *, limit: int) -> int:
    """Forget up to `limit` commands from before that moment; gives how many."""
    seen = store.request.c
    old = store.request.select().with_only_columns(seen.request_id).where(seen.seen_at < before).limit(limit)
    ids = [row.request_id for row in await tx.all(old)]
    return await tx.update(store.request.delete().where(seen.request_id.in_(ids))) if ids else 0
