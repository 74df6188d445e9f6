"""The furniture of the persons' area."""

from __future__ import annotations

from bot.access.doors import Door
from bot.talk.area import Area
from flows.patients import desk
from flows.patients.flow_people import People
from flows.patients.flow_register import Register
from flows.patients.pages import routes
from flows.patients.pushes import KINDS
from flows.patients.service import PatientsService

AREA = Area(
    name="patients", title="就诊人", flows=(Register, People), service=PatientsService, pushes=KINDS,
    routes=(routes, desk.routes), permits=("patients.find", "patients.reveal"),
    doors=(Door("/desk/patients/find", "patients.find", "search"),),
)
