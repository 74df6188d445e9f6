"""The table of editions.

Of each subject there is at most one draft (`draft` is true, else null: null is never equal to null in a unique key).
What was published is never changed, only withdrawn, so that the trail can say what patients read on a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    UniqueConstraint,
    delete,
    func,
    select,
    update,
)

from bot.db.schema import Moment, code, key, new_public_id, public_id, table
from bot.db.transaction import Transaction

DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"

edition = table(
    "directory_edition",
    key(),
    public_id(),
    Column("kind", code(12), nullable=False),
    Column("code", code(40), nullable=False),
    Column("state", code(12), nullable=False),
    Column("draft", Boolean),
    Column("body", JSON, nullable=False),
    Column("picture", code(40)),
    Column("shown_from", Moment),
    Column("revision", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", code(64), nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", code(64), nullable=False),
    UniqueConstraint("kind", "code", "draft"),
    Index("ix_directory_edition_state", "state", "shown_from"),
    Index("ix_directory_edition_picture", "picture"),
)

async def shown(tx: Transaction, now: datetime) -> Sequence[Row[Any]]:
    """The edition that patients read of each subject: of those published by `now`, the one that began last."""
    begun = (edition.c.state == PUBLISHED, edition.c.shown_from <= now)
    rows = await tx.all(select(edition).where(*begun).order_by(edition.c.shown_from, edition.c.id))
    return list({(row.kind, row.code): row for row in rows}.values())


async def of(tx: Transaction, kind: str, subject: str) -> Sequence[Row[Any]]:
    """All editions of a subject, the newest first."""
    mine = select(edition).where(edition.c.kind == kind, edition.c.code == subject)
    return await tx.all(mine.order_by(edition.c.id.desc()))


async def open_ones(tx: Transaction) -> Sequence[Row[Any]]:
    """(kind, code, state, shown_from, changed_at) of drafts and of whatever is published, now or later."""
    columns = (edition.c.kind, edition.c.code, edition.c.state, edition.c.shown_from, edition.c.changed_at)
    return await tx.all(select(*columns).where(edition.c.state != WITHDRAWN).order_by(edition.c.id))


async def by_public_id(tx: Transaction, public: str, *, lock: bool = False) -> Row[Any] | None:
    found = select(edition).where(edition.c.public_id == public)
    return await tx.one(found.with_for_update() if lock else found)


async def draft_of(tx: Transaction, kind: str, subject: str, *, lock: bool = False) -> Row[Any] | None:
    mine = (edition.c.kind == kind, edition.c.code == subject, edition.c.draft.is_(True))
    found = select(edition).where(*mine)
    return await tx.one(found.with_for_update() if lock else found)


async def add_draft(tx: Transaction, kind: str, subject: str, values: Mapping[str, Any], who: str) -> bool:
    """False where somebody else has just begun one."""
    return await tx.insert_once(
        edition, public_id=new_public_id(), kind=kind, code=subject, state=DRAFT, draft=True, revision=1,
        made_at=tx.now, made_by=who, changed_at=tx.now, changed_by=who, **values,
    )


async def save_draft(tx: Transaction, row: Row[Any], revision: int, values: Mapping[str, Any], who: str) -> bool:
    """False where it was changed since `revision` was read."""
    mine = (edition.c.id == row.id, edition.c.revision == revision, edition.c.draft.is_(True))
    changed = {**values, "revision": edition.c.revision + 1, "changed_at": tx.now, "changed_by": who}
    return await tx.update(update(edition).where(*mine).values(changed)) == 1


async def publish(tx: Transaction, row: Row[Any], revision: int, shown_from: datetime, who: str) -> bool:
    """False where it was changed or published since."""
    mine = (edition.c.id == row.id, edition.c.revision == revision, edition.c.draft.is_(True))
    values = {"state": PUBLISHED, "draft": None, "shown_from": shown_from, "changed_at": tx.now, "changed_by": who}
    return await tx.update(update(edition).where(*mine).values(values)) == 1


async def withdraw(tx: Transaction, row: Row[Any], who: str) -> bool:
    """Drafts are thrown away, what is published is taken back."""
    if row.state == DRAFT:
        return await tx.update(delete(edition).where(edition.c.id == row.id, edition.c.draft.is_(True))) == 1
    mine = (edition.c.id == row.id, edition.c.state == PUBLISHED)
    values = {"state": WITHDRAWN, "changed_at": tx.now, "changed_by": who}
    return await tx.update(update(edition).where(*mine).values(values)) == 1


async def is_shown(tx: Transaction, picture: str, now: datetime) -> bool:
    """Whether an edition with this picture is, or was, before patients."""
    begun = (edition.c.picture == picture, edition.c.state == PUBLISHED, edition.c.shown_from <= now)
    return bool(await tx.scalar(select(func.count()).select_from(edition).where(*begun)))


async def is_used(tx: Transaction, picture: str) -> bool:
    """Whether any edition has it, an old one too: what patients saw on a day can be looked up."""
    return bool(await tx.scalar(select(func.count()).select_from(edition).where(edition.c.picture == picture)))
