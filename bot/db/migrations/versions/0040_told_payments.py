"""payment: payments of which a channel has another sum are found without reading all"""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_payment_payment_told", "payment_payment", ["told_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_payment_payment_told", table_name="payment_payment")
