"""payment: what three sides told of a day, and where they differ"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Sealed, Whole

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('payment_day',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('account', Code(32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('state', Code(12), nullable=False),
    sa.Column('flaw', Code(24), server_default='', nullable=False),
    sa.Column('runs', sa.Integer(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('by', Code(64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_day')),
    sa.UniqueConstraint('account', 'day', name=op.f('uq_payment_day_account_day')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('payment_day', schema=None) as batch_op:
        batch_op.create_index('ix_payment_day_day', ['day', 'state'], unique=False)

    op.create_table('payment_difference',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('account', Code(32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('name', Code(72), nullable=False),
    sa.Column('number', Code(64), nullable=False),
    sa.Column('refund', sa.Boolean(), nullable=False),
    sa.Column('kind', Code(16), nullable=False),
    sa.Column('channel_amount', sa.BigInteger(), nullable=True),
    sa.Column('our_amount', sa.BigInteger(), nullable=True),
    sa.Column('hospital_amount', sa.BigInteger(), nullable=True),
    sa.Column('due', sa.Boolean(), nullable=False),
    sa.Column('order_id', Whole(), nullable=True),
    sa.Column('state', Code(12), nullable=False),
    sa.Column('run', sa.Integer(), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.Column('tried_at', Moment(), nullable=True),
    sa.Column('note', Sealed('payment_difference.note'), nullable=True),
    sa.Column('wanted_by', Code(64), nullable=True),
    sa.Column('wanted_at', Moment(), nullable=True),
    sa.Column('approved_by', Code(64), nullable=True),
    sa.Column('approved_at', Moment(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_difference')),
    sa.UniqueConstraint('account', 'day', 'name', name=op.f('uq_payment_difference_account_day_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payment_difference_public_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('payment_difference', schema=None) as batch_op:
        batch_op.create_index('ix_payment_difference_state', ['state', 'day'], unique=False)

    op.create_table('payment_statement',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('side', Code(8), nullable=False),
    sa.Column('account', Code(32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('state', Code(8), nullable=False),
    sa.Column('flaw', Code(24), server_default='', nullable=False),
    sa.Column('lines', sa.Integer(), nullable=False),
    sa.Column('paid', sa.BigInteger(), nullable=False),
    sa.Column('refunded', sa.BigInteger(), nullable=False),
    sa.Column('fee', sa.BigInteger(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('by', Code(64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_statement')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('payment_statement', schema=None) as batch_op:
        batch_op.create_index('ix_payment_statement_day', ['side', 'account', 'day', 'state'], unique=False)

    op.create_table('payment_line',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('statement_id', Whole(), nullable=False),
    sa.Column('side', Code(8), nullable=False),
    sa.Column('account', Code(32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('name', Code(72), nullable=False),
    sa.Column('number', Code(64), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('due', sa.Boolean(), nullable=False),
    sa.Column('outside', Code(64), server_default='', nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['statement_id'], ['payment_statement.id'], name=op.f('fk_payment_line_statement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_line')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('payment_line', schema=None) as batch_op:
        batch_op.create_index('ix_payment_line_day', ['account', 'day', 'name'], unique=False)
        batch_op.create_index('ix_payment_line_statement', ['statement_id'], unique=False)


def downgrade() -> None:
    for table in ("payment_line", "payment_statement", "payment_difference", "payment_day"):
        op.drop_table(table)
