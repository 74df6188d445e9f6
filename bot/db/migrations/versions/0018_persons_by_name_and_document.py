"""persons by name and by document, so that the desk finds one among very many without looking at all of them"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_patients_person_name', 'patients_person', ['name_hash'], unique=False)
    op.create_index('ix_patients_person_document', 'patients_person', ['document_hash'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_patients_person_document', 'patients_person')
    op.drop_index('ix_patients_person_name', 'patients_person')
