"""What somebody hands to family: the link, the code, who took it, what the giver said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Hashed, Moment, Whole

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "patients_handover",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("public_id", Code(22), nullable=False),
        sa.Column("state", Code(8), nullable=False),
        sa.Column("live", sa.SmallInteger(), nullable=True),
        sa.Column("giver_id", Whole(), nullable=False),
        sa.Column("person_id", Whole(), nullable=False),
        sa.Column("reach", Code(8), nullable=False),
        sa.Column("code_hash", Hashed(), nullable=False),
        sa.Column("taker_id", Whole(), nullable=True),
        sa.Column("relation", Code(8), nullable=True),
        sa.Column("consent", Code(20), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["giver_id"], ["contact.id"], name=op.f("fk_patients_handover_giver_id")),
        sa.ForeignKeyConstraint(["person_id"], ["patients_person.id"], name=op.f("fk_patients_handover_person_id")),
        sa.ForeignKeyConstraint(["taker_id"], ["contact.id"], name=op.f("fk_patients_handover_taker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patients_handover")),
        sa.UniqueConstraint("code_hash", "live", name=op.f("uq_patients_handover_code_hash_live")),
        sa.UniqueConstraint("public_id", name=op.f("uq_patients_handover_public_id")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("patients_handover", schema=None) as batch_op:
        batch_op.create_index("ix_patients_handover_due", ["state", "expires_at"], unique=False)
        batch_op.create_index("ix_patients_handover_giver", ["giver_id", "person_id", "state"], unique=False)
        batch_op.create_index("ix_patients_handover_taker", ["taker_id", "state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("patients_handover", schema=None) as batch_op:
        batch_op.drop_index("ix_patients_handover_taker")
        batch_op.drop_index("ix_patients_handover_giver")
        batch_op.drop_index("ix_patients_handover_due")

    op.drop_table("patients_handover")
