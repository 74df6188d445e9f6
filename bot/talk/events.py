"""How an area speaks up in a conversation: what it awaits has happened (paid, drawn, answered), or something is to be
asked that nobody there has begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.db.transaction import Transaction

EVENT, BEGIN = "talk.event", "talk.begin"


def tell(tx: Transaction, contact_id: int, event: str, key: str | int, facts: Mapping[str, Any]) -> None:
    """After this transaction, the flow of this contact that awaits `event` with `key` goes on; once, however often
    this is said. Where nothing awaits it, nothing happens."""
    payload = {"contact": contact_id, "event": f"{event}:{key}", "facts": dict(facts)}
    tx.put(EVENT, payload, key=f"{EVENT}:{contact_id}:{event}:{key}"[:160], priority=2)


def begin(tx: Transaction, contact_id: int, flow: str, arg: str) -> None:
    """After this transaction, `flow` begins with `arg` in the conversation of this contact, over whatever goes on
    there; once for each `arg`. `arg` says what it is about; the flow looks whether it is this contact's."""
    payload = {"contact": contact_id, "flow": flow, "arg": arg}
    tx.put(BEGIN, payload, key=f"{BEGIN}:{contact_id}:{flow}:{arg}"[:160], priority=2)
