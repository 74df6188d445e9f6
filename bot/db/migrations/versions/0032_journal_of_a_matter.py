"""journal: found by its matter without reading all of it"""

from __future__ import annotations

from alembic import op

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_journal_about', 'journal', ['about', 'at'])


def downgrade() -> None:
    op.drop_index('ix_journal_about', 'journal')
