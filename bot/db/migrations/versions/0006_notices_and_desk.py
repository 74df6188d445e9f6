"""notices and desk"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Sealed, Whole

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_request",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("public_id", Code(22), nullable=False),
        sa.Column("contact_id", Whole(), nullable=False),
        sa.Column("once", Code(64), nullable=False),
        sa.Column("about", Sealed("desk_request.about"), nullable=False),
        sa.Column("mobile", Sealed("desk_request.mobile"), nullable=True),
        sa.Column("state", Code(8), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("done_by", Code(64), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_desk_request_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_request")),
        sa.UniqueConstraint("once", name=op.f("uq_desk_request_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_desk_request_public_id")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("desk_request", schema=None) as batch_op:
        batch_op.create_index("ix_desk_request_state_asked", ["state", "asked_at"], unique=False)

    op.create_table(
        "notices_preference",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("contact_id", Whole(), nullable=False),
        sa.Column("kind_group", Code(32), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_notices_preference_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices_preference")),
        sa.UniqueConstraint("contact_id", "kind_group", name=op.f("uq_notices_preference_contact_id_kind_group")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "notices_push",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("public_id", Code(22), nullable=False),
        sa.Column("kind", Code(64), nullable=False),
        sa.Column("about", Code(96), nullable=False),
        sa.Column("contact_id", Whole(), nullable=False),
        sa.Column("facts", Sealed("notices_push.facts"), nullable=False),
        sa.Column("state", Code(12), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("useless_after", Moment(), nullable=True),
        sa.Column("taken_until", Moment(), nullable=True),
        sa.Column("way", Code(20), nullable=True),
        sa.Column("tried", Code(80), nullable=False),
        sa.Column("message_id", Code(80), nullable=True),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("delivered", Code(40), nullable=True),
        sa.Column("delivered_at", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", Code(80), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_notices_push_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices_push")),
        sa.UniqueConstraint("kind", "about", "contact_id", name=op.f("uq_notices_push_kind_about_contact_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_notices_push_public_id")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("notices_push", schema=None) as batch_op:
        batch_op.create_index("ix_notices_push_contact", ["contact_id", "kind", "created_at"], unique=False)
        batch_op.create_index("ix_notices_push_message", ["message_id"], unique=False)
        batch_op.create_index("ix_notices_push_state", ["state", "due_at"], unique=False)

    op.create_table(
        "notices_call_task",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("public_id", Code(22), nullable=False),
        sa.Column("contact_id", Whole(), nullable=False),
        sa.Column("push_id", Whole(), nullable=False),
        sa.Column("reason", Code(80), nullable=False),
        sa.Column("state", Code(8), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_notices_call_task_contact_id")),
        sa.ForeignKeyConstraint(["push_id"], ["notices_push.id"], name=op.f("fk_notices_call_task_push_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices_call_task")),
        sa.UniqueConstraint("public_id", name=op.f("uq_notices_call_task_public_id")),
        sa.UniqueConstraint("push_id", name=op.f("uq_notices_call_task_push_id")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("notices_call_task", schema=None) as batch_op:
        batch_op.create_index("ix_notices_call_task_state", ["state", "created_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("notices_call_task", schema=None) as batch_op:
        batch_op.drop_index("ix_notices_call_task_state")

    op.drop_table("notices_call_task")
    with op.batch_alter_table("notices_push", schema=None) as batch_op:
        batch_op.drop_index("ix_notices_push_state")
        batch_op.drop_index("ix_notices_push_message")
        batch_op.drop_index("ix_notices_push_contact")

    op.drop_table("notices_push")
    op.drop_table("notices_preference")
    with op.batch_alter_table("desk_request", schema=None) as batch_op:
        batch_op.drop_index("ix_desk_request_state_asked")

    op.drop_table("desk_request")
