"""what staff write about a patient, and what an examination is called, are sealed"""

from __future__ import annotations

import sqlalchemy as sa

from bot.db.migrations.sealing import seal, unseal
from bot.db.schema import Code

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

COLUMNS = (
    ("booking_no_show", "reason", sa.String(200), True), ("booking_lock", "reason", sa.String(200), True),
    ("booking_excused", "reason", sa.String(200), False), ("booking_exam", "name", sa.String(64), False),
    ("patients_look", "why", Code(120), False),
)


def upgrade() -> None:
    for table, name, _, nullable in COLUMNS:
        seal(table, name, nullable=nullable)


def downgrade() -> None:
    for table, name, text, nullable in COLUMNS:
        unseal(table, name, text, nullable=nullable)
