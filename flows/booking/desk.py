"""All pages of staff; each group stands in its desk_*.py."""

from __future__ import annotations

from bot.access.doors import Door
from flows.booking import (
    desk_office,
    desk_office_appointments,
    desk_office_mine,
    desk_office_use,
    desk_office_waiting,
)
from flows.booking.desk_office_parts import EXPORT, HOME, USE, VIEW

ROUTES = (
    desk_office.routes, desk_office_appointments.routes, desk_office_use.routes, desk_office_waiting.routes,
    desk_office_mine.routes,
)
PERMITS = (VIEW, USE, EXPORT)
RANGED = (VIEW, USE)
DOORS = (Door(HOME, VIEW, "calendar"), Door(f"{HOME}mine", VIEW, "user"))
