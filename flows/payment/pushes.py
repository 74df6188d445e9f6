"""What the cashier tells of its own accord: to the contact that pays, each once for an order or a refund.

Paid and settled in one moment is told once: "paid" waits a minute and is taken back when the hospital has it.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from bot.context import Context
from bot.talk.pushes import PushKind
from flows.notices.service import NoticesService
from integrations.commercial.port import Commercials

PATIENCE = timedelta(minutes=1)
"""So long nobody is told of what is just being done."""

KINDS = (
    # About their money, and answers to what they have just done: at any hour, and not to be turned off.
    PushKind("payment.offered", priority=3, quiet="always", useless_minutes=15, obligatory=True),
    PushKind("payment.covered", priority=3, quiet="always", useless_minutes=1440, obligatory=True),
    PushKind("payment.paid", priority=4, quiet="always", useless_minutes=1440, obligatory=True),
    PushKind("payment.settled", priority=4, quiet="always", useless_minutes=1440, obligatory=True),
    PushKind("payment.checking", priority=3, quiet="always", useless_minutes=60, obligatory=True),
    PushKind("payment.refunding", priority=4, quiet="always", obligatory=True),
    PushKind("payment.refunded", priority=5, obligatory=True),
    PushKind("payment.kept", priority=4, obligatory=True),
    PushKind("payment.ended", priority=4, obligatory=True),
)


def page(context: Context, public: str, account: str = "") -> str:
    """The page of an order, for whoever reads a message of this account."""
    return f"{context.settings.base_url}/h5/payment/orders/{public}" + (f"?account={account}" if account else "")


async def paid(context: Context, order: Any) -> None:
    await _push(context, "paid", order, f"order:{order.public_id}", {}, wait=True)


async def settled(context: Context, order: Any, receipt: str, window: str) -> None:
    await _withdraw(context, order)
    facts = {"receipt": receipt, "window": window}
    await _push(context, "settled", order, f"order:{order.public_id}", facts)


async def offered(context: Context, order: Any, claim: Any) -> None:
    """What the insurance would pay, or (`refusal` among the facts) why it would not; to whoever has not looked within
    a minute."""
    parts = {"fund": claim.fund, "personal": claim.personal, "own": claim.own, "refusal": claim.refusal or ""}
    await _push(context, "offered", order, f"claim:{claim.public_id}", parts, wait=True)


async def answered(context: Context, claim: Any) -> None:
    """They have looked."""
    await NoticesService(context).withdraw("payment.offered", f"claim:{claim.public_id}")


async def covered(context: Context, order: Any, cover: Any) -> None:
    """How a claim on a commercial insurer stands (`state`, `way` among the facts). What it offers before payment waits
    a minute: they may be looking."""
    facts = {
        "insurer": context.ports[Commercials][cover.insurer].title, "state": cover.state, "way": cover.way,
        "pays": cover.pays, "own": cover.amount - cover.pays, "refusal": cover.refusal or "",
        "wants": (cover.wants or "").split(),
    }
    await _push(context, "covered", order, _about(cover, cover.state), facts, wait=cover.way == "direct")


async def seen_covered(context: Context, cover: Any) -> None:
    """They have looked, or it is over: what was offered or wanted is not told any more."""
    for state in ("offered", "wanting"):
        await NoticesService(context).withdraw("payment.covered", _about(cover, state))


def _about(cover: Any, state: str) -> str:
    return f"cover:{cover.public_id}:{state}{cover.rounds or ''}"


async def checking(context: Context, order: Any, number: int) -> None:
    """A payment of this order (its number inside) is not known yet."""
    await _push(context, "checking", order, f"payment:{number}", {})


async def refunding(context: Context, order: Any, refund: Any) -> None:
    """`why` among the facts says for what reason: late, double, of_no_use, unsettled, stopped, cancelled, asked …"""
    await _withdraw(context, order)
    await _push(context, "refunding", order, f"refund:{refund.public_id}", _back(refund))


async def refunded(context: Context, order: Any, refund: Any) -> None:
    await _push(context, "refunded", order, f"refund:{refund.public_id}", _back(refund))


async def kept(context: Context, order: Any, refund: Any, code: str) -> None:
    await _push(context, "kept", order, f"refund:{refund.public_id}", _back(refund) | {"code": code})


async def ended(context: Context, order: Any) -> None:
    """What stood for a wrong amount has ended, and no channel had any money for it."""
    await _push(context, "ended", order, f"order:{order.public_id}", {})


def _back(refund: Any) -> dict[str, Any]:
    return {"back": refund.amount, "insured_back": refund.insured, "why": refund.why}


async def _withdraw(context: Context, order: Any) -> None:
    await NoticesService(context).withdraw("payment.paid", f"order:{order.public_id}")


async def _push(
    context: Context, what: str, order: Any, about: str, more: dict[str, Any], *, wait: bool = False
) -> None:
    known = json.loads(order.facts)
    facts = {
        "title": known["title"], "amount": order.amount, "insured": order.insured, "covered": order.covered,
        "url": page(context, order.public_id),
    } | more
    due = context.now + PATIENCE if wait else None
    await NoticesService(context).push(f"payment.{what}", order.contact_id, about, facts, due=due)
