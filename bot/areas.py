"""The one list of business areas."""

from __future__ import annotations

from bot.talk.area import Areas
from flows.booking.area import AREA as booking
from flows.desk.area import AREA as desk
from flows.directory.area import AREA as directory
from flows.emergency.area import AREA as emergency
from flows.notices.area import AREA as notices
from flows.patients.area import AREA as patients

AREAS = Areas([emergency, booking, desk, patients, directory, notices])
