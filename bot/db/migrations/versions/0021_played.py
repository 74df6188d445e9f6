"""how far the embedded hospital's made-up life has come"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Whole

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('his_played',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('part', Code(16), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('ahead', sa.SmallInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_his_played')),
    sa.UniqueConstraint('part', 'day', name=op.f('uq_his_played_part_day')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )


def downgrade() -> None:
    op.drop_table('his_played')
