"""How staff call orders and refunds in the trail and the journal: what for, how much, when; nobody's name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from bot.access.work import Name
from bot.context import Context
from flows.payment.history import store as history
from flows.payment.reconciling.days import store as days


async def _orders(context: Context, ids: Sequence[str]) -> Mapping[str, str]:
    return {
        row.public_id: context.wording.render(
            "payment/desk/named", title=json.loads(row.facts)["title"], amount=row.amount,
            day=context.clock.local(row.created_at),
        )
        for row in await history.named_orders(context.tx, ids)
    }


async def _refunds(context: Context, ids: Sequence[str]) -> Mapping[str, str]:
    return {
        row.public_id: context.wording.render(
            "payment/desk/named", title=json.loads(row.facts)["title"], amount=row.amount,
            day=context.clock.local(row.created_at),
        )
        for row in await history.named_refunds(context.tx, ids)
    }


async def _differences(context: Context, ids: Sequence[str]) -> Mapping[str, str]:
    kinds = context.wording.words["difference_kind"]
    return {row.public_id: f"{row.day.isoformat()} {kinds[row.kind]}" for row in await days.named(context.tx, ids)}


NAMES: dict[str, Name] = {"order": _orders, "refund": _refunds, "difference": _differences}
