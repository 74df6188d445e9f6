"""sessions made in the console stand in the hospital's book: how far it was told, and the embedded hospital's part"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, LongText, Moment, Whole

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('booking_session_told',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('session_id', Whole(), nullable=False),
    sa.Column('wanted', sa.Integer(), nullable=False),
    sa.Column('entered', sa.Integer(), nullable=False),
    sa.Column('state', Code(8), nullable=False),
    sa.Column('code', Code(64), nullable=True),
    sa.Column('digest', Code(64), nullable=False),
    sa.Column('refusal', Code(64), nullable=True),
    sa.Column('words', sa.String(length=200), nullable=True),
    sa.Column('heard', Code(64), nullable=False),
    sa.Column('changed_at', Moment(), nullable=False),
    sa.Column('sent_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['session_id'], ['booking_session.id'], name=op.f('fk_booking_session_told_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_session_told')),
    sa.UniqueConstraint('code', name=op.f('uq_booking_session_told_code')),
    sa.UniqueConstraint('session_id', name=op.f('uq_booking_session_told_session_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('booking_session_told', schema=None) as batch_op:
        batch_op.create_index('ix_booking_session_told_state', ['state', 'session_id'], unique=False)

    # Those that were made before are told as well; the sweep finds them.
    op.execute(
        "INSERT INTO booking_session_told (session_id, wanted, entered, state, digest, heard, changed_at) "
        "SELECT id, 1, 0, 'waiting', '', '', CURRENT_TIMESTAMP FROM booking_session WHERE source = 'desk' "
        "AND id NOT IN (SELECT session_id FROM booking_session_told)"
    )

    with op.batch_alter_table('his_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('own', Code(64), nullable=True))
        batch_op.add_column(sa.Column('revision', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('told', LongText(), nullable=True))
        batch_op.create_unique_constraint(op.f('uq_his_session_own'), ['own'])


def downgrade() -> None:
    with op.batch_alter_table('his_session', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('uq_his_session_own'), type_='unique')
        batch_op.drop_column('told')
        batch_op.drop_column('revision')
        batch_op.drop_column('own')
    op.drop_table('booking_session_told')
