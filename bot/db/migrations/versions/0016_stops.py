"""stopped sessions and what their patients choose"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Sealed, Whole

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('booking_segment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('stop_id', Whole(), nullable=True))
        batch_op.add_column(sa.Column('substitute', Code(32), nullable=True))

    with op.batch_alter_table('booking_appointment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('stopped_at', Moment(), nullable=True))

    op.create_table('booking_stop',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('session_id', Whole(), nullable=False),
    sa.Column('request_id', Code(80), nullable=False),
    sa.Column('kind', Code(12), nullable=False),
    sa.Column('source', Code(8), nullable=False),
    sa.Column('whole', sa.Boolean(), nullable=False),
    sa.Column('from_wall', Code(5), nullable=False),
    sa.Column('closes', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=120), nullable=False),
    sa.Column('substitute', Code(32), nullable=True),
    sa.Column('state', Code(12), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.Column('made_by', Code(64), nullable=False),
    sa.Column('ended_at', Moment(), nullable=True),
    sa.Column('ended_by', Code(64), nullable=True),
    sa.ForeignKeyConstraint(['session_id'], ['booking_session.id'], name=op.f('fk_booking_stop_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_stop')),
    sa.UniqueConstraint('public_id', name=op.f('uq_booking_stop_public_id')),
    sa.UniqueConstraint('request_id', name=op.f('uq_booking_stop_request_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('booking_stop', schema=None) as batch_op:
        batch_op.create_index('ix_booking_stop_made', ['made_at'], unique=False)
        batch_op.create_index('ix_booking_stop_session', ['session_id', 'state'], unique=False)

    op.create_table('booking_choice',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('stop_id', Whole(), nullable=False),
    sa.Column('appointment_id', Whole(), nullable=False),
    sa.Column('contact_id', Whole(), nullable=False),
    sa.Column('state', Code(12), nullable=False),
    sa.Column('until', Moment(), nullable=False),
    sa.Column('slot_id', Whole(), nullable=True),
    sa.Column('slot_until', Moment(), nullable=True),
    sa.Column('made_at', Moment(), nullable=False),
    sa.Column('seen_at', Moment(), nullable=True),
    sa.Column('seen_by', Code(8), nullable=True),
    sa.Column('answered_at', Moment(), nullable=True),
    sa.Column('answered_by', Code(64), nullable=True),
    sa.Column('became', Whole(), nullable=True),
    sa.Column('called', Code(12), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['booking_appointment.id'], name=op.f('fk_booking_choice_appointment_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_booking_choice_contact_id')),
    sa.ForeignKeyConstraint(['stop_id'], ['booking_stop.id'], name=op.f('fk_booking_choice_stop_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_choice')),
    sa.UniqueConstraint('public_id', name=op.f('uq_booking_choice_public_id')),
    sa.UniqueConstraint('stop_id', 'appointment_id', name=op.f('uq_booking_choice_stop_id_appointment_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('booking_choice', schema=None) as batch_op:
        batch_op.create_index('ix_booking_choice_appointment', ['appointment_id'], unique=False)
        batch_op.create_index('ix_booking_choice_contact', ['contact_id', 'state'], unique=False)
        batch_op.create_index('ix_booking_choice_state', ['state', 'until'], unique=False)

    op.create_table('booking_stop_call',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('choice_id', Whole(), nullable=False),
    sa.Column('result', Code(12), nullable=False),
    sa.Column('note', Sealed('booking_stop_call.note'), nullable=False),
    sa.Column('called_at', Moment(), nullable=False),
    sa.Column('called_by', Code(64), nullable=False),
    sa.ForeignKeyConstraint(['choice_id'], ['booking_choice.id'], name=op.f('fk_booking_stop_call_choice_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_stop_call')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('booking_stop_call', schema=None) as batch_op:
        batch_op.create_index('ix_booking_stop_call_choice', ['choice_id'], unique=False)


def downgrade() -> None:
    op.drop_table('booking_stop_call')
    op.drop_table('booking_choice')
    op.drop_table('booking_stop')
    with op.batch_alter_table('booking_appointment', schema=None) as batch_op:
        batch_op.drop_column('stopped_at')

    with op.batch_alter_table('booking_segment', schema=None) as batch_op:
        batch_op.drop_column('substitute')
        batch_op.drop_column('stop_id')
