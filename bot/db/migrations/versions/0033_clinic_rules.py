"""rules of a clinic's own and of its doctors, fees by kind, exceptions, and where moved patients believe to be due"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Whole

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

NUMBERS = ("min_age", "max_age", "same_doctor", "doctors_a_day", "max_open", "hold_minutes", "cancel_before",
           "no_show_minutes", "most_no_shows", "within_days", "lock_days")


def upgrade() -> None:
    with op.batch_alter_table("directory_clinic_rule", schema=None) as batch_op:
        for name in NUMBERS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("sex", Code(8), nullable=True))
        batch_op.add_column(sa.Column("cancel_until", sa.Time(), nullable=True))
        batch_op.add_column(sa.Column("cancel_same_day", Code(12), nullable=True))
    with op.batch_alter_table("booking_lock", schema=None) as batch_op:
        batch_op.add_column(sa.Column("days", sa.Integer(), nullable=True))
    with op.batch_alter_table("booking_roster_pattern", schema=None) as batch_op:
        batch_op.alter_column("fee", existing_type=sa.Integer(), nullable=True)
    op.create_table(
        "directory_doctor_rule",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("clinic", Code(40), nullable=False),
        sa.Column("doctor", Code(40), nullable=False),
        sa.Column("min_age", sa.Integer(), nullable=True),
        sa.Column("max_age", sa.Integer(), nullable=True),
        sa.Column("sex", Code(8), nullable=True),
        sa.Column("same_doctor", sa.Integer(), nullable=True),
        sa.Column("max_open", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_doctor_rule")),
        sa.UniqueConstraint("clinic", "doctor", name=op.f("uq_directory_doctor_rule_clinic_doctor")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "booking_fee_rule",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("public_id", Code(22), nullable=False),
        sa.Column("clinic", Code(32), nullable=False),
        sa.Column("kind", Code(16), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("fee", sa.Integer(), nullable=False),
        sa.Column("made_by", Code(64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_fee_rule")),
        sa.UniqueConstraint("public_id", name=op.f("uq_booking_fee_rule_public_id")),
        sa.UniqueConstraint("clinic", "kind", "first", name=op.f("uq_booking_fee_rule_clinic_kind_first")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "booking_told",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("appointment_id", Whole(), nullable=False),
        sa.Column("spot", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["booking_appointment.id"], name=op.f("fk_booking_told_appointment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_told")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_booking_told_appointment_id")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "booking_exception",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("public_id", Code(22), nullable=False),
        sa.Column("appeal_id", Whole(), nullable=False),
        sa.Column("person_id", Whole(), nullable=False),
        sa.Column("rule", Code(40), nullable=False),
        sa.Column("clinic", Code(32), nullable=False),
        sa.Column("doctor", Code(32), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", Code(12), nullable=False),
        sa.Column("appointment_id", Whole(), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", Code(64), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", Code(64), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["appeal_id"], ["booking_appeal.id"], name=op.f("fk_booking_exception_appeal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_exception")),
        sa.UniqueConstraint("appeal_id", name=op.f("uq_booking_exception_appeal_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_booking_exception_public_id")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("booking_exception", schema=None) as batch_op:
        batch_op.create_index("ix_booking_exception_person", ["person_id", "state"], unique=False)
        batch_op.create_index("ix_booking_exception_appointment", ["appointment_id"], unique=False)


def downgrade() -> None:
    op.drop_table("booking_exception")
    op.drop_table("booking_told")
    op.drop_table("booking_fee_rule")
    op.drop_table("directory_doctor_rule")
    op.execute("UPDATE booking_roster_pattern SET fee = 0 WHERE fee IS NULL")
    with op.batch_alter_table("booking_roster_pattern", schema=None) as batch_op:
        batch_op.alter_column("fee", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("booking_lock", schema=None) as batch_op:
        batch_op.drop_column("days")
    with op.batch_alter_table("directory_clinic_rule", schema=None) as batch_op:
        for name in (*NUMBERS, "sex", "cancel_until", "cancel_same_day"):
            batch_op.drop_column(name)
