"""The embedded hospital's memory of commands: each request id is carried out once and answered alike ever after."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot import keys
from bot.db.transaction import Transaction
from bot.errors import OutsideRefused
from integrations.his import store
from integrations.his.conduct import refused
from integrations.his.port import Outcome, Refused, Registration, Verb

Work = Callable[[Transaction], Awaitable[Outcome]]


async def once(tx: Transaction, verb: Verb, request_id: str, asked: dict[str, Any], work: Work) -> Outcome:
    """Carry out `work` unless `request_id` was seen before; then give the answer of that time.

    `work` refuses before it writes anything: what it raises is remembered in the same transaction.
    """
    digest = _digest(verb, asked)
    # The row goes in first: a second call with the same id waits here until the first has committed.
    if not await tx.insert_once(store.request, request_id=request_id, verb=verb, digest=digest, seen_at=tx.now):
        row = await tx.one(store.request.select().where(store.request.c.request_id == request_id))
        if row is None or bytes(row.digest) != digest:
            raise refused("request_id_reused")
        return _read(row)
    try:
        outcome = await work(tx)
    except OutsideRefused as no:
        outcome = Outcome(verb, refused=Refused(no.code, no.message))
    mine = store.request.update().where(store.request.c.request_id == request_id)
    await tx.update(mine.values(answer=json.dumps(asdict(outcome))))
    return outcome


async def ask(tx: Transaction, request_id: str) -> Outcome | None:
    """The remembered answer, or None where the id was never seen."""
    row = await tx.one(store.request.select().where(store.request.c.request_id == request_id))
    return None if row is None else _read(row)


async def forget(tx: Transaction, before: datetime, *, limit: int) -> int:
    """Forget up to `limit` commands from before that moment; gives how many."""
    seen = store.request.c
    old = store.request.select().with_only_columns(seen.request_id).where(seen.seen_at < before).limit(limit)
    ids = [row.request_id for row in await tx.all(old)]
    return await tx.update(store.request.delete().where(seen.request_id.in_(ids))) if ids else 0


def _read(row: Any) -> Outcome:
    kept = json.loads(row.answer)
    registration, no = kept["registration"], kept["refused"]
    return Outcome(
        verb=kept["verb"],
        record_number=kept["record_number"],
        registration=Registration(**registration) if registration else None,
        session=kept.get("session"),
        refused=Refused(**no) if no else None,
    )


def _digest(verb: Verb, asked: dict[str, Any]) -> bytes:
    """Keyed, because what was asked may be a name and a document."""
    text = json.dumps(asked, ensure_ascii=False, sort_keys=True, default=str)
    return keys.ring().hash(f"{verb}:{text}", "his_request.digest")
