"""insurance: claims on it, what an order leaves to it, and the embedded insurer"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Hashed, LongText, Moment, Sealed, Whole

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('payment_order', schema=None) as batch_op:
        batch_op.add_column(sa.Column('insured', sa.Integer(), server_default='0', nullable=False))
    with op.batch_alter_table('payment_refund', schema=None) as batch_op:
        batch_op.add_column(sa.Column('insured', sa.Integer(), server_default='0', nullable=False))
    with op.batch_alter_table('payment_refund', schema=None) as batch_op:
        batch_op.alter_column('payment_id', existing_type=Whole(), nullable=True)
    with op.batch_alter_table('his_permission', schema=None) as batch_op:
        batch_op.add_column(sa.Column('parts', LongText(), nullable=True))
    op.create_table('payment_claim',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('order_id', Whole(), nullable=False),
    sa.Column('open_key', Whole(), nullable=True),
    sa.Column('number', Code(26), nullable=False),
    sa.Column('insurer', Code(16), nullable=False),
    sa.Column('state', Code(8), nullable=False),
    sa.Column('identity', Sealed('payment_claim.identity'), nullable=True),
    sa.Column('scheme', Code(16), nullable=True),
    sa.Column('visit', Code(64), nullable=True),
    sa.Column('fund', sa.Integer(), nullable=False),
    sa.Column('personal', sa.Integer(), nullable=False),
    sa.Column('own', sa.Integer(), nullable=False),
    sa.Column('consent', Code(20), nullable=False),
    sa.Column('consented_at', Moment(), nullable=False),
    sa.Column('consented_by', Code(64), nullable=False),
    sa.Column('offered_at', Moment(), nullable=True),
    sa.Column('agreed_at', Moment(), nullable=True),
    sa.Column('told_at', Moment(), nullable=True),
    sa.Column('settlement', Code(64), nullable=True),
    sa.Column('claimed_at', Moment(), nullable=True),
    sa.Column('reversal', Code(64), nullable=True),
    sa.Column('reversed_at', Moment(), nullable=True),
    sa.Column('refusal', Code(64), nullable=True),
    sa.Column('ended_at', Moment(), nullable=True),
    sa.Column('cleared_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['payment_order.id'], name=op.f('fk_payment_claim_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_claim')),
    sa.UniqueConstraint('number', name=op.f('uq_payment_claim_number')),
    sa.UniqueConstraint('open_key', name=op.f('uq_payment_claim_open_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payment_claim_public_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('payment_claim', schema=None) as batch_op:
        batch_op.create_index('ix_payment_claim_order', ['order_id', 'id'], unique=False)
        batch_op.create_index('ix_payment_claim_claimed', ['claimed_at'], unique=False)
        batch_op.create_index('ix_payment_claim_reversed', ['reversed_at'], unique=False)

    op.create_table('insurer_person',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('document', Hashed(), nullable=False),
    sa.Column('scheme', Code(16), nullable=False),
    sa.Column('balance', sa.Integer(), nullable=False),
    sa.Column('borne', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_insurer_person')),
    sa.UniqueConstraint('document', name=op.f('uq_insurer_person_document')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_table('insurer_visit',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('number', Code(32), nullable=False),
    sa.Column('person_id', Whole(), nullable=False),
    sa.Column('clinic', Code(32), nullable=False),
    sa.Column('items', Sealed('insurer_visit.items'), nullable=True),
    sa.Column('gone_at', Moment(), nullable=True),
    sa.Column('at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['insurer_person.id'], name=op.f('fk_insurer_visit_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_insurer_visit')),
    sa.UniqueConstraint('number', name=op.f('uq_insurer_visit_number')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('insurer_visit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_insurer_visit_person_id'), ['person_id'], unique=False)

    op.create_table('insurer_claim',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('visit_id', Whole(), nullable=False),
    sa.Column('active', sa.Integer(), nullable=True),
    sa.Column('message', Code(32), nullable=False),
    sa.Column('fund', sa.Integer(), nullable=False),
    sa.Column('personal', sa.Integer(), nullable=False),
    sa.Column('own', sa.Integer(), nullable=False),
    sa.Column('bore', sa.Integer(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('reversal', Code(32), nullable=True),
    sa.Column('reversed_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['visit_id'], ['insurer_visit.id'], name=op.f('fk_insurer_claim_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_insurer_claim')),
    sa.UniqueConstraint('message', name=op.f('uq_insurer_claim_message')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('insurer_claim', schema=None) as batch_op:
        batch_op.create_index('ix_insurer_claim_at', ['at'], unique=False)
        batch_op.create_index('ix_insurer_claim_reversed', ['reversed_at'], unique=False)
        batch_op.create_index('uq_insurer_claim_visit', ['visit_id', 'active'], unique=True)

    op.create_table('insurer_message',
    sa.Column('message', Code(32), nullable=False),
    sa.Column('digest', Hashed(), nullable=True),
    sa.Column('voided', sa.Boolean(), nullable=False),
    sa.Column('answer', LongText(), nullable=True),
    sa.Column('at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('message', name=op.f('pk_insurer_message')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('insurer_message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_insurer_message_at'), ['at'], unique=False)


def downgrade() -> None:
    op.drop_table('insurer_message')
    op.drop_table('insurer_claim')
    op.drop_table('insurer_visit')
    op.drop_table('insurer_person')
    op.drop_table('payment_claim')
    with op.batch_alter_table('his_permission', schema=None) as batch_op:
        batch_op.drop_column('parts')
    with op.batch_alter_table('payment_refund', schema=None) as batch_op:
        batch_op.alter_column('payment_id', existing_type=Whole(), nullable=False)
    with op.batch_alter_table('payment_refund', schema=None) as batch_op:
        batch_op.drop_column('insured')
    with op.batch_alter_table('payment_order', schema=None) as batch_op:
        batch_op.drop_column('insured')
