"""staff, roles, sessions and the audit trail"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Hashed, Moment, Sealed, Whole

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_role",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("public_id", Code(22), nullable=False),
        sa.Column("code", Code(24), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_role")),
        sa.UniqueConstraint("code", name=op.f("uq_access_role_code")),
        sa.UniqueConstraint("name", name=op.f("uq_access_role_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_access_role_public_id")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "access_staff",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("public_id", Code(22), nullable=False),
        sa.Column("login", Code(40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("number", Code(40), nullable=False),
        sa.Column("mobile", Sealed("access_staff.mobile"), nullable=True),
        sa.Column("state", Code(8), nullable=False),
        sa.Column("password", Code(200), nullable=False),
        sa.Column("password_at", Moment(), nullable=False),
        sa.Column("password_once", sa.Boolean(), nullable=False),
        sa.Column("factor", Sealed("access_staff.factor"), nullable=True),
        sa.Column("factor_at", Moment(), nullable=True),
        sa.Column("factor_step", Whole(), nullable=False),
        sa.Column("signed_in_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_access_staff_login")),
        sa.UniqueConstraint("public_id", name=op.f("uq_access_staff_public_id")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "access_try",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("subject", Hashed(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("locked_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_try")),
        sa.UniqueConstraint("subject", name=op.f("uq_access_try_subject")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("access_try", schema=None) as batch_op:
        batch_op.create_index("ix_access_try_last_at", ["last_at"], unique=False)

    op.create_table(
        "audit_entry",
        sa.Column("number", Whole(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", Code(64), nullable=False),
        sa.Column("act", Code(48), nullable=False),
        sa.Column("about", Code(96), nullable=False),
        sa.Column("address", Code(45), nullable=False),
        sa.Column("request_id", Code(40), nullable=False),
        sa.Column("facts", Sealed("audit_entry.facts"), nullable=False),
        sa.Column("hash", Hashed(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_about", ["about", "number"], unique=False)
        batch_op.create_index("ix_audit_entry_act", ["act", "number"], unique=False)
        batch_op.create_index("ix_audit_entry_actor", ["actor", "number"], unique=False)
        batch_op.create_index("ix_audit_entry_at", ["at"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", Whole(), nullable=False),
        sa.Column("hash", Hashed(), nullable=False),
        sa.Column("seal", Hashed(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "access_grant",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("role_id", Whole(), nullable=False),
        sa.Column("right", Code(48), nullable=False),
        sa.Column("reach", Code(12), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["access_role.id"], name=op.f("fk_access_grant_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
        sa.UniqueConstraint("role_id", "right", name=op.f("uq_access_grant_role_id_right")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "access_holder",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("staff_id", Whole(), nullable=False),
        sa.Column("role_id", Whole(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["access_role.id"], name=op.f("fk_access_holder_role_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["access_staff.id"], name=op.f("fk_access_holder_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_holder")),
        sa.UniqueConstraint("staff_id", "role_id", name=op.f("uq_access_holder_staff_id_role_id")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "access_old_password",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("staff_id", Whole(), nullable=False),
        sa.Column("password", Code(200), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["access_staff.id"], name=op.f("fk_access_old_password_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_old_password")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("access_old_password", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_old_password_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "access_place",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("staff_id", Whole(), nullable=False),
        sa.Column("kind", Code(12), nullable=False),
        sa.Column("code", Code(40), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["access_staff.id"], name=op.f("fk_access_place_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_place")),
        sa.UniqueConstraint("staff_id", "kind", "code", name=op.f("uq_access_place_staff_id_kind_code")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "access_recovery",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("staff_id", Whole(), nullable=False),
        sa.Column("code", Hashed(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["access_staff.id"], name=op.f("fk_access_recovery_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_recovery")),
        sa.UniqueConstraint("staff_id", "code", name=op.f("uq_access_recovery_staff_id_code")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "access_session",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("public_id", Code(22), nullable=False),
        sa.Column("token", Hashed(), nullable=False),
        sa.Column("staff_id", Whole(), nullable=False),
        sa.Column("stage", Code(8), nullable=False),
        sa.Column("address", Code(45), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_why", Code(12), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["access_staff.id"], name=op.f("fk_access_session_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_access_session_public_id")),
        sa.UniqueConstraint("token", name=op.f("uq_access_session_token")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("access_session", schema=None) as batch_op:
        batch_op.create_index("ix_access_session_staff", ["staff_id", "ended_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("access_session", schema=None) as batch_op:
        batch_op.drop_index("ix_access_session_staff")

    op.drop_table("access_session")
    op.drop_table("access_recovery")
    op.drop_table("access_place")
    with op.batch_alter_table("access_old_password", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_old_password_staff_id"))

    op.drop_table("access_old_password")
    op.drop_table("access_holder")
    op.drop_table("access_grant")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_at")
        batch_op.drop_index("ix_audit_entry_actor")
        batch_op.drop_index("ix_audit_entry_act")
        batch_op.drop_index("ix_audit_entry_about")

    op.drop_table("audit_entry")
    with op.batch_alter_table("access_try", schema=None) as batch_op:
        batch_op.drop_index("ix_access_try_last_at")

    op.drop_table("access_try")
    op.drop_table("access_staff")
    op.drop_table("access_role")
