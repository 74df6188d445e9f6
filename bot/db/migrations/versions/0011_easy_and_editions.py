"""easy mode of a contact; editions of the directory"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Whole

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.add_column(sa.Column('easy', sa.Boolean(), server_default=sa.text('0'), nullable=False))

    op.create_table('directory_edition',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('kind', Code(12), nullable=False),
    sa.Column('code', Code(40), nullable=False),
    sa.Column('state', Code(12), nullable=False),
    sa.Column('draft', sa.Boolean(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('picture', Code(40), nullable=True),
    sa.Column('shown_from', Moment(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('made_at', Moment(), nullable=False),
    sa.Column('made_by', Code(64), nullable=False),
    sa.Column('changed_at', Moment(), nullable=False),
    sa.Column('changed_by', Code(64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_directory_edition')),
    sa.UniqueConstraint('kind', 'code', 'draft', name=op.f('uq_directory_edition_kind_code_draft')),
    sa.UniqueConstraint('public_id', name=op.f('uq_directory_edition_public_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('directory_edition', schema=None) as batch_op:
        batch_op.create_index('ix_directory_edition_picture', ['picture'], unique=False)
        batch_op.create_index('ix_directory_edition_state', ['state', 'shown_from'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('directory_edition', schema=None) as batch_op:
        batch_op.drop_index('ix_directory_edition_state')
        batch_op.drop_index('ix_directory_edition_picture')

    op.drop_table('directory_edition')
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.drop_column('easy')
