"""All pages of staff; each group stands in a file of its own."""

from __future__ import annotations

from bot.access.doors import Door
from flows.booking.desk import (
    behalf,
    behalf_book,
    behalf_exam_change,
    behalf_exams,
    behalf_next,
    behalf_parts,
    behalf_pay,
    clinic_fees,
    clinic_rules,
    draws,
    exams,
    office,
    office_appointments,
    office_mine,
    office_use,
    office_waiting,
    pool,
    roster,
    roster_book,
    roster_changes,
    roster_clinics,
    roster_patterns,
    roster_publish,
    standing_appeals,
    standing_arrivals,
    standing_clinic,
    standing_find,
    standing_no_shows,
    stops,
    stops_calls,
    stops_new,
)
from flows.booking.desk.draws import FAIR
from flows.booking.desk.office_parts import EXPORT, HOME, MINE, USE, VIEW
from flows.booking.desk.pool import SHARES
from flows.booking.desk.standing_parts import ARRIVALS, SEE_ARRIVALS, STANDING
from flows.booking.desk.standing_parts import PERMITS as STANDING_PERMITS
from flows.booking.desk.standing_parts import RANGED as STANDING_RANGED
from flows.booking.desk.standing_parts import SEE as SEE_STANDING
from flows.booking.roster.reach import CLINICS, EDIT, PUBLISH, SEE

ROUTES = (
    office.routes, office_appointments.routes, office_use.routes, office_waiting.routes,
    behalf_next.routes, office_mine.routes, exams.routes, roster.routes, roster_patterns.routes, roster_publish.routes,
    roster_clinics.routes, roster_changes.routes, roster_book.routes, pool.routes, draws.routes,
    standing_arrivals.routes, standing_no_shows.routes, standing_appeals.routes, standing_find.routes,
    standing_clinic.routes, clinic_rules.routes, clinic_fees.routes,
    stops.routes, stops_new.routes, stops_calls.routes, behalf.routes, behalf_book.routes, behalf_pay.routes,
    behalf_exam_change.routes, behalf_exams.routes,
)
PERMITS = (VIEW, USE, EXPORT, MINE, SEE, EDIT, PUBLISH, CLINICS, SHARES, FAIR, *behalf_parts.PERMITS,
           *stops.PERMITS, *STANDING_PERMITS)
RANGED = (VIEW, USE, SEE, EDIT, PUBLISH, CLINICS, SHARES, FAIR, *behalf_parts.RANGED, *stops.RANGED, *STANDING_RANGED)
DOORS = (
    Door(HOME, VIEW, "calendar"), Door(f"{HOME}mine", MINE, "user"), Door(f"{HOME}roster/", SEE, "columns"),
    stops.DOOR, Door(ARRIVALS, SEE_ARRIVALS, "list"), Door(STANDING, SEE_STANDING, "shield"),
)
