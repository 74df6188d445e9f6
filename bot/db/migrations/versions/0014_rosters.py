"""rosters made in the console"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Whole

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('booking_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('source', Code(8), server_default='hospital', nullable=False))
        batch_op.add_column(sa.Column('pattern_id', Whole(), nullable=True))

    op.create_table('booking_roster_pattern',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('clinic', Code(32), nullable=False),
    sa.Column('doctor', Code(32), nullable=True),
    sa.Column('weekday', sa.SmallInteger(), nullable=False),
    sa.Column('half', Code(8), nullable=False),
    sa.Column('starts', Code(5), nullable=False),
    sa.Column('ends', Code(5), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('ahead', sa.Integer(), nullable=True),
    sa.Column('kind', Code(16), nullable=False),
    sa.Column('fee', sa.Integer(), nullable=False),
    sa.Column('room', Code(40), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=True),
    sa.Column('weeks', Code(8), nullable=False),
    sa.Column('state', Code(8), nullable=False),
    sa.Column('made_by', Code(64), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_roster_pattern')),
    sa.UniqueConstraint('public_id', name=op.f('uq_booking_roster_pattern_public_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('booking_roster_pattern', schema=None) as batch_op:
        batch_op.create_index('ix_booking_roster_pattern_clinic', ['clinic', 'state'], unique=False)
        batch_op.create_index('ix_booking_roster_pattern_doctor', ['doctor', 'state'], unique=False)

    op.create_table('booking_roster_edit',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('clinic', Code(32), nullable=False),
    sa.Column('pattern_id', Whole(), nullable=True),
    sa.Column('act', Code(8), nullable=False),
    sa.Column('terms', sa.JSON(), nullable=True),
    sa.Column('made_by', Code(64), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_roster_edit')),
    sa.UniqueConstraint('pattern_id', name=op.f('uq_booking_roster_edit_pattern_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_booking_roster_edit_public_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('booking_roster_edit', schema=None) as batch_op:
        batch_op.create_index('ix_booking_roster_edit_clinic', ['clinic'], unique=False)

    op.create_table('booking_roster_change',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('actor', Code(64), nullable=False),
    sa.Column('act', Code(24), nullable=False),
    sa.Column('clinic', Code(32), nullable=False),
    sa.Column('doctor', Code(32), nullable=True),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('about', Code(64), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_roster_change')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('booking_roster_change', schema=None) as batch_op:
        batch_op.create_index('ix_booking_roster_change_at', ['at'], unique=False)
        batch_op.create_index('ix_booking_roster_change_clinic', ['clinic', 'at'], unique=False)
        batch_op.create_index('ix_booking_roster_change_doctor', ['doctor', 'at'], unique=False)

    op.create_table('booking_roster_gate',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_roster_gate')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )


def downgrade() -> None:
    op.drop_table('booking_roster_gate')
    op.drop_table('booking_roster_change')
    op.drop_table('booking_roster_edit')
    op.drop_table('booking_roster_pattern')
    with op.batch_alter_table('booking_session', schema=None) as batch_op:
        batch_op.drop_column('pattern_id')
        batch_op.drop_column('source')
