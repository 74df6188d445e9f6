"""commands of the embedded hospital by time, so that old ones are forgotten quickly"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_his_request_seen_at', 'his_request', ['seen_at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_his_request_seen_at', 'his_request')
