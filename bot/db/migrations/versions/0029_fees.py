"""booking: when a clinic's fee is paid, and the cashier's order of an appointment"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("directory_clinic_rule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paying", Code(8), nullable=True))
    with op.batch_alter_table("booking_appointment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pay_order", Code(32), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("booking_appointment", schema=None) as batch_op:
        batch_op.drop_column("pay_order")
    with op.batch_alter_table("directory_clinic_rule", schema=None) as batch_op:
        batch_op.drop_column("paying")
