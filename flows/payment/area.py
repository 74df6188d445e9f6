"""The furniture of payment."""

from __future__ import annotations

from bot.talk.area import Area
from flows.payment.desk import DOORS, PERMITS, RANGED, WAITS
from flows.payment.desk import ROUTES as DESK
from flows.payment.flow.paying import Paying
from flows.payment.named import NAMES
from flows.payment.owed import Bills
from flows.payment.pages import ROUTES
from flows.payment.pushes import KINDS
from flows.payment.service import PaymentService
from flows.payment.where import WHERE

AREA = Area(
    name="payment",
    title="缴费",
    flows=(Paying,),
    service=PaymentService,
    pushes=KINDS,
    routes=(*ROUTES, *DESK),
    permits=PERMITS,
    ranged=RANGED,
    doors=DOORS,
    waits=WAITS,
    names=NAMES,
    where=WHERE,
    owners=(Bills(),),
)
