"""The furniture of payment."""

from __future__ import annotations

from bot.talk.area import Area
from flows.payment.named import NAMES
from flows.payment.owed import Bills
from flows.payment.pushes import KINDS
from flows.payment.service import PaymentService

AREA = Area(
    name="payment",
    title="缴费",
    service=PaymentService,
    pushes=KINDS,
    names=NAMES,
    owners=(Bills(),),
)
