"""payment: refunds by when their channel took them"""

from __future__ import annotations

from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('payment_refund', schema=None) as batch_op:
        batch_op.create_index('ix_payment_refund_sent', ['sent_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('payment_refund', schema=None) as batch_op:
        batch_op.drop_index('ix_payment_refund_sent')
