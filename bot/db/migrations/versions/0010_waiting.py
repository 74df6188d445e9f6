"""the waiting list and its offers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Whole

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('booking_waiting',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('session_id', Whole(), nullable=False),
    sa.Column('person_id', Whole(), nullable=False),
    sa.Column('contact_id', Whole(), nullable=False),
    sa.Column('channel', Code(16), nullable=False),
    sa.Column('state', Code(12), nullable=False),
    sa.Column('open', sa.Boolean(), nullable=True),
    sa.Column('joined_at', Moment(), nullable=False),
    sa.Column('ended_at', Moment(), nullable=True),
    sa.Column('ended_by', Code(64), nullable=True),
    sa.Column('reason', Code(40), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_booking_waiting_contact_id')),
    sa.ForeignKeyConstraint(['session_id'], ['booking_session.id'], name=op.f('fk_booking_waiting_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_waiting')),
    sa.UniqueConstraint('person_id', 'session_id', 'open', name=op.f('uq_booking_waiting_person_id_session_id_open')),
    sa.UniqueConstraint('public_id', name=op.f('uq_booking_waiting_public_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('booking_waiting', schema=None) as batch_op:
        batch_op.create_index('ix_booking_waiting_contact', ['contact_id', 'state'], unique=False)
        batch_op.create_index('ix_booking_waiting_session', ['session_id', 'state', 'joined_at'], unique=False)
        batch_op.create_index('ix_booking_waiting_state', ['state'], unique=False)

    op.create_table('booking_offer',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('waiting_id', Whole(), nullable=False),
    sa.Column('appointment_id', Whole(), nullable=False),
    sa.Column('state', Code(12), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.Column('until', Moment(), nullable=False),
    sa.Column('ended_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['booking_appointment.id'], name=op.f('fk_booking_offer_appointment_id')),
    sa.ForeignKeyConstraint(['waiting_id'], ['booking_waiting.id'], name=op.f('fk_booking_offer_waiting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_offer')),
    sa.UniqueConstraint('appointment_id', name=op.f('uq_booking_offer_appointment_id')),
    sa.UniqueConstraint('waiting_id', name=op.f('uq_booking_offer_waiting_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )


def downgrade() -> None:
    op.drop_table('booking_offer')
    with op.batch_alter_table('booking_waiting', schema=None) as batch_op:
        batch_op.drop_index('ix_booking_waiting_state')
        batch_op.drop_index('ix_booking_waiting_session')
        batch_op.drop_index('ix_booking_waiting_contact')

    op.drop_table('booking_waiting')
