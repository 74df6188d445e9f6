"""whom staff met by a number, and where a request for a human belongs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Whole

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('patients_met',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('person_id', Whole(), nullable=False),
    sa.Column('actor', Code(64), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['patients_person.id'], name=op.f('fk_patients_met_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patients_met')),
    sa.UniqueConstraint('actor', 'person_id', name=op.f('uq_patients_met_actor_person_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.add_column('desk_request', sa.Column('amid', Code(96), nullable=True))
    op.add_column('desk_request', sa.Column('department', Code(32), nullable=True))
    op.add_column('desk_request', sa.Column('clinic', Code(32), nullable=True))
    op.add_column('desk_request', sa.Column('doctor', Code(32), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('desk_request', schema=None) as batch_op:
        batch_op.drop_column('doctor')
        batch_op.drop_column('clinic')
        batch_op.drop_column('department')
        batch_op.drop_column('amid')
    op.drop_table('patients_met')
