"""All pages of payment; each group stands in a file of its own."""

from __future__ import annotations

from flows.payment.pages import code, history, order, owed

ROUTES = (owed.routes, history.routes, order.routes, code.routes)
