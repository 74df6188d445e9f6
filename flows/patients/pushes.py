"""What this area tells of its own accord. It lies below the notices, so it writes an outbox row; jobs/patients.py
hands it on to them inside a transaction of its own."""

from __future__ import annotations

from bot.db.transaction import Transaction
from bot.masking import mask_name

TELL = "patients.tell"
KINDS = ("linked_elsewhere", "mobile_changed", "record_refused", "grown_up")


def tell(tx: Transaction, kind: str, contact_id: int, person: str, name: str, stamp: str = "") -> None:
    """Push `patients.<kind>` about a person (public id) to a contact. Only the masked name leaves this area. `stamp`
    tells repeated happenings apart; without one it is said once for all."""
    if kind not in KINDS:
        raise ValueError(f"no such push: {kind}")
    about = f"{person}:{stamp}" if stamp else person
    tx.put(
        TELL,
        {"kind": f"patients.{kind}", "contact": contact_id, "about": about, "facts": {"name": mask_name(name)}},
        key=f"{TELL}:{kind}:{contact_id}:{about}",
    )
