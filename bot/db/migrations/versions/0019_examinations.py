"""technical examinations: orders in the embedded hospital, the book of examinations, what an appointment is for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, LongText, Moment, Whole

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('his_registration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('examination_order', Code(16), nullable=True))
        batch_op.create_unique_constraint(
            'uq_his_registration_examination_order_active', ['examination_order', 'active']
        )

    op.create_table('his_examination_order',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('code', Code(16), nullable=False),
    sa.Column('patient_id', Whole(), nullable=False),
    sa.Column('examination', Code(16), nullable=False),
    sa.Column('doctor', sa.String(length=64), nullable=False),
    sa.Column('ordered_on', sa.Date(), nullable=False),
    sa.Column('done_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['patient_id'], ['his_patient.id'], name=op.f('fk_his_examination_order_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_his_examination_order')),
    sa.UniqueConstraint('code', name=op.f('uq_his_examination_order_code')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('his_examination_order', schema=None) as batch_op:
        batch_op.create_index(op.f('ix_his_examination_order_patient_id'), ['patient_id'], unique=False)

    op.create_table('booking_exam_book',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('digest', Code(64), nullable=False),
    sa.Column('body', LongText(), nullable=False),
    sa.Column('told_at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_exam_book')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )

    op.create_table('booking_exam',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('appointment_id', Whole(), nullable=False),
    sa.Column('item', Code(32), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('fee', sa.Integer(), nullable=False),
    sa.Column('order_code', Code(32), nullable=True),
    sa.Column('package', Code(32), nullable=True),
    sa.Column('bundle', Code(80), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['booking_appointment.id'], name=op.f('fk_booking_exam_appointment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_exam')),
    sa.UniqueConstraint('appointment_id', name=op.f('uq_booking_exam_appointment_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('booking_exam', schema=None) as batch_op:
        batch_op.create_index('ix_booking_exam_bundle', ['bundle'], unique=False)
        batch_op.create_index('ix_booking_exam_order_code', ['order_code'], unique=False)


def downgrade() -> None:
    op.drop_table('booking_exam')
    op.drop_table('booking_exam_book')
    op.drop_table('his_examination_order')
    with op.batch_alter_table('his_registration', schema=None) as batch_op:
        batch_op.drop_constraint('uq_his_registration_examination_order_active', type_='unique')
        batch_op.drop_column('examination_order')
