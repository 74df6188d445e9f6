"""Money taken at a window: the payer shows a code of their own app, staff scan it, the channel asks them for their
password where it wants one."""

from __future__ import annotations

import re
from typing import Any, Literal

from bot.access import audit
from bot.context import Context
from bot.errors import NotFound
from bot.money import yuan
from flows.payment import store
from flows.payment.orders import Orders, due_of
from flows.payment.refusals import NotOffered
from integrations.paying.port import PayChannels

CODES: dict[Literal["wechat", "alipay"], re.Pattern[str]] = {
    "wechat": re.compile(r"1[0-5][0-9]{16}"), "alipay": re.compile(r"(2[5-9]|30)[0-9]{14,22}"),
}
"""What the codes of each app look like; the channels say so themselves."""


def app_of(code: str) -> str:
    """Whose payment code this is; "" for what is none."""
    return next((app for app, looks in CODES.items() if code.isascii() and looks.fullmatch(code)), "")


class Taking:
    """`context.actor` is who scans; the pages of the desk look after rights and reach."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def scan(self, public: str, code: str, address: str) -> Any:
        """Try to take what is left of the order; how it ends is heard from the channel. Gives the payment.

        :raises NotOffered: no merchant takes codes of this app
        :raises PaymentRefusal: as `Orders.pay` says
        """
        order, app = await self._order(public), app_of(code)
        found = self.context.ports[PayChannels].offered("")
        account = next((each.name for each in found if each.channel == app and "scanned" in each.ways), None)
        if account is None:
            raise NotOffered(order=public)
        payment = await Orders(self.context).pay(order.id, account, "scanned", code=code, address=address)
        audit.write(
            self.tx, self.context.actor, "payment.scanned", f"order:{public}",
            {"amount": yuan(due_of(order)), "channel": app, "payment": payment.number},
        )
        return payment

    async def leave(self, public: str) -> None:
        """What was begun is ended: unpaid it is closed, paid it goes back."""
        order = await self._order(public)
        await Orders(self.context).drop(order.id)
        audit.write(self.tx, self.context.actor, "payment.scan_left", f"order:{public}", {})

    async def _order(self, public: str) -> Any:
        row = await store.order_of_public(self.tx, public)
        if row is None:
            raise NotFound("order")
        return row
