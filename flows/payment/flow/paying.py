"""Paying in the chat: what is owed, by person, what is being checked, and the page on which it is paid."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.talk.flow import Flow
from bot.talk.outcomes import Done, Go, Outcome
from flows.payment.checkout import HOME, ORDERS, Checkout
from flows.payment.service import PaymentService, View

_PAST = re.compile("记录|票|明细|退")
SHOWN = 4
"""Lines of a kind that one message says; the page lists all."""


class Paying(
    Flow, name="paying",
    words=(
        "缴费", "交费", "付费", "付款", "缴钱", "交钱", "我要缴费", "我要交费", "门诊缴费", "待缴费", "缴费记录",
        "付款记录", "电子发票", "退款进度", "退款到哪了", "欠费", "有没有欠费", "预交金", "查费用",
    ),
):
    service: PaymentService

    @dataclass
    class Data:
        pass

    async def start(self) -> Outcome:
        return Go(self.past if _PAST.search(self.text) else self.owed)

    async def owed(self) -> Outcome:
        """What is owed, and what is being paid just now, first."""
        checkout = Checkout(self.context)
        owes = await checkout.owes()
        if not owes:
            return Done("nobody", links=[self._link("label_persons", "/h5/patients/")])
        running = [await self._running(each) for each in await checkout.under_way()]
        listed = [(each.person, bills) for each in owes if (bills := [b for b in each.bills if b.order is None])]
        facts = {
            "owed": [
                {"person": person.name, "count": len(bills), "amount": sum(each.bill.amount for each in bills)}
                for person, bills in listed[:SHOWN]
            ],
            "more": len(listed) - SHOWN, "running": running[:SHOWN],
            "silent": [each.person.name for each in owes if each.silent][:SHOWN],
            "short": [each.person.name for each in owes if each.short][:SHOWN],
        }
        if not running and not listed and not facts["silent"] and not facts["short"]:
            return Done("nothing_owed", links=[self._link("label_past", f"{HOME}history")])
        links = [self._link("label_pay" if listed else "label_look", HOME)]
        if len(running) == 1 and not listed:
            links = [self._link("label_order", ORDERS + str(running[0]["public_id"]))]
        return Done("owed", facts=facts, links=links)

    async def past(self) -> Outcome:
        """What was paid lately; all of it, with items and receipts, stands on the page."""
        rows = await self.service.year()
        if not rows:
            return Done("past_none", links=[self._link("label_pay", HOME)])
        facts = {"rows": [await self._running(each) for each in rows[:SHOWN]], "more": len(rows) > SHOWN}
        return Done("past", facts=facts, links=[self._link("label_past", f"{HOME}history")])

    async def _running(self, order: Any) -> dict[str, Any]:
        """Of a discreet clinic nothing is told: the title says only what kind of money it is."""
        view = await self.service.view(order.public_id)
        person = await Checkout(self.context).person(order)
        return {
            "title": self.context.wording.render("payment/chat/title", kind=order.kind), "amount": order.amount,
            "person": person.name if person else "", "public_id": order.public_id,
            "state": _state(view), "parts": _parts(view),
            "day": self.context.clock.local(order.paid_at or order.created_at).date().isoformat(),
        }

    def _link(self, label: str, path: str) -> tuple[str, str]:
        contact = self.context.contact
        account = f"?account={contact.account}" if contact else ""
        return self.context.wording.render(f"payment/chat/{label}"), self.context.settings.base_url + path + account


def _state(view: View) -> str:
    if view.claim is not None and view.claim.state == "asked" and view.running is None:
        return "pricing"
    return "checking" if view.checking else str(view.order.state)


def _parts(view: View) -> dict[str, int | bool] | None:
    """Who pays what, where the insurance has said it."""
    claim = view.parts
    return None if claim is None else {
        "fund": claim.fund, "personal": claim.personal, "own": claim.own, "agreed": claim.state == "agreed",
    }
