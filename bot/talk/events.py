"""How an area tells a conversation that what it awaits has happened: paid, drawn, answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.db.transaction import Transaction

EVENT = "talk.event"


def tell(tx: Transaction, contact_id: int, event: str, key: str | int, facts: Mapping[str, Any]) -> None:
    """After this transaction, the flow of this contact that awaits `event` with `key` goes on; once, however often
    this is said. Where nothing awaits it, nothing happens."""
    payload = {"contact": contact_id, "event": f"{event}:{key}", "facts": dict(facts)}
    tx.put(EVENT, payload, key=f"{EVENT}:{contact_id}:{event}:{key}"[:160], priority=2)
