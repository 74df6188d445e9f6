"""the embedded hospital's cards: balances, what was charged, what went back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Whole

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('his_card',
    sa.Column('patient_id', Whole(), autoincrement=False, nullable=False),
    sa.Column('balance', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['patient_id'], ['his_patient.id'], name=op.f('fk_his_card_patient_id')),
    sa.PrimaryKeyConstraint('patient_id', name=op.f('pk_his_card')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_table('his_card_charge',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('request_id', Code(96), nullable=False),
    sa.Column('patient_id', Whole(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('returned', sa.Integer(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['patient_id'], ['his_card.patient_id'], name=op.f('fk_his_card_charge_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_his_card_charge')),
    sa.UniqueConstraint('request_id', name=op.f('uq_his_card_charge_request_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('his_card_charge', schema=None) as batch_op:
        batch_op.create_index('ix_his_card_charge_at', ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_his_card_charge_patient_id'), ['patient_id'], unique=False)

    op.create_table('his_card_return',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('request_id', Code(96), nullable=False),
    sa.Column('charge_id', Whole(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['charge_id'], ['his_card_charge.id'], name=op.f('fk_his_card_return_charge_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_his_card_return')),
    sa.UniqueConstraint('request_id', name=op.f('uq_his_card_return_request_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('his_card_return', schema=None) as batch_op:
        batch_op.create_index('ix_his_card_return_at', ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_his_card_return_charge_id'), ['charge_id'], unique=False)


def downgrade() -> None:
    op.drop_table('his_card_return')
    op.drop_table('his_card_charge')
    op.drop_table('his_card')
