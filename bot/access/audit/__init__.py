"""The audit trail: ``audit.write(tx, actor, act, about, facts)`` inside the transaction of what it tells.

Written as the last thing before the commit, because all writers wait for the head of the chain; what is rolled back
leaves no entry, and what is committed has one. See ``chain`` for how a missing or changed row is found.
"""

from __future__ import annotations

from bot.access.audit.chain import Entry, Fault, Proof
from bot.access.audit.store import write
from bot.access.audit.verify import verify

__all__ = ["Entry", "Fault", "Proof", "verify", "write"]
