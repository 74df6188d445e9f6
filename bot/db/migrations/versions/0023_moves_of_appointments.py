"""appointments that the hospital moved: when, and from where"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Whole

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('booking_move',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('appointment_id', Whole(), nullable=False),
    sa.Column('was_date', sa.Date(), nullable=False),
    sa.Column('was_start', Code(5), nullable=False),
    sa.Column('was_end', Code(5), nullable=False),
    sa.Column('once', Code(80), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['booking_appointment.id'], name=op.f('fk_booking_move_appointment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_move')),
    sa.UniqueConstraint('once', name=op.f('uq_booking_move_once')),
    sa.UniqueConstraint('public_id', name=op.f('uq_booking_move_public_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('booking_move', schema=None) as batch_op:
        batch_op.create_index('ix_booking_move_appointment', ['appointment_id'], unique=False)

    with op.batch_alter_table('booking_appointment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('moved_at', Moment(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('booking_appointment', schema=None) as batch_op:
        batch_op.drop_column('moved_at')

    op.drop_table('booking_move')
