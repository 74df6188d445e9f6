"""The embedded hospital's own tables (prefix his_). Nothing outside this folder reads or writes them.

The catalogue is keyed by the hospital's codes, patients and registrations by integers from which their outward numbers
are made. Names, documents and phones are sealed and found by keyed hashes.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Time,
    UniqueConstraint,
)

from bot.db.schema import Moment, Sealed, code, hashed, key, long_text, table, whole

site = table(
    "his_site",
    Column("code", code(8), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("address", String(255), nullable=False),
    Column("phone", String(32), nullable=False),
)

department = table(
    "his_department",
    Column("code", code(16), primary_key=True),
    Column("site", ForeignKey("his_site.code"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("intro", String(255), nullable=False),
    Column("discreet", Boolean, nullable=False),
)

clinic = table(
    "his_clinic",
    Column("code", code(16), primary_key=True),
    Column("department", ForeignKey("his_department.code"), nullable=False),
    Column("site", ForeignKey("his_site.code"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("subjects", String(255), nullable=False),
    Column("building", String(32), nullable=False),
    Column("floor", String(8), nullable=False),
    Column("area", String(8), nullable=False),
    Column("room", String(16), nullable=False),
    Column("phone", String(32), nullable=False),
    Column("intro", String(255), nullable=False),
    Column("min_age", Integer),
    Column("max_age", Integer),
    Column("sex", code(8)),
    Column("discreet", Boolean, nullable=False),
    Column("online", Boolean, nullable=False),
)

doctor = table(
    "his_doctor",
    Column("code", code(16), primary_key=True),
    Column("number", code(16), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("sex", code(8), nullable=False),
    Column("title", String(32), nullable=False),
    Column("education", String(32), nullable=False),
    Column("specialties", String(1000), nullable=False),
    Column("intro", String(1000), nullable=False),
    Column("clinics", String(255), nullable=False),  # codes with commas between, their own first
)

staff = table(
    "his_staff",
    Column("code", code(24), primary_key=True),
    Column("number", code(24), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("kind", code(12), nullable=False),
    Column("title", String(32), nullable=False),
    Column("departments", String(255), nullable=False),  # codes with commas between
    Column("clinics", String(255), nullable=False),
    Column("doctor", ForeignKey("his_doctor.code")),
    Column("employed", Boolean, nullable=False),
)

room = table(
    "his_room",
    Column("code", code(24), primary_key=True),
    Column("site", ForeignKey("his_site.code"), nullable=False),
    Column("clinic", ForeignKey("his_clinic.code"), nullable=False),
    Column("building", String(32), nullable=False),
    Column("floor", String(8), nullable=False),
    Column("area", String(8), nullable=False),
    Column("room", String(16), nullable=False),
)

pattern = table(
    "his_pattern",
    key(),
    Column("clinic", ForeignKey("his_clinic.code"), nullable=False),
    Column("doctor", ForeignKey("his_doctor.code")),
    Column("site", ForeignKey("his_site.code"), nullable=False),
    Column("room", ForeignKey("his_room.code"), nullable=False),
    Column("weekday", Integer, nullable=False),  # Monday is 0
    Column("half", code(8), nullable=False),
    Column("kind", code(16), nullable=False),
    Column("registration_fee", Integer, nullable=False),
    Column("consultation_fee", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("capacity", Integer, nullable=False),  # of one segment
)

roster_day = table("his_roster_day", Column("day", Date, primary_key=True), Column("made_at", Moment, nullable=False))

session = table(
    "his_session",
    key(),
    Column("code", code(32), nullable=False, unique=True),
    Column("site", ForeignKey("his_site.code"), nullable=False),
    Column("clinic", ForeignKey("his_clinic.code"), nullable=False),
    Column("doctor", ForeignKey("his_doctor.code")),
    Column("room", ForeignKey("his_room.code"), nullable=False),
    Column("day", ForeignKey("his_roster_day.day"), nullable=False),
    Column("half", code(8), nullable=False),
    Column("kind", code(16), nullable=False),
    Column("registration_fee", Integer, nullable=False),
    Column("consultation_fee", Integer, nullable=False),
    Column("starts", Time, nullable=False),
    Column("ends", Time, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("state", code(8), nullable=False),
    Column("substitute", ForeignKey("his_doctor.code")),
    # Of a session that the hospital was told of: its name there, the last revision and all of it, as JSON.
    # `state` and `substitute` are the hospital's own decisions beside it.
    Column("own", code(64), unique=True),
    Column("revision", Integer),
    Column("told", long_text()),
)
Index("ix_his_session_day", session.c.day)

patient = table(
    "his_patient",
    key(),
    Column("name", Sealed("his_patient.name"), nullable=False),
    Column("sex", code(8), nullable=False),
    Column("birth_date", Date, nullable=False),
    Column("document_type", code(24)),
    Column("document_number", Sealed("his_patient.document_number")),
    Column("identity", hashed(), nullable=False, unique=True),  # the document, or guardian's document, name and birth
    Column("phone", Sealed("his_patient.phone")),
    Column("phone_hash", hashed(), index=True),
    Column("guardian_document_type", code(24)),
    Column("guardian_document_number", Sealed("his_patient.guardian_document_number")),
    Column("created_at", Moment, nullable=False),
)

registration = table(
    "his_registration",
    key(),
    Column("session_id", whole(), ForeignKey("his_session.id"), nullable=False),
    Column("segment", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("patient_id", whole(), ForeignKey("his_patient.id"), nullable=False),
    Column("appointment", code(64), nullable=False),
    # 1, or NULL once cancelled: unique keys let NULLs repeat, so a number given back can be taken again.
    Column("active", Integer),
    Column("created_at", Moment, nullable=False),
    Column("cancelled_at", Moment),
    Column("arrived_at", Moment),  # the patient is here
    Column("seen_at", Moment),  # the doctor took them in
    Column("examination_order", code(16)),  # the order that it is for
    UniqueConstraint("session_id", "segment", "number", "active"),
    UniqueConstraint("appointment", "active"),
    UniqueConstraint("examination_order", "active"),
)

order = table(
    "his_examination_order",
    key(),
    Column("code", code(16), nullable=False, unique=True),
    Column("patient_id", whole(), ForeignKey("his_patient.id"), nullable=False, index=True),
    Column("examination", code(16), nullable=False),
    Column("doctor", String(64), nullable=False),
    Column("ordered_on", Date, nullable=False),
    Column("done_at", Moment),  # it was carried out
)

request = table(
    "his_request",
    Column("request_id", code(64), primary_key=True),
    Column("verb", code(24), nullable=False),
    Column("digest", hashed(), nullable=False),  # of what was asked: an id must not be used for two things
    Column("answer", long_text()),  # JSON of codes and numbers, nothing personal
    Column("seen_at", Moment, nullable=False, index=True),
)

conduct = table(
    "his_conduct",
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row
    Column("delay_s", Float, nullable=False),
    Column("lose_next", Integer, nullable=False),
    Column("lose_share", Float, nullable=False),
    Column("unavailable", Boolean, nullable=False),
    Column("refuse", long_text(), nullable=False),  # JSON: verb -> refusal code
)

# How far the sandbox's demonstration has come: what was made up is never made up twice.
played = table(
    "his_played",
    key(),
    Column("part", code(16), nullable=False),  # begun, people, scenes, day
    Column("day", Date, nullable=False),
    Column("ahead", SmallInteger, nullable=False),  # a day was filled as one is that lies so many days ahead
    UniqueConstraint("part", "day"),
)
