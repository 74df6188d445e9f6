"""All pages of staff; each group stands in its desk_*.py."""

from __future__ import annotations

from bot.access.doors import Door
from flows.booking import (
    desk_draws,
    desk_office,
    desk_office_appointments,
    desk_office_mine,
    desk_office_use,
    desk_office_waiting,
    desk_pool,
    desk_roster,
    desk_roster_changes,
    desk_roster_clinics,
    desk_roster_patterns,
    desk_roster_publish,
    desk_standing_appeals,
    desk_standing_arrivals,
    desk_standing_clinic,
    desk_standing_no_shows,
    desk_stops,
    desk_stops_calls,
    desk_stops_new,
)
from flows.booking.desk_draws import FAIR
from flows.booking.desk_office_parts import EXPORT, HOME, MINE, USE, VIEW
from flows.booking.desk_pool import SHARES
from flows.booking.desk_standing_parts import ARRIVALS, SEE_ARRIVALS, STANDING
from flows.booking.desk_standing_parts import PERMITS as STANDING_PERMITS
from flows.booking.desk_standing_parts import RANGED as STANDING_RANGED
from flows.booking.desk_standing_parts import SEE as SEE_STANDING
from flows.booking.roster.reach import CLINICS, EDIT, PUBLISH, SEE

ROUTES = (
    desk_office.routes, desk_office_appointments.routes, desk_office_use.routes, desk_office_waiting.routes,
    desk_office_mine.routes, desk_roster.routes, desk_roster_patterns.routes, desk_roster_publish.routes,
    desk_roster_clinics.routes, desk_roster_changes.routes, desk_pool.routes, desk_draws.routes,
    desk_standing_arrivals.routes, desk_standing_no_shows.routes, desk_standing_appeals.routes,
    desk_standing_clinic.routes,
    desk_stops.routes, desk_stops_new.routes, desk_stops_calls.routes,
)
PERMITS = (VIEW, USE, EXPORT, MINE, SEE, EDIT, PUBLISH, CLINICS, SHARES, FAIR, *desk_stops.PERMITS, *STANDING_PERMITS)
RANGED = (VIEW, USE, SEE, EDIT, PUBLISH, CLINICS, SHARES, FAIR, *desk_stops.RANGED, *STANDING_RANGED)
DOORS = (
    Door(HOME, VIEW, "calendar"), Door(f"{HOME}mine", MINE, "user"), Door(f"{HOME}roster/", SEE, "columns"),
    desk_stops.DOOR, Door(ARRIVALS, SEE_ARRIVALS, "list"), Door(STANDING, SEE_STANDING, "shield"),
)
