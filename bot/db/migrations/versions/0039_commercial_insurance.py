"""commercial insurance: claims on it, what of an order it pays, and the embedded insurers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Hashed, Moment, Sealed, Whole

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('commercial_policy',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('insurer', Code(16), nullable=False),
    sa.Column('document', Hashed(), nullable=False),
    sa.Column('product', Code(16), nullable=False),
    sa.Column('deductible', sa.Integer(), nullable=False),
    sa.Column('spent', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_commercial_policy')),
    sa.UniqueConstraint('insurer', 'document', 'product', name=op.f('uq_commercial_policy_insurer_document_product')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_table('commercial_claim',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('insurer', Code(16), nullable=False),
    sa.Column('number', Code(32), nullable=False),
    sa.Column('digest', Hashed(), nullable=True),
    sa.Column('policy_id', Whole(), nullable=True),
    sa.Column('direct', sa.Boolean(), nullable=False),
    sa.Column('state', Code(12), nullable=False),
    sa.Column('pays', sa.Integer(), nullable=False),
    sa.Column('bore', sa.Integer(), nullable=False),
    sa.Column('reason', Code(32), nullable=True),
    sa.Column('wants', Code(64), nullable=True),
    sa.Column('note', Sealed('commercial_claim.note'), nullable=True),
    sa.Column('note_id', Code(64), nullable=True),
    sa.Column('decides_at', Moment(), nullable=True),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('settled_at', Moment(), nullable=True),
    sa.Column('reversed_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['policy_id'], ['commercial_policy.id'], name=op.f('fk_commercial_claim_policy_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_commercial_claim')),
    sa.UniqueConstraint('insurer', 'number', name=op.f('uq_commercial_claim_insurer_number')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('commercial_claim', schema=None) as batch_op:
        batch_op.create_index('ix_commercial_claim_reversed', ['insurer', 'reversed_at'], unique=False)
        batch_op.create_index('ix_commercial_claim_settled', ['insurer', 'settled_at'], unique=False)

    op.create_table('payment_cover',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('order_id', Whole(), nullable=False),
    sa.Column('open_key', Whole(), nullable=True),
    sa.Column('number', Code(26), nullable=False),
    sa.Column('insurer', Code(16), nullable=False),
    sa.Column('way', Code(8), nullable=False),
    sa.Column('state', Code(8), nullable=False),
    sa.Column('identity', Sealed('payment_cover.identity'), nullable=True),
    sa.Column('policies', Sealed('payment_cover.policies'), nullable=True),
    sa.Column('policy', Sealed('payment_cover.policy'), nullable=True),
    sa.Column('product', Sealed('payment_cover.product'), nullable=True),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('pays', sa.Integer(), server_default='0', nullable=False),
    sa.Column('code', Code(64), nullable=True),
    sa.Column('wants', Code(64), nullable=True),
    sa.Column('note', Sealed('payment_cover.note'), nullable=True),
    sa.Column('rounds', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('consent', Code(20), nullable=False),
    sa.Column('consented_at', Moment(), nullable=False),
    sa.Column('consented_by', Code(64), nullable=False),
    sa.Column('revoked_at', Moment(), nullable=True),
    sa.Column('undo', sa.Boolean(), nullable=False),
    sa.Column('asks', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('ask_at', Moment(), nullable=True),
    sa.Column('sent_at', Moment(), nullable=True),
    sa.Column('answered_at', Moment(), nullable=True),
    sa.Column('agreed_at', Moment(), nullable=True),
    sa.Column('told_at', Moment(), nullable=True),
    sa.Column('settled_at', Moment(), nullable=True),
    sa.Column('reversed_at', Moment(), nullable=True),
    sa.Column('refusal', Code(64), nullable=True),
    sa.Column('ended_at', Moment(), nullable=True),
    sa.Column('cleared_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['payment_order.id'], name=op.f('fk_payment_cover_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_cover')),
    sa.UniqueConstraint('number', name=op.f('uq_payment_cover_number')),
    sa.UniqueConstraint('open_key', name=op.f('uq_payment_cover_open_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payment_cover_public_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('payment_cover', schema=None) as batch_op:
        batch_op.create_index('ix_payment_cover_ask', ['ask_at'], unique=False)
        batch_op.create_index('ix_payment_cover_order', ['order_id', 'id'], unique=False)
        batch_op.create_index('ix_payment_cover_reversed', ['reversed_at'], unique=False)
        batch_op.create_index('ix_payment_cover_settled', ['settled_at'], unique=False)
        batch_op.create_index('ix_payment_cover_state', ['state', 'id'], unique=False)

    with op.batch_alter_table('payment_order', schema=None) as batch_op:
        batch_op.add_column(sa.Column('covered', sa.Integer(), server_default='0', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('payment_order', schema=None) as batch_op:
        batch_op.drop_column('covered')
    op.drop_table('payment_cover')
    op.drop_table('commercial_claim')
    op.drop_table('commercial_policy')
