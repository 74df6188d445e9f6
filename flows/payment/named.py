"""How staff call orders, claims and refunds in the trail and the journal: what for, how much, when; nobody's name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from bot.access.work import Name
from bot.context import Context
from flows.payment.covered import store as covers
from flows.payment.history import store as history
from flows.payment.odd import store as finding
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


async def _covers(context: Context, ids: Sequence[str]) -> Mapping[str, str]:
    return {
        row.public_id: context.wording.render(
            "payment/desk/named", title=json.loads(row.facts)["title"], amount=row.amount,
            day=context.clock.local(row.created_at),
        )
        for row in await covers.named(context.tx, ids)
    }


async def _differences(context: Context, ids: Sequence[str]) -> Mapping[str, str]:
    kinds = context.wording.words["difference_kind"]
    return {row.public_id: f"{row.day.isoformat()} {kinds[row.kind]}" for row in await days.named(context.tx, ids)}


async def _notices(context: Context, ids: Sequence[str]) -> Mapping[str, str]:
    words, found = context.wording.words["payment_notice"], dict[str, str]()
    for each in ids:
        row = await finding.notice_by(context.tx, int(each)) if each.isdecimal() else None
        if row is not None:
            found[each] = f"{context.clock.local(row.at).date().isoformat()} {words[row.became]}"
    return found


NAMES: dict[str, Name] = {
    "order": _orders, "refund": _refunds, "difference": _differences, "payment_notice": _notices,
    "cover": _covers,
}
