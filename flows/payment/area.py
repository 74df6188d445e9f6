"""The furniture of payment."""

from __future__ import annotations

from bot.talk.area import Area
from flows.payment import store
from flows.payment.ledger import store as book

assert store.order.name and book.entry.name

AREA = Area(
    name="payment",
    title="缴费",
)
