"""The one list of business areas."""

from __future__ import annotations

from bot.talk.area import Areas
from flows.audit.area import AREA as audit
from flows.booking.area import AREA as booking
from flows.desk.area import AREA as desk
from flows.directory.area import AREA as directory
from flows.emergency.area import AREA as emergency
from flows.faq.area import AREA as faq
from flows.notices.area import AREA as notices
from flows.patients.area import AREA as patients
from flows.payment.area import AREA as payment
from flows.staff.area import AREA as staff
from flows.triage.area import AREA as triage

# Free texts are read in this order: offers to help family, names of doctors and clinics, complaints, questions.
AREAS = Areas([emergency, patients, booking, payment, triage, faq, desk, directory, notices, staff, audit])
