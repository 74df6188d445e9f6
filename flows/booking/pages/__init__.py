"""All pages of booking; each group stands in a file of its own."""

from __future__ import annotations

from flows.booking.pages import draws, find, hold, mine, pay, standing, stopped, wait, whom, wish

ROUTES = (find.routes, whom.routes, hold.routes, wait.routes, mine.routes, pay.routes,
          standing.routes, stopped.routes, wish.routes, draws.routes)
