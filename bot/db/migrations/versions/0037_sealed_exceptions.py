"""why an exception was withdrawn is sealed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Sealed

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("booking_exception", schema=None) as batch_op:
        batch_op.drop_column("reason")
    with op.batch_alter_table("booking_exception", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", Sealed("booking_exception.reason"), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("booking_exception", schema=None) as batch_op:
        batch_op.drop_column("reason")
    with op.batch_alter_table("booking_exception", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(length=200), nullable=True))
