"""All pages of payment; each group stands in a file of its own."""

from __future__ import annotations

from flows.payment.pages import covered, history, insured, order, owed, scanned

ROUTES = (owed.routes, history.routes, order.routes, insured.routes, covered.routes, scanned.routes)
