"""filters of lists that staff keep by name"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Whole

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('access_filter',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('staff_id', Whole(), nullable=False),
    sa.Column('list', Code(32), nullable=False),
    sa.Column('name', Code(20), nullable=False),
    sa.Column('address', sa.String(length=500), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['access_staff.id'], name=op.f('fk_access_filter_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_filter')),
    sa.UniqueConstraint('public_id', name=op.f('uq_access_filter_public_id')),
    sa.UniqueConstraint('staff_id', 'list', 'name', name='uq_access_filter_staff_id_list_name'),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )


def downgrade() -> None:
    op.drop_table('access_filter')
