"""contact: which answers are read aloud in easy mode"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("aloud", Code(8), server_default="spoken", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("aloud")
