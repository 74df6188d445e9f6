"""How the rows of the trail hang together. Pure.

Rows are numbered from 1 without a gap. A row's hash is SHA-256 over the hash of the row before and the canonical JSON
of the row itself, so a changed, inserted or removed row breaks the chain at its place. Whoever can write to the
database can also calculate a whole new chain: therefore its head (number and hash of the newest row) carries a seal,
made with a key that is not in the database. Cutting off the tail leaves a head that no longer fits.

What the database alone cannot tell is a *whole* older copy put back, head and all. For that, keep an anchor
(``Proof.anchor``) somewhere else; the page, the export and the log give one, and ``verify`` takes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot import keys

ZERO = bytes(32)
"""What stands before the first row."""

Kind = Literal["changed", "missing", "cut", "added", "head_forged", "head_missing", "unreadable", "anchor"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. ``actor`` as ``Context.actor``; ``act`` as area.verb; ``about`` its object, ``person:<public id>``.
    ``facts`` are small JSON values; sealed at rest, since a reason may name somebody."""

    number: int
    at: datetime
    actor: str
    act: str
    about: str
    address: str
    request_id: str
    facts: Mapping[str, Any] = field(repr=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something is wrong at ``number``: row changed, row missing, tail cut off, rows after the head, head not ours."""

    kind: Kind
    number: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found. ``anchor`` is ``number:first 16 hex digits of its hash``, to be kept elsewhere."""

    rows: int
    anchor: str
    faults: tuple[Fault, ...] = ()

    @property
    def whole(self) -> bool:
        return not self.faults


def canonical(entry: Entry) -> bytes:
    """The same bytes for the same row on every machine: sorted keys, no blanks, microseconds in UTC."""
    row = {
        "number": entry.number,
        "at": entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "actor": entry.actor,
        "act": entry.act,
        "about": entry.about,
        "address": entry.address,
        "request_id": entry.request_id,
        "facts": dict(entry.facts),
    }
    return json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def link(before: bytes, entry: Entry) -> bytes:
    """The hash of a row, 32 bytes."""
    return hashlib.sha256(before + canonical(entry)).digest()


def seal(number: int, digest: bytes) -> bytes:
    """The mark of a head that only an installation with the keys can make, 32 bytes."""
    return keys.ring().hash(f"{number}:{digest.hex()}", "audit_head.seal")


def anchor(number: int, digest: bytes) -> str:
    return f"{number}:{digest.hex()[:16]}"
