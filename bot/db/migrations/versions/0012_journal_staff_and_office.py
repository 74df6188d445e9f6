"""the journal, staff from the hospital's system, and what the office counts by"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Whole

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('journal',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('kind', Code(32), nullable=False),
    sa.Column('failed', sa.Boolean(), nullable=False),
    sa.Column('reason', Code(64), nullable=False),
    sa.Column('about', Code(96), nullable=False),
    sa.Column('person_id', Whole(), nullable=True),
    sa.Column('clinic', Code(32), nullable=False),
    sa.Column('doctor', Code(32), nullable=False),
    sa.Column('channel', Code(16), nullable=False),
    sa.Column('actor', Code(64), nullable=False),
    sa.Column('request_id', Code(40), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.create_index('ix_journal_at', ['at'], unique=False)
        batch_op.create_index('ix_journal_failed', ['failed', 'id'], unique=False)
        batch_op.create_index('ix_journal_kind', ['kind', 'id'], unique=False)
        batch_op.create_index('ix_journal_person', ['person_id', 'id'], unique=False)
        batch_op.create_index('ix_journal_request', ['request_id'], unique=False)

    op.create_table('his_staff',
    sa.Column('code', Code(24), nullable=False),
    sa.Column('number', Code(24), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('kind', Code(12), nullable=False),
    sa.Column('title', sa.String(length=32), nullable=False),
    sa.Column('departments', sa.String(length=255), nullable=False),
    sa.Column('clinics', sa.String(length=255), nullable=False),
    sa.Column('doctor', Code(16), nullable=True),
    sa.Column('employed', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['doctor'], ['his_doctor.code'], name=op.f('fk_his_staff_doctor')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_his_staff')),
    sa.UniqueConstraint('number', name=op.f('uq_his_staff_number')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    # Added one by one, not by making the table anew: others refer to it.
    op.add_column('access_staff', sa.Column('hospital_code', Code(40), nullable=True))
    op.add_column('access_staff', sa.Column('doctor', Code(32), nullable=True))
    op.add_column('access_staff', sa.Column('told_places', Code(1000), server_default='', nullable=False))
    op.add_column('access_staff', sa.Column('left_at', Moment(), nullable=True))
    with op.batch_alter_table('access_staff', schema=None) as batch_op:
        batch_op.create_unique_constraint(op.f('uq_access_staff_hospital_code'), ['hospital_code'])
        batch_op.create_unique_constraint(op.f('uq_access_staff_doctor'), ['doctor'])
    # The new one first: the key of the segment must have one at every moment.
    op.create_index(
        'ix_booking_appointment_segment_state', 'booking_appointment', ['segment_id', 'state', 'channel'], unique=False
    )
    op.drop_index('ix_booking_appointment_segment', 'booking_appointment')
    op.create_index('ix_booking_appointment_created', 'booking_appointment', ['created_at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_booking_appointment_created', 'booking_appointment')
    op.create_index('ix_booking_appointment_segment', 'booking_appointment', ['segment_id'], unique=False)
    op.drop_index('ix_booking_appointment_segment_state', 'booking_appointment')
    with op.batch_alter_table('access_staff', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('uq_access_staff_doctor'), type_='unique')
        batch_op.drop_constraint(op.f('uq_access_staff_hospital_code'), type_='unique')
        batch_op.drop_column('left_at')
        batch_op.drop_column('told_places')
        batch_op.drop_column('doctor')
        batch_op.drop_column('hospital_code')
    op.drop_table('his_staff')
    op.drop_table('journal')
