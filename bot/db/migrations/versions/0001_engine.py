"""engine"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Sealed, Whole

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("public_id", Code(22), nullable=False),
        sa.Column("account", Code(32), nullable=False),
        sa.Column("channel", Code(16), nullable=False),
        sa.Column("external_id", Code(128), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("account", "external_id", name=op.f("uq_contact_account_external_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contact_public_id")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "data_key",
        sa.Column("id", Whole(), autoincrement=False, nullable=False),
        sa.Column("purpose", Code(8), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("master", Code(16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("active_from", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_key")),
        sa.UniqueConstraint("purpose", "generation", name=op.f("uq_data_key_purpose_generation")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "outbox",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("topic", Code(64), nullable=False),
        sa.Column("key", Code(160), nullable=True),
        sa.Column("lane", Code(80), nullable=True),
        sa.Column("payload", Sealed("outbox.payload"), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", Code(8), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("useless_after", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", Code(40), nullable=True),
        sa.Column("leased_until", Moment(), nullable=True),
        sa.Column("error", Code(500), nullable=True),
        sa.Column("request_id", Code(40), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_finished", ["state", "finished_at"], unique=False)
        batch_op.create_index("ix_outbox_lane_state", ["lane", "state"], unique=False)
        batch_op.create_index("ix_outbox_state_due", ["state", "priority", "due_at"], unique=False)

    op.create_table(
        "conversation",
        sa.Column("contact_id", Whole(), autoincrement=False, nullable=False),
        sa.Column("state", Sealed("conversation.state"), nullable=True),
        sa.Column("mode", Code(8), nullable=False),
        sa.Column("wakes_at", Moment(), nullable=True),
        sa.Column("awaits", Code(96), nullable=True),
        sa.Column("reach", Code(400), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_conversation_contact_id")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_conversation")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index("ix_conversation_awaits", ["awaits"], unique=False)
        batch_op.create_index("ix_conversation_wakes_at", ["wakes_at"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("source", Code(48), nullable=False),
        sa.Column("external_id", Code(190), nullable=False),
        sa.Column("contact_id", Whole(), nullable=False),
        sa.Column("kind", Code(16), nullable=False),
        sa.Column("body", Sealed("inbox.body"), nullable=False),
        sa.Column("answer", Sealed("inbox.answer"), nullable=False),
        sa.Column("request_id", Code(40), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_inbox_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_inbox_source_external_id")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_contact_received", ["contact_id", "received_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index("ix_inbox_contact_received")

    op.drop_table("inbox")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_wakes_at")
        batch_op.drop_index("ix_conversation_awaits")

    op.drop_table("conversation")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_state_due")
        batch_op.drop_index("ix_outbox_lane_state")
        batch_op.drop_index("ix_outbox_finished")

    op.drop_table("outbox")
    op.drop_table("data_key")
    op.drop_table("contact")
