"""Use cases of the directory: what is there, and taking over the hospital's changes."""

from __future__ import annotations

import hashlib
import time as monotonic
from dataclasses import asdict, dataclass
from typing import Any
from weakref import WeakKeyDictionary

from bot import logs
from bot.context import Context
from bot.db.transaction import Transaction
from bot.ports import Ports
from flows.directory import store
from flows.directory.rules import Catalogue
from integrations.his.port import HospitalPort

log = logs.get(__name__)

FRESH_S = 5.0
LEFT_S = 0.5
"""So much longer it serves turns that share their transaction, while one of them leaves to look anew."""


@dataclass(slots=True)
class _Kept:
    """`until` is how long it serves all, `others` those whom one has left."""

    catalogue: Catalogue
    until: float
    others: float = 0.0


_kept: WeakKeyDictionary[Ports, _Kept] = WeakKeyDictionary()


class DirectoryService:
    """Reads come from memory; a change of the directory is seen by every process within `FRESH_S` seconds."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def catalogue(self) -> Catalogue:
        """The whole directory at its newest version."""
        found, leans = await catalogue_at(self.context.ports, self.context.tx), self.context.leans
        if leans is not None:
            leans.on("directory", lambda context: _known(context.ports, context.tx) is found)
        return found


async def catalogue_at(ports: Ports, tx: Transaction) -> Catalogue:
    """The same for who asks without a context: a page that is for everybody."""
    if (known := _known(ports, tx)) is not None:
        return known
    now, kept = monotonic.monotonic(), _kept.get(ports)
    if kept is not None and tx.shared:
        kept.others = now + LEFT_S
    number, _ = await store.current(tx)
    found = await store.read(tx) if kept is None or kept.catalogue.version != number else kept.catalogue
    _kept[ports] = _Kept(found, now + FRESH_S)
    return found


def _known(ports: Ports, tx: Transaction) -> Catalogue | None:
    kept, now = _kept.get(ports), monotonic.monotonic()
    serves = kept is not None and (now < kept.until or (tx.shared and now < kept.others))
    return kept.catalogue if kept and serves else None


async def hospital_rows(port: HospitalPort) -> tuple[dict[str, list[Any]], str]:
    """All of the hospital's directory and a digest of it. Reads only; no transaction is open meanwhile."""
    rows: dict[str, list[Any]] = {
        "sites": list(await port.sites()),
        "departments": list(await port.departments()),
        "clinics": list(await port.clinics()),
        "doctors": list(await port.doctors()),
        "rooms": list(await port.rooms()),
    }
    text = repr([[asdict(row) for row in listed] for listed in rows.values()])
    return rows, hashlib.sha256(text.encode()).hexdigest()


async def take_over(context: Context, rows: dict[str, list[Any]], digest: str) -> bool:
    """Replace our copy if it differs; True when it did. An empty one is a fault of the line, not a closed house."""
    if not rows["clinics"] or not rows["departments"]:
        log.warning("directory_empty")
        return False
    _, known = await store.current(context.tx)
    if known == digest:
        return False
    await store.replace(context.tx, rows, digest)
    log.info("directory_changed", **{name: len(listed) for name, listed in rows.items()})
    return True


def forget(ports: Ports) -> None:
    """Read anew at once (after a change in this very process)."""
    _kept.pop(ports, None)
