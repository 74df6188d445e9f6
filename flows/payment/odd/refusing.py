"""Notices that did not pass: counted by day, merchant and reason, so that finance sees them and nobody can fill the
database with them. At most one of a process writes at a time, and takes along what came meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from bot import logs
from bot.clock import HospitalClock
from bot.db.engine import Database
from bot.db.transaction import Transaction
from flows.payment.odd import store

log = logs.get(__name__)


@dataclass
class _Coming:
    """What is not written yet, by merchant and reason."""

    waiting: Counter[tuple[str, str]] = field(default_factory=Counter)
    writing: bool = False


_coming: WeakKeyDictionary[Database, _Coming] = WeakKeyDictionary()


async def refused(database: Database, clock: HospitalClock, account: str, reason: str) -> None:
    """One more. Whoever comes while another is being written is written along with it; whoever sent it is answered
    the same where it cannot be written."""
    coming = _coming.setdefault(database, _Coming())
    coming.waiting[(account[:32], reason[:32])] += 1
    if coming.writing:
        return
    coming.writing = True
    try:
        while coming.waiting:
            taken, coming.waiting = coming.waiting, Counter()
            await _write(database, clock, taken)
    except Exception:
        log.error("refused_notice_not_counted", account=account, reason=reason, exc_info=True)
    finally:
        coming.writing = False


async def _write(database: Database, clock: HospitalClock, taken: Counter[tuple[str, str]]) -> None:
    async def work(tx: Transaction) -> None:
        for (account, reason), many in sorted(taken.items()):
            await store.count(tx, clock.today(), account, reason, many)

    await database.run(work)
