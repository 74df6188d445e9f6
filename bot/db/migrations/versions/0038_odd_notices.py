"""payment: what channels have instead, notices that staff looked at, and those that were refused"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Sealed, Whole

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_refused_notice",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("account", Code(32), nullable=False),
        sa.Column("reason", Code(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_refused_notice")),
        sa.UniqueConstraint("day", "account", "reason", name=op.f("uq_payment_refused_notice_day_account_reason")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("payment_notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("looked_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("looked_by", Code(64), nullable=True))
        batch_op.add_column(sa.Column("look_note", Sealed("payment_notice.look_note"), nullable=True))
    with op.batch_alter_table("payment_payment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_amount", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("told_number", Code(64), nullable=True))
        batch_op.add_column(sa.Column("told_at", Moment(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("payment_payment", schema=None) as batch_op:
        batch_op.drop_column("told_at")
        batch_op.drop_column("told_number")
        batch_op.drop_column("told_amount")
    with op.batch_alter_table("payment_notice", schema=None) as batch_op:
        batch_op.drop_column("look_note")
        batch_op.drop_column("looked_by")
        batch_op.drop_column("looked_at")
    op.drop_table("payment_refused_notice")
