"""booking changes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Whole

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booking_doctor_code",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("account", Code(32), nullable=False),
        sa.Column("doctor", Code(32), nullable=False),
        sa.Column("url", Code(200), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_doctor_code")),
        sa.UniqueConstraint("account", "doctor", name=op.f("uq_booking_doctor_code_account_doctor")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("booking_appointment") as batch:
        batch.add_column(sa.Column("replaces", Whole(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("booking_appointment") as batch:
        batch.drop_column("replaces")
    op.drop_table("booking_doctor_code")
