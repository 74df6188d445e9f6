"""booking"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Whole

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booking_session",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("code", Code(64), nullable=False),
        sa.Column("site", Code(16), nullable=False),
        sa.Column("clinic", Code(32), nullable=False),
        sa.Column("doctor", Code(32), nullable=True),
        sa.Column("substitute", Code(32), nullable=True),
        sa.Column("sitting", Code(32), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("half", Code(8), nullable=False),
        sa.Column("kind", Code(16), nullable=False),
        sa.Column("fee", sa.Integer(), nullable=False),
        sa.Column("building", sa.String(length=64), nullable=False),
        sa.Column("floor", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=32), nullable=False),
        sa.Column("state", Code(8), nullable=False),
        sa.Column("digest", Code(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_session")),
        sa.UniqueConstraint("code", name=op.f("uq_booking_session_code")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("booking_session", schema=None) as batch_op:
        batch_op.create_index("ix_booking_session_clinic_date", ["clinic", "date"], unique=False)
        batch_op.create_index("ix_booking_session_date", ["date"], unique=False)
        batch_op.create_index("ix_booking_session_sitting_date", ["sitting", "date"], unique=False)

    op.create_table(
        "booking_segment",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("session_id", Whole(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("start_at", Moment(), nullable=False),
        sa.Column("end_at", Moment(), nullable=False),
        sa.Column("start_wall", Code(5), nullable=False),
        sa.Column("end_wall", Code(5), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("free", sa.Integer(), nullable=False),
        sa.Column("state", Code(8), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["booking_session.id"], name=op.f("fk_booking_segment_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_segment")),
        sa.UniqueConstraint("session_id", "position", name=op.f("uq_booking_segment_session_id_position")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "booking_appointment",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("public_id", Code(22), nullable=False),
        sa.Column("person_id", Whole(), nullable=False),
        sa.Column("contact_id", Whole(), nullable=False),
        sa.Column("segment_id", Whole(), nullable=False),
        sa.Column("slot_id", Whole(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", Code(12), nullable=False),
        sa.Column("hold_until", Moment(), nullable=False),
        sa.Column("request_id", Code(80), nullable=False),
        sa.Column("channel", Code(16), nullable=False),
        sa.Column("fee", sa.Integer(), nullable=False),
        sa.Column("registration", Code(64), nullable=True),
        sa.Column("refusal", Code(64), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", Code(64), nullable=False),
        sa.Column("booked_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", Code(64), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_booking_appointment_contact_id")),
        sa.ForeignKeyConstraint(["segment_id"], ["booking_segment.id"], name=op.f("fk_booking_appointment_segment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_appointment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_booking_appointment_public_id")),
        sa.UniqueConstraint("request_id", name=op.f("uq_booking_appointment_request_id")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("booking_appointment", schema=None) as batch_op:
        batch_op.create_index("ix_booking_appointment_contact", ["contact_id", "state"], unique=False)
        batch_op.create_index("ix_booking_appointment_hold", ["state", "hold_until"], unique=False)
        batch_op.create_index("ix_booking_appointment_person", ["person_id", "state"], unique=False)
        batch_op.create_index("ix_booking_appointment_segment", ["segment_id"], unique=False)

    op.create_table(
        "booking_slot",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("session_id", Whole(), nullable=False),
        sa.Column("segment_id", Whole(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", Code(8), nullable=False),
        sa.Column("appointment_id", Whole(), nullable=True),
        sa.Column("back_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["segment_id"], ["booking_segment.id"], name=op.f("fk_booking_slot_segment_id")),
        sa.ForeignKeyConstraint(["session_id"], ["booking_session.id"], name=op.f("fk_booking_slot_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_slot")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_booking_slot_session_id_number")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("booking_slot", schema=None) as batch_op:
        batch_op.create_index("ix_booking_slot_back_at", ["state", "back_at"], unique=False)
        batch_op.create_index("ix_booking_slot_segment_state", ["segment_id", "state", "number"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("booking_slot", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_slot_segment_state")
        batch_op.drop_index("ix_booking_slot_back_at")

    op.drop_table("booking_slot")
    with op.batch_alter_table("booking_appointment", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_appointment_segment")
        batch_op.drop_index("ix_booking_appointment_person")
        batch_op.drop_index("ix_booking_appointment_hold")
        batch_op.drop_index("ix_booking_appointment_contact")

    op.drop_table("booking_appointment")
    op.drop_table("booking_segment")
    with op.batch_alter_table("booking_session", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_session_sitting_date")
        batch_op.drop_index("ix_booking_session_date")
        batch_op.drop_index("ix_booking_session_clinic_date")

    op.drop_table("booking_session")
