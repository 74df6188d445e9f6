"""All pages of finance; each group stands in a file of its own."""

from __future__ import annotations

from bot.access.doors import Door
from flows.payment.desk import (
    bills,
    closing,
    covers,
    differences,
    funds,
    merchants,
    notices,
    odd,
    orders,
    refunds,
    taking,
)
from flows.payment.desk.parts import DAYS, HOME, MERCHANTS, PERMITS, RANGED, VIEW
from flows.payment.desk.waits import WAITS

__all__ = ["DOORS", "PERMITS", "RANGED", "ROUTES", "WAITS"]

ROUTES = (
    bills.routes, orders.routes, taking.routes, odd.routes, covers.routes, refunds.routes, notices.routes,
    differences.routes, closing.routes, funds.routes, merchants.routes,
)
DOORS = (
    Door(HOME, VIEW, "list"), Door(closing.PATH, DAYS, "columns"), Door(merchants.PATH, MERCHANTS, "key"),
)
