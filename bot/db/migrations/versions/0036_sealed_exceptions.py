"""why staff withdrew an exception is sealed"""

from __future__ import annotations

import sqlalchemy as sa

from bot.db.migrations.sealing import seal, unseal

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    seal("booking_exception", "reason", nullable=True)


def downgrade() -> None:
    unseal("booking_exception", "reason", sa.String(200), nullable=True)
