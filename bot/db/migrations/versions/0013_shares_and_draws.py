"""shares of the pool for channels, and the fair opening"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Sealed, Whole

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('booking_session', sa.Column('draw', Code(8), nullable=True))
    op.add_column('booking_segment', sa.Column('shared', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('booking_slot', sa.Column('channel', Code(16), nullable=True))
    op.create_table('booking_share',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('segment_id', Whole(), nullable=False),
    sa.Column('channel', Code(16), nullable=False),
    sa.Column('free', sa.Integer(), nullable=False),
    sa.Column('release_at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['segment_id'], ['booking_segment.id'], name=op.f('fk_booking_share_segment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_share')),
    sa.UniqueConstraint('segment_id', 'channel', name=op.f('uq_booking_share_segment_id_channel')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_index('ix_booking_share_release_at', 'booking_share', ['release_at'], unique=False)
    op.create_table('booking_share_rule',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('clinic', Code(32), nullable=False),
    sa.Column('doctor', Code(32), nullable=False),
    sa.Column('weekday', sa.SmallInteger(), nullable=False),
    sa.Column('half', Code(8), nullable=False),
    sa.Column('session', Code(64), nullable=False),
    sa.Column('channel', Code(16), nullable=False),
    sa.Column('percent', sa.SmallInteger(), nullable=False),
    sa.Column('release_minutes', sa.Integer(), nullable=False),
    sa.Column('changed_at', Moment(), nullable=False),
    sa.Column('changed_by', Code(64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_share_rule')),
    sa.UniqueConstraint('public_id', name=op.f('uq_booking_share_rule_public_id')),
    sa.UniqueConstraint('clinic', 'doctor', 'weekday', 'half', 'session', 'channel', name='uq_booking_share_rule_what'),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_table('booking_fair',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('clinic', Code(32), nullable=False),
    sa.Column('doctor', Code(32), nullable=False),
    sa.Column('seconds', sa.SmallInteger(), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.Column('made_by', Code(64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_fair')),
    sa.UniqueConstraint('public_id', name=op.f('uq_booking_fair_public_id')),
    sa.UniqueConstraint('clinic', 'doctor', name=op.f('uq_booking_fair_clinic_doctor')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_table('booking_draw',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('session_id', Whole(), nullable=False),
    sa.Column('state', Code(8), nullable=False),
    sa.Column('opens_at', Moment(), nullable=False),
    sa.Column('closes_at', Moment(), nullable=False),
    sa.Column('seed', Sealed('booking_draw.seed'), nullable=False),
    sa.Column('seed_hash', Code(64), nullable=False),
    sa.Column('places', sa.Integer(), nullable=True),
    sa.Column('made_at', Moment(), nullable=False),
    sa.Column('drawn_at', Moment(), nullable=True),
    sa.Column('done_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['session_id'], ['booking_session.id'], name=op.f('fk_booking_draw_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_draw')),
    sa.UniqueConstraint('public_id', name=op.f('uq_booking_draw_public_id')),
    sa.UniqueConstraint('session_id', name=op.f('uq_booking_draw_session_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_index('ix_booking_draw_state', 'booking_draw', ['state', 'closes_at'], unique=False)
    op.create_table('booking_wish',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('draw_id', Whole(), nullable=False),
    sa.Column('segment_id', Whole(), nullable=False),
    sa.Column('person_id', Whole(), nullable=False),
    sa.Column('contact_id', Whole(), nullable=False),
    sa.Column('channel', Code(16), nullable=False),
    sa.Column('code', Code(12), nullable=False),
    sa.Column('seen', sa.Boolean(), nullable=False),
    sa.Column('lost', sa.SmallInteger(), nullable=False),
    sa.Column('weight', sa.SmallInteger(), nullable=False),
    sa.Column('state', Code(12), nullable=False),
    sa.Column('place', sa.Integer(), nullable=True),
    sa.Column('appointment_id', Whole(), nullable=True),
    sa.Column('reason', Code(40), nullable=True),
    sa.Column('made_at', Moment(), nullable=False),
    sa.Column('ended_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_booking_wish_contact_id')),
    sa.ForeignKeyConstraint(['draw_id'], ['booking_draw.id'], name=op.f('fk_booking_wish_draw_id')),
    sa.ForeignKeyConstraint(['segment_id'], ['booking_segment.id'], name=op.f('fk_booking_wish_segment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_wish')),
    sa.UniqueConstraint('public_id', name=op.f('uq_booking_wish_public_id')),
    sa.UniqueConstraint('draw_id', 'code', name=op.f('uq_booking_wish_draw_id_code')),
    sa.UniqueConstraint('draw_id', 'person_id', name=op.f('uq_booking_wish_draw_id_person_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_index('ix_booking_wish_draw', 'booking_wish', ['draw_id', 'state', 'place'], unique=False)
    op.create_index('ix_booking_wish_contact', 'booking_wish', ['contact_id', 'state'], unique=False)
    op.create_index('ix_booking_wish_person', 'booking_wish', ['person_id', 'state'], unique=False)


def downgrade() -> None:
    for name in ('wish', 'draw', 'fair', 'share_rule', 'share'):
        op.drop_table(f'booking_{name}')
    op.drop_column('booking_slot', 'channel')
    op.drop_column('booking_segment', 'shared')
    op.drop_column('booking_session', 'draw')
