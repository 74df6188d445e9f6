"""patients"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Hashed, Moment, Sealed, Whole

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "patients_person",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("public_id", Code(22), nullable=False),
        sa.Column("active", sa.SmallInteger(), nullable=True),
        sa.Column("name", Sealed("patients_person.name"), nullable=False),
        sa.Column("name_hash", Hashed(), nullable=False),
        sa.Column("document_type", Code(20), nullable=True),
        sa.Column("document", Sealed("patients_person.document"), nullable=True),
        sa.Column("document_hash", Hashed(), nullable=True),
        sa.Column("sex", Code(8), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("mobile", Sealed("patients_person.mobile"), nullable=True),
        sa.Column("mobile_hash", Hashed(), nullable=True),
        sa.Column("guardian_id", Whole(), nullable=True),
        sa.Column("patient_no", Code(40), nullable=True),
        sa.Column("record_state", Code(8), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["guardian_id"], ["patients_person.id"], name=op.f("fk_patients_person_guardian_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patients_person")),
        sa.UniqueConstraint(
            "document_type",
            "document_hash",
            "active",
            name=op.f("uq_patients_person_document_type_document_hash_active"),
        ),
        sa.UniqueConstraint("guardian_id", "name_hash", "birth_date", "active", name="uq_patients_person_child"),
        sa.UniqueConstraint("public_id", name=op.f("uq_patients_person_public_id")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("patients_person", schema=None) as batch_op:
        batch_op.create_index("ix_patients_person_mobile", ["mobile_hash"], unique=False)
        batch_op.create_index("ix_patients_person_patient_no", ["patient_no"], unique=False)
        batch_op.create_index("ix_patients_person_record_state", ["record_state", "changed_at"], unique=False)

    op.create_table(
        "patients_tally",
        sa.Column("kind", Code(8), nullable=False),
        sa.Column("subject", Hashed(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_patients_tally")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "patients_act",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("act", Code(24), nullable=False),
        sa.Column("person_id", Whole(), nullable=False),
        sa.Column("contact_id", Whole(), nullable=True),
        sa.Column("actor", Code(64), nullable=False),
        sa.Column("relation", Code(8), nullable=False),
        sa.Column("reach", Code(8), nullable=False),
        sa.Column("consent", Code(20), nullable=False),
        sa.Column("request_id", Code(40), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_patients_act_contact_id")),
        sa.ForeignKeyConstraint(["person_id"], ["patients_person.id"], name=op.f("fk_patients_act_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patients_act")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("patients_act", schema=None) as batch_op:
        batch_op.create_index("ix_patients_act_contact", ["contact_id", "at"], unique=False)
        batch_op.create_index("ix_patients_act_person", ["person_id", "at"], unique=False)

    op.create_table(
        "patients_code",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("contact_id", Whole(), nullable=False),
        sa.Column("mobile_hash", Hashed(), nullable=False),
        sa.Column("purpose", Code(12), nullable=False),
        sa.Column("code_hash", Hashed(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("spent_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_patients_code_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patients_code")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("patients_code", schema=None) as batch_op:
        batch_op.create_index("ix_patients_code_contact_mobile", ["contact_id", "mobile_hash", "purpose"], unique=False)
        batch_op.create_index("ix_patients_code_sent", ["sent_at"], unique=False)

    op.create_table(
        "patients_link",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("contact_id", Whole(), nullable=False),
        sa.Column("person_id", Whole(), nullable=False),
        sa.Column("active", sa.SmallInteger(), nullable=True),
        sa.Column("relation", Code(8), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("reach", Code(8), nullable=False),
        sa.Column("proof", Code(8), nullable=False),
        sa.Column("proved_at", Moment(), nullable=False),
        sa.Column("mobile", Sealed("patients_link.mobile"), nullable=False),
        sa.Column("mobile_hash", Hashed(), nullable=False),
        sa.Column("consent", Code(20), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("made_by", Code(64), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", Code(64), nullable=True),
        sa.Column("ended_why", Code(16), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_patients_link_contact_id")),
        sa.ForeignKeyConstraint(["person_id"], ["patients_person.id"], name=op.f("fk_patients_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patients_link")),
        sa.UniqueConstraint(
            "contact_id", "person_id", "active", name=op.f("uq_patients_link_contact_id_person_id_active")
        ),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("patients_link", schema=None) as batch_op:
        batch_op.create_index("ix_patients_link_person", ["person_id", "active"], unique=False)
        batch_op.create_index("ix_patients_link_until", ["until"], unique=False)

    op.create_table(
        "patients_look",
        sa.Column("id", Whole(), autoincrement=True, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("person_id", Whole(), nullable=False),
        sa.Column("actor", Code(64), nullable=False),
        sa.Column("why", Code(120), nullable=False),
        sa.Column("request_id", Code(40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["patients_person.id"], name=op.f("fk_patients_look_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patients_look")),
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("patients_look", schema=None) as batch_op:
        batch_op.create_index("ix_patients_look_person", ["person_id", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("patients_look", schema=None) as batch_op:
        batch_op.drop_index("ix_patients_look_person")

    op.drop_table("patients_look")
    with op.batch_alter_table("patients_link", schema=None) as batch_op:
        batch_op.drop_index("ix_patients_link_until")
        batch_op.drop_index("ix_patients_link_person")

    op.drop_table("patients_link")
    with op.batch_alter_table("patients_code", schema=None) as batch_op:
        batch_op.drop_index("ix_patients_code_sent")
        batch_op.drop_index("ix_patients_code_contact_mobile")

    op.drop_table("patients_code")
    with op.batch_alter_table("patients_act", schema=None) as batch_op:
        batch_op.drop_index("ix_patients_act_person")
        batch_op.drop_index("ix_patients_act_contact")

    op.drop_table("patients_act")
    op.drop_table("patients_tally")
    with op.batch_alter_table("patients_person", schema=None) as batch_op:
        batch_op.drop_index("ix_patients_person_record_state")
        batch_op.drop_index("ix_patients_person_patient_no")
        batch_op.drop_index("ix_patients_person_mobile")

    op.drop_table("patients_person")
