"""who came, who did not, who is locked for it, appeals; same-day booking of a clinic"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Sealed, Whole

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('his_registration', sa.Column('arrived_at', Moment(), nullable=True))
    op.add_column('his_registration', sa.Column('seen_at', Moment(), nullable=True))
    op.add_column('directory_clinic_rule', sa.Column('same_day', sa.Boolean(), nullable=True))
    op.add_column('directory_clinic_rule', sa.Column('same_day_before', sa.Integer(), nullable=True))
    op.add_column('directory_clinic_rule', sa.Column('same_day_until', sa.Time(), nullable=True))
    op.add_column('directory_clinic_rule', sa.Column('no_shows', sa.Boolean(), nullable=True))
    op.create_table('booking_lock',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('person_id', Whole(), nullable=False),
    sa.Column('state', Code(12), nullable=False),
    sa.Column('open', sa.Boolean(), nullable=True),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('since', Moment(), nullable=False),
    sa.Column('until', Moment(), nullable=False),
    sa.Column('ended_at', Moment(), nullable=True),
    sa.Column('ended_by', Code(64), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_lock')),
    sa.UniqueConstraint('person_id', 'open', name=op.f('uq_booking_lock_person_id_open')),
    sa.UniqueConstraint('public_id', name=op.f('uq_booking_lock_public_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('booking_lock', schema=None) as batch_op:
        batch_op.create_index('ix_booking_lock_state', ['state', 'until'], unique=False)

    op.create_table('booking_report',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('read_at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_report')),
    sa.UniqueConstraint('day', name=op.f('uq_booking_report_day')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_table('booking_excused',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('session_id', Whole(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('who', Code(64), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['booking_session.id'], name=op.f('fk_booking_excused_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_excused')),
    sa.UniqueConstraint('session_id', name=op.f('uq_booking_excused_session_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_table('booking_appeal',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('about', Code(96), nullable=False),
    sa.Column('kind', Code(12), nullable=False),
    sa.Column('rule', Code(40), nullable=False),
    sa.Column('person_id', Whole(), nullable=False),
    sa.Column('contact_id', Whole(), nullable=False),
    sa.Column('session_id', Whole(), nullable=True),
    sa.Column('appointment_id', Whole(), nullable=True),
    sa.Column('said', Sealed('booking_appeal.said'), nullable=True),
    sa.Column('channel', Code(16), nullable=False),
    sa.Column('state', Code(12), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.Column('answer', Sealed('booking_appeal.answer'), nullable=True),
    sa.Column('answered_at', Moment(), nullable=True),
    sa.Column('answered_by', Code(64), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['booking_appointment.id'], name=op.f('fk_booking_appeal_appointment_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_booking_appeal_contact_id')),
    sa.ForeignKeyConstraint(['session_id'], ['booking_session.id'], name=op.f('fk_booking_appeal_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_appeal')),
    sa.UniqueConstraint('about', name=op.f('uq_booking_appeal_about')),
    sa.UniqueConstraint('public_id', name=op.f('uq_booking_appeal_public_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('booking_appeal', schema=None) as batch_op:
        batch_op.create_index('ix_booking_appeal_contact', ['contact_id', 'made_at'], unique=False)
        batch_op.create_index('ix_booking_appeal_state', ['state', 'made_at'], unique=False)

    op.create_table('booking_attendance',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('appointment_id', Whole(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('way', Code(16), nullable=False),
    sa.Column('who', Code(64), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('seen_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['booking_appointment.id'], name=op.f('fk_booking_attendance_appointment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_attendance')),
    sa.UniqueConstraint('appointment_id', name=op.f('uq_booking_attendance_appointment_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_table('booking_no_show',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('appointment_id', Whole(), nullable=False),
    sa.Column('person_id', Whole(), nullable=False),
    sa.Column('missed_at', Moment(), nullable=False),
    sa.Column('written_at', Moment(), nullable=False),
    sa.Column('state', Code(12), nullable=False),
    sa.Column('lock_id', Whole(), nullable=True),
    sa.Column('struck_at', Moment(), nullable=True),
    sa.Column('struck_by', Code(64), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['booking_appointment.id'], name=op.f('fk_booking_no_show_appointment_id')),
    sa.ForeignKeyConstraint(['lock_id'], ['booking_lock.id'], name=op.f('fk_booking_no_show_lock_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_no_show')),
    sa.UniqueConstraint('appointment_id', name=op.f('uq_booking_no_show_appointment_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_booking_no_show_public_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('booking_no_show', schema=None) as batch_op:
        batch_op.create_index('ix_booking_no_show_missed', ['missed_at'], unique=False)
        batch_op.create_index('ix_booking_no_show_person', ['person_id', 'state', 'missed_at'], unique=False)

def downgrade() -> None:
    for name in ('booking_no_show', 'booking_attendance', 'booking_appeal', 'booking_excused', 'booking_report', 'booking_lock'):
        op.drop_table(name)
    for name in ('no_shows', 'same_day_until', 'same_day_before', 'same_day'):
        op.drop_column('directory_clinic_rule', name)
    for name in ('seen_at', 'arrived_at'):
        op.drop_column('his_registration', name)
