"""embedded hospital"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Hashed, LongText, Moment, Sealed, Whole

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "his_conduct",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("delay_s", sa.Float(), nullable=False),
        sa.Column("lose_next", sa.Integer(), nullable=False),
        sa.Column("lose_share", sa.Float(), nullable=False),
        sa.Column("unavailable", sa.Boolean(), nullable=False),
        sa.Column("refuse", LongText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_his_conduct")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "his_doctor",
        sa.Column("code", Code(16), nullable=False),
        sa.Column("number", Code(16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sex", Code(8), nullable=False),
        sa.Column("title", sa.String(length=32), nullable=False),
        sa.Column("education", sa.String(length=32), nullable=False),
        sa.Column("specialties", sa.String(length=1000), nullable=False),
        sa.Column("intro", sa.String(length=1000), nullable=False),
        sa.Column("clinics", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_his_doctor")),
        sa.UniqueConstraint("number", name=op.f("uq_his_doctor_number")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "his_patient",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("name", Sealed("his_patient.name"), nullable=False),
        sa.Column("sex", Code(8), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("document_type", Code(24), nullable=True),
        sa.Column("document_number", Sealed("his_patient.document_number"), nullable=True),
        sa.Column("identity", Hashed(), nullable=False),
        sa.Column("phone", Sealed("his_patient.phone"), nullable=True),
        sa.Column("phone_hash", Hashed(), nullable=True),
        sa.Column("guardian_document_type", Code(24), nullable=True),
        sa.Column("guardian_document_number", Sealed("his_patient.guardian_document_number"), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_his_patient")),
        sa.UniqueConstraint("identity", name=op.f("uq_his_patient_identity")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("his_patient", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_his_patient_phone_hash"), ["phone_hash"], unique=False)

    op.create_table(
        "his_request",
        sa.Column("request_id", Code(64), nullable=False),
        sa.Column("verb", Code(24), nullable=False),
        sa.Column("digest", Hashed(), nullable=False),
        sa.Column("answer", LongText(), nullable=True),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_his_request")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "his_roster_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_his_roster_day")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "his_site",
        sa.Column("code", Code(8), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_his_site")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "his_department",
        sa.Column("code", Code(16), nullable=False),
        sa.Column("site", Code(8), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("intro", sa.String(length=255), nullable=False),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["his_site.code"], name=op.f("fk_his_department_site")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_his_department")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "his_clinic",
        sa.Column("code", Code(16), nullable=False),
        sa.Column("department", Code(16), nullable=False),
        sa.Column("site", Code(8), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("subjects", sa.String(length=255), nullable=False),
        sa.Column("building", sa.String(length=32), nullable=False),
        sa.Column("floor", sa.String(length=8), nullable=False),
        sa.Column("area", sa.String(length=8), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("intro", sa.String(length=255), nullable=False),
        sa.Column("min_age", sa.Integer(), nullable=True),
        sa.Column("max_age", sa.Integer(), nullable=True),
        sa.Column("sex", Code(8), nullable=True),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["department"], ["his_department.code"], name=op.f("fk_his_clinic_department")),
        sa.ForeignKeyConstraint(["site"], ["his_site.code"], name=op.f("fk_his_clinic_site")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_his_clinic")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "his_room",
        sa.Column("code", Code(24), nullable=False),
        sa.Column("site", Code(8), nullable=False),
        sa.Column("clinic", Code(16), nullable=False),
        sa.Column("building", sa.String(length=32), nullable=False),
        sa.Column("floor", sa.String(length=8), nullable=False),
        sa.Column("area", sa.String(length=8), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["clinic"], ["his_clinic.code"], name=op.f("fk_his_room_clinic")),
        sa.ForeignKeyConstraint(["site"], ["his_site.code"], name=op.f("fk_his_room_site")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_his_room")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "his_pattern",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("clinic", Code(16), nullable=False),
        sa.Column("doctor", Code(16), nullable=True),
        sa.Column("site", Code(8), nullable=False),
        sa.Column("room", Code(24), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("half", Code(8), nullable=False),
        sa.Column("kind", Code(16), nullable=False),
        sa.Column("registration_fee", sa.Integer(), nullable=False),
        sa.Column("consultation_fee", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic"], ["his_clinic.code"], name=op.f("fk_his_pattern_clinic")),
        sa.ForeignKeyConstraint(["doctor"], ["his_doctor.code"], name=op.f("fk_his_pattern_doctor")),
        sa.ForeignKeyConstraint(["room"], ["his_room.code"], name=op.f("fk_his_pattern_room")),
        sa.ForeignKeyConstraint(["site"], ["his_site.code"], name=op.f("fk_his_pattern_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_his_pattern")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "his_session",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("code", Code(32), nullable=False),
        sa.Column("site", Code(8), nullable=False),
        sa.Column("clinic", Code(16), nullable=False),
        sa.Column("doctor", Code(16), nullable=True),
        sa.Column("room", Code(24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("half", Code(8), nullable=False),
        sa.Column("kind", Code(16), nullable=False),
        sa.Column("registration_fee", sa.Integer(), nullable=False),
        sa.Column("consultation_fee", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("state", Code(8), nullable=False),
        sa.Column("substitute", Code(16), nullable=True),
        sa.ForeignKeyConstraint(["clinic"], ["his_clinic.code"], name=op.f("fk_his_session_clinic")),
        sa.ForeignKeyConstraint(["day"], ["his_roster_day.day"], name=op.f("fk_his_session_day")),
        sa.ForeignKeyConstraint(["doctor"], ["his_doctor.code"], name=op.f("fk_his_session_doctor")),
        sa.ForeignKeyConstraint(["room"], ["his_room.code"], name=op.f("fk_his_session_room")),
        sa.ForeignKeyConstraint(["site"], ["his_site.code"], name=op.f("fk_his_session_site")),
        sa.ForeignKeyConstraint(["substitute"], ["his_doctor.code"], name=op.f("fk_his_session_substitute")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_his_session")),
        sa.UniqueConstraint("code", name=op.f("uq_his_session_code")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("his_session", schema=None) as batch_op:
        batch_op.create_index("ix_his_session_day", ["day"], unique=False)

    op.create_table(
        "his_registration",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("session_id", Whole(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("patient_id", Whole(), nullable=False),
        sa.Column("appointment", Code(64), nullable=False),
        sa.Column("active", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("cancelled_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["his_patient.id"], name=op.f("fk_his_registration_patient_id")),
        sa.ForeignKeyConstraint(["session_id"], ["his_session.id"], name=op.f("fk_his_registration_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_his_registration")),
        sa.UniqueConstraint("appointment", "active", name=op.f("uq_his_registration_appointment_active")),
        sa.UniqueConstraint(
            "session_id",
            "segment",
            "number",
            "active",
            name=op.f("uq_his_registration_session_id_segment_number_active"),
        ),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )


def downgrade() -> None:
    op.drop_table("his_registration")
    with op.batch_alter_table("his_session", schema=None) as batch_op:
        batch_op.drop_index("ix_his_session_day")

    op.drop_table("his_session")
    op.drop_table("his_pattern")
    op.drop_table("his_room")
    op.drop_table("his_clinic")
    op.drop_table("his_department")
    op.drop_table("his_site")
    op.drop_table("his_roster_day")
    op.drop_table("his_request")
    with op.batch_alter_table("his_patient", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_his_patient_phone_hash"))

    op.drop_table("his_patient")
    op.drop_table("his_doctor")
    op.drop_table("his_conduct")
