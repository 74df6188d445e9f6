"""What this area tells of its own accord. It lies below the notices, so it writes an outbox row; jobs/patients.py
hands it on to them inside a transaction of its own."""

from __future__ import annotations

from bot.db.transaction import Transaction
from bot.masking import mask_name
from bot.talk.pushes import PushKind

TELL = "patients.tell"
KINDS = (
    PushKind("patients.linked_elsewhere", "就诊人被另一位家人添加", priority=4, obligatory=True),
    PushKind("patients.mobile_changed", "就诊人手机变更", priority=4, obligatory=True),
    PushKind("patients.record_refused", "姓名与证件和病案不一致", priority=3, sms_fallback=True, obligatory=True),
    PushKind("patients.grown_up", "孩子满十八岁", priority=6, obligatory=True),
    # Answers to what the taker has just asked for, so that the hour does not matter.
    PushKind("patients.help_given", "同意家人帮忙", priority=4, quiet="always", obligatory=True),
    PushKind("patients.help_refused", "没有同意家人帮忙", priority=4, quiet="always", obligatory=True),
    PushKind("patients.help_expired", "家人帮忙没有等到答复", priority=6, obligatory=True),
    PushKind("patients.help_full", "帮忙的家人就诊人满了", priority=4, quiet="always", obligatory=True),
    PushKind("patients.easy_on", "家人打开了简单模式", priority=4, quiet="always", obligatory=True),
    PushKind("patients.easy_off", "家人关掉了简单模式", priority=4, quiet="always", obligatory=True),
    PushKind("patients.help_ended", "家人帮忙结束", priority=4, obligatory=True),
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
