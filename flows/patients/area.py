"""The furniture of the persons' area."""

from __future__ import annotations

from bot.access.doors import Door
from bot.talk.area import Area
from flows.patients import (
    desk,
    desk_child,
    desk_new,
    help_pages,
    page_aloud,
    page_easy,
    page_mobile,
    page_reader,
    pages,
)
from flows.patients.flow_allow import Allow
from flows.patients.flow_aloud import Aloud
from flows.patients.flow_assist import Assist, reads
from flows.patients.flow_easy import Easy
from flows.patients.flow_handover import Handover
from flows.patients.flow_people import People
from flows.patients.flow_register import Register
from flows.patients.pushes import KINDS
from flows.patients.service import PatientsService
from flows.patients.sight import ENROL, FIND, REVEAL

AREA = Area(
    name="patients",
    title="就诊人",
    flows=(Register, People, Handover, Assist, Allow, Easy, Aloud),
    service=PatientsService,
    reads=reads,
    pushes=KINDS,
    routes=(page_easy.routes, page_aloud.routes, pages.routes, page_mobile.routes, page_reader.routes,
            help_pages.routes, desk.routes, desk_new.routes, desk_child.routes),
    permits=(FIND, REVEAL, ENROL),
    ranged=(FIND, REVEAL),
    doors=(Door("/desk/patients/find", "patients.find", "search"),),
)
