"""directory"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Whole

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_clinic",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("code", Code(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("department", Code(40), nullable=False),
        sa.Column("site", Code(40), nullable=False),
        sa.Column("name", Code(80), nullable=False),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("phone", Code(40), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("min_age", sa.Integer(), nullable=True),
        sa.Column("max_age", sa.Integer(), nullable=True),
        sa.Column("sex", Code(8), nullable=True),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_clinic")),
        sa.UniqueConstraint("code", name=op.f("uq_directory_clinic_code")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "directory_clinic_rule",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("code", Code(40), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=True),
        sa.Column("open_time", sa.Time(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_clinic_rule")),
        sa.UniqueConstraint("code", name=op.f("uq_directory_clinic_rule_code")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "directory_department",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("code", Code(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("site", Code(40), nullable=False),
        sa.Column("name", Code(80), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_department")),
        sa.UniqueConstraint("code", name=op.f("uq_directory_department_code")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "directory_doctor",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("code", Code(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", Code(16), nullable=False),
        sa.Column("name", Code(80), nullable=False),
        sa.Column("sex", Code(8), nullable=False),
        sa.Column("title", Code(40), nullable=False),
        sa.Column("education", Code(80), nullable=False),
        sa.Column("specialties", sa.JSON(), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("clinics", sa.JSON(), nullable=False),
        sa.Column("photo", Code(200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_doctor")),
        sa.UniqueConstraint("code", name=op.f("uq_directory_doctor_code")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "directory_room",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("code", Code(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("site", Code(40), nullable=False),
        sa.Column("clinic", Code(40), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_room")),
        sa.UniqueConstraint("code", name=op.f("uq_directory_room_code")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "directory_site",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("code", Code(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", Code(80), nullable=False),
        sa.Column("address", Code(200), nullable=False),
        sa.Column("phone", Code(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_site")),
        sa.UniqueConstraint("code", name=op.f("uq_directory_site_code")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "directory_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", Code(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_version")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )


def downgrade() -> None:
    op.drop_table("directory_version")
    op.drop_table("directory_site")
    op.drop_table("directory_room")
    op.drop_table("directory_doctor")
    op.drop_table("directory_department")
    op.drop_table("directory_clinic_rule")
    op.drop_table("directory_clinic")
