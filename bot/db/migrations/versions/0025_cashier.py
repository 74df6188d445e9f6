"""the embedded hospital's cashier: bills, settlements, what goes back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Hashed, LongText, Moment, Sealed, Whole

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('his_charge_request',
    sa.Column('request_id', Code(96), nullable=False),
    sa.Column('digest', Hashed(), nullable=False),
    sa.Column('answer', LongText(), nullable=True),
    sa.Column('seen_at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('request_id', name=op.f('pk_his_charge_request')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('his_charge_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_his_charge_request_seen_at'), ['seen_at'], unique=False)

    op.create_table('his_settlement',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('bill', Code(24), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('permitted', sa.Integer(), nullable=False),
    sa.Column('paid', LongText(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_his_settlement')),
    sa.UniqueConstraint('bill', name=op.f('uq_his_settlement_bill')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('his_settlement', schema=None) as batch_op:
        batch_op.create_index('ix_his_settlement_at', ['at'], unique=False)

    op.create_table('his_permission',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('settlement_id', Whole(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('refund', Code(64), nullable=True),
    sa.Column('refunded_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['settlement_id'], ['his_settlement.id'], name=op.f('fk_his_permission_settlement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_his_permission')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('his_permission', schema=None) as batch_op:
        batch_op.create_index('ix_his_permission_refunded', ['refunded_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_his_permission_settlement_id'), ['settlement_id'], unique=False)

    op.create_table('his_bill',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('code', Code(24), nullable=False),
    sa.Column('kind', Code(16), nullable=False),
    sa.Column('patient_id', Whole(), nullable=False),
    sa.Column('clinic', Code(16), nullable=False),
    sa.Column('doctor', sa.String(length=64), nullable=True),
    sa.Column('items', Sealed('his_bill.items'), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.Column('void_at', Moment(), nullable=True),
    sa.Column('dispensed_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['clinic'], ['his_clinic.code'], name=op.f('fk_his_bill_clinic')),
    sa.ForeignKeyConstraint(['patient_id'], ['his_patient.id'], name=op.f('fk_his_bill_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_his_bill')),
    sa.UniqueConstraint('code', name=op.f('uq_his_bill_code')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('his_bill', schema=None) as batch_op:
        batch_op.create_index('ix_his_bill_patient', ['patient_id', 'id'], unique=False)



def downgrade() -> None:
    for table in ("his_bill", "his_permission", "his_settlement", "his_charge_request"):
        op.drop_table(table)
