"""payment: fund-flow bills by day; refunds that the hospital refused, and finance let be"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, LongText, Moment, Whole

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_fund",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("account", Code(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", Code(8), nullable=False),
        sa.Column("kinds", LongText(), nullable=False),
        sa.Column("odd", LongText(), nullable=False),
        sa.Column("flaw", Code(24), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("asked_by", Code(64), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_fund")),
        sa.UniqueConstraint("account", "day", name=op.f("uq_payment_fund_account_day")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("payment_fund", schema=None) as batch_op:
        batch_op.create_index("ix_payment_fund_day", ["day"], unique=False)
    with op.batch_alter_table("payment_refund", schema=None) as batch_op:
        batch_op.add_column(sa.Column("let_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("let_by", Code(64), nullable=True))
        batch_op.create_index("ix_payment_refund_outside", ["channel_refund"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("payment_refund", schema=None) as batch_op:
        batch_op.drop_index("ix_payment_refund_outside")
        batch_op.drop_column("let_by")
        batch_op.drop_column("let_at")
    op.drop_table("payment_fund")
