"""What the channel tells later: that a message arrived, or did not. A message that did not arrive goes the next way."""

from __future__ import annotations

from bot import logs, metrics
from bot.context import Context
from bot.db.transaction import Transaction
from bot.talk.messages import Inbound
from flows.notices import rules, store
from flows.notices.kinds import Kinds
from flows.notices.service import DELIVERED, SEND

log = logs.get(__name__)


async def hear_delivery(context: Context, inbound: Inbound) -> None:
    """TEMPLATESENDJOBFINISH: success, failed:user block, failed: system failed."""
    message_id, status = str(inbound.data.get("message_id", "")), str(inbound.data.get("status", ""))
    tell(context.tx, "template", message_id, status, contact_id=context.contact.id if context.contact else None)


async def hear_subscription(context: Context, inbound: Inbound) -> None:
    """Of the subscription events the results of sending; permissions given and taken show when a message is refused."""
    for entry in inbound.data.get("list", ()):
        if entry.get("message_id"):
            status = "success" if str(entry.get("error_code")) == "0" else f"failed:{entry.get('error_code')}"
            contact_id = context.contact.id if context.contact else None
            tell(context.tx, "subscription", str(entry["message_id"]), status, contact_id=contact_id)


def tell(tx: Transaction, way: str, message_id: str, status: str, *, contact_id: int | None = None) -> None:
    """Have the result recorded after the commit: it may be here before the sending itself is written down.

    `contact_id` where it is known: two accounts may give two messages the same id.
    """
    if message_id:
        payload = {"way": way, "message": message_id[:80], "status": status[:80], "contact": contact_id}
        tx.put(DELIVERED, payload, key=f"{DELIVERED}:{way}:{contact_id or 0}:{message_id}"[:160])


async def record(context: Context, way: str, message_id: str, status: str, contact_id: int | None = None) -> bool:
    """Note the first result of the push that left as this message; False when no such message is known (yet)."""
    tx = context.tx
    row = await store.by_message(tx, way, message_id, contact_id)
    if row is None:
        return False
    if row.state != store.SENT or row.delivered is not None:
        return True
    arrived = status == "success"
    slug = "delivered" if arrived else _slug(status)
    noted = {"delivered": slug, "delivered_at": tx.now}
    if arrived:
        await store.change(tx, row.id, was=store.SENT, **noted)
        return True
    # The next way begins anew: what is known of this one stays in `tried` and `error`.
    tried = rules.joined([*filter(None, row.tried.split(",")), way])
    again = {"state": store.WAITING, "tried": tried, "way": None, "message_id": None, "sent_at": None, "due_at": tx.now}
    await store.change(tx, row.id, was=store.SENT, error=slug, **again)
    kinds = context.ports[Kinds]
    tx.put(SEND, {"push": row.public_id}, priority=kinds[row.kind].priority if row.kind in kinds else 5)
    metrics.pushes.inc(row.kind, way, "fell")
    log.info("push_not_delivered", kind=row.kind, way=way, reason=slug)
    return True


def _slug(status: str) -> str:
    """failed:user block -> user_block"""
    return "_".join(status.removeprefix("failed").strip(": ").split())[:40] or "failed"
