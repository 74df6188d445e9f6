"""The hospital's book of examinations: taken over by a job, kept as JSON, read into the shapes of the rules."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import time
from functools import lru_cache
from typing import Any

from bot import logs
from bot.db.transaction import Transaction
from flows.booking.exams import store
from flows.booking.exams.rules import Book, Conflict, Item, Package
from integrations.his.examinations import ExaminationBook

log = logs.get(__name__)


async def take_over(tx: Transaction, told: ExaminationBook) -> bool:
    """Keep what the hospital told; True where it differs from what we had. A book without an examination is a fault of
    the line and changes nothing."""
    if not told.examinations:
        log.warning("exam_book_empty")
        return False
    text = json.dumps(asdict(told), ensure_ascii=False, sort_keys=True, default=str)
    mark = hashlib.sha256(text.encode()).hexdigest()
    if await store.digest(tx) == mark:
        return False
    await store.keep_book(tx, mark, text)
    log.info("exam_book_changed", examinations=len(told.examinations), packages=len(told.packages))
    return True


async def read(tx: Transaction) -> Book:
    """As it was told last; empty where it never was."""
    text = await store.body(tx)
    return _parse(text) if text else Book()


@lru_cache(maxsize=4)
def _parse(text: str) -> Book:
    told: dict[str, Any] = json.loads(text)
    items = {row["code"]: _item(row) for row in told["examinations"]}
    conflicts = tuple(Conflict(**row) for row in told["conflicts"])
    packages = tuple(
        Package(row["code"], row["name"], tuple(row["items"]), row["fee"])
        for row in told["packages"] if all(code in items for code in row["items"])
    )
    return Book(items, conflicts, packages, told["contrast_days"])


def _item(row: dict[str, Any]) -> Item:
    lists = {"rooms": tuple(row["rooms"]), "preparation": tuple(row["preparation"])}
    latest = time.fromisoformat(row["latest"]) if row["latest"] else None
    return Item(**{**row, **lists, "latest": latest})
