"""payment: what three sides told of a day, in all"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Whole

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('payment_total',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('account', Code(32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('side', Code(8), nullable=False),
    sa.Column('refund', sa.Boolean(), nullable=False),
    sa.Column('many', sa.Integer(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_total')),
    sa.UniqueConstraint('account', 'day', 'side', 'refund', name=op.f('uq_payment_total_account_day_side_refund')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('payment_total', schema=None) as batch_op:
        batch_op.create_index('ix_payment_total_day', ['day'], unique=False)


def downgrade() -> None:
    op.drop_table('payment_total')
