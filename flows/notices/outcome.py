"""What became of a push, written down: guarded by the state it was in, counted, logged without whom it was for."""

from __future__ import annotations

from typing import Any

from bot import logs, metrics
from bot.context import Context
from bot.db.transaction import Transaction
from flows.notices import quota, rules, store
from flows.notices.calls import store as calls
from flows.notices.chosen import Chosen

log = logs.get(__name__)


async def sent(context: Context, chosen: Chosen, message_id: str) -> None:
    """The channel took it."""
    tx = context.tx
    await store.change(
        tx, chosen.id, state=store.SENT, seen=chosen.way == rules.SERVICE, sent_at=tx.now, taken_until=None,
        message_id=message_id or None, error=None,
    )
    metrics.pushes.inc(chosen.kind.name, chosen.way, "sent")
    log.info("push_sent", kind=chosen.kind.name, way=chosen.way, attempt=chosen.attempts)


async def fall(context: Context, chosen: Chosen, code: str, *, shut: bool = False) -> None:
    """This way is shut for good: cross it off; the next one is chosen then."""
    if shut:
        await quota.close(context.tx, chosen.contact.id)
    row = await store.lock(context.tx, chosen.public_id)
    assert row is not None
    tried = rules.joined([*filter(None, row.tried.split(",")), chosen.way])
    await store.change(context.tx, chosen.id, tried=tried, way=None, taken_until=None, error=code[:80])
    metrics.pushes.inc(chosen.kind.name, chosen.way, "fell")


async def again(context: Context, chosen: Chosen, error: Exception) -> bool:
    """Whether to try again; after the last try the push is a dead letter."""
    dead = chosen.attempts >= context.settings.push.attempts
    state = store.DEAD if dead else store.WAITING
    await store.change(context.tx, chosen.id, state=state, taken_until=None, error=type(error).__name__)
    if dead:
        context.tx.note("push.dead", actor=context.actor, failed=type(error).__name__, about=f"push:{chosen.public_id}",
                        channel=chosen.way)
        metrics.pushes.inc(chosen.kind.name, chosen.way, "failed")
        log.warning("push_dead", kind=chosen.kind.name, way=chosen.way, attempts=chosen.attempts)
    return not dead


async def joined(tx: Transaction, row: Any, way: str) -> None:
    """It was said a while ago that words wait; these are read with them."""
    await store.change(tx, row.id, state=store.SENT, way=way, taken_until=None)
    metrics.pushes.inc(row.kind, way, "joined")


async def out_of_ways(tx: Transaction, row: Any, way: str | None) -> None:
    """No way was left: a call by staff where it is worth one."""
    if way == rules.CALL:
        await calls.add(tx, row.id, row.contact_id, row.kind)
    await store.change(tx, row.id, state=store.FELL, way=way, taken_until=None)
    tx.note("push.fell", actor="job:notices", failed=row.error or "no_way", about=f"push:{row.public_id}",
            channel=way or "")
    metrics.pushes.inc(row.kind, way or "none", "fell")


async def ended(tx: Transaction, row: Any, state: str) -> None:
    await store.change(tx, row.id, state=state, taken_until=None)
    metrics.pushes.inc(row.kind, row.way or "none", state)
