"""What this area tells of its own accord. It lies below the notices, so it writes an outbox row; jobs/patients.py
hands it on to them inside a transaction of its own."""

from __future__ import annotations

from bot.db.transaction import Transaction
from bot.masking import mask_name
from bot.talk.pushes import PushKind

TELL = "patients.tell"
KINDS = (
    PushKind("patients.linked_elsewhere", priority=4, obligatory=True),
    PushKind("patients.mobile_changed", priority=4, obligatory=True),
    PushKind("patients.record_refused", priority=3, sms_fallback=True, obligatory=True),
    PushKind("patients.grown_up", priority=6, obligatory=True),
    # Answers to what the taker has just asked for, so that the hour does not matter.
    PushKind("patients.help_given", priority=4, quiet="always", obligatory=True),
    PushKind("patients.help_refused", priority=4, quiet="always", obligatory=True),
    PushKind("patients.help_expired", priority=6, obligatory=True),
    PushKind("patients.help_full", priority=4, quiet="always", obligatory=True),
    PushKind("patients.easy_on", priority=4, quiet="always", obligatory=True),
    PushKind("patients.easy_off", priority=4, quiet="always", obligatory=True),
    PushKind("patients.aloud_on", priority=4, quiet="always", obligatory=True),
    PushKind("patients.aloud_off", priority=4, quiet="always", obligatory=True),
    PushKind("patients.help_ended", priority=4, obligatory=True),
)
_NAMES = frozenset(kind.name for kind in KINDS)


def tell(tx: Transaction, kind: str, contact_id: int, person: str, name: str, stamp: str = "") -> None:
    """Push `patients.<kind>` about a person (public id) to a contact. Only the masked name leaves this area. `stamp`
    tells repeated happenings apart; without one it is said once for all."""
    if f"patients.{kind}" not in _NAMES:
        raise ValueError(f"no such push: {kind}")
    about = f"{person}:{stamp}" if stamp else person
    tx.put(
        TELL,
        {"kind": f"patients.{kind}", "contact": contact_id, "about": about, "facts": {"name": mask_name(name)}},
        key=f"{TELL}:{kind}:{contact_id}:{about}",
    )
