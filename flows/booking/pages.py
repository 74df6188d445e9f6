"""All pages of booking; each group stands in its page_*.py."""

from __future__ import annotations

from flows.booking import (
    page_draws,
    page_find,
    page_hold,
    page_mine,
    page_standing,
    page_stopped,
    page_wait,
    page_whom,
    page_wish,
)

ROUTES = (page_find.routes, page_whom.routes, page_hold.routes, page_wait.routes, page_mine.routes,
          page_standing.routes, page_stopped.routes, page_wish.routes, page_draws.routes)
