"""booking: exceptions that are used by whoever waits or wishes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Whole

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("booking_exception", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waiting_id", Whole(), nullable=True))
        batch_op.add_column(sa.Column("wish_id", Whole(), nullable=True))
        batch_op.create_index("ix_booking_exception_waiting", ["waiting_id"], unique=False)
        batch_op.create_index("ix_booking_exception_wish", ["wish_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("booking_exception", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_exception_wish")
        batch_op.drop_index("ix_booking_exception_waiting")
        batch_op.drop_column("wish_id")
        batch_op.drop_column("waiting_id")
