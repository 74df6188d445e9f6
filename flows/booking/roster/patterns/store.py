"""Patterns as they are in force, the draft of each clinic beside them, and what was changed by whom.

A pattern is changed by publishing alone: until then the draft holds what is to be added, changed or ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import JSON, Column, Date, Index, Integer, SmallInteger, delete, func, select, update

from bot.db.lookup import Lookup
from bot.db.schema import Moment, code, key, public_id, table, whole
from bot.db.transaction import Transaction
from flows.booking.roster.patterns.rules import Edit, Pattern, Terms

pattern = table(
    "booking_roster_pattern",
    key(),
    public_id(),
    Column("clinic", code(32), nullable=False),
    Column("doctor", code(32)),
    Column("weekday", SmallInteger, nullable=False),  # Monday is 0
    Column("half", code(8), nullable=False),
    Column("starts", code(5), nullable=False),
    Column("ends", code(5), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("total", Integer),
    Column("ahead", Integer),
    Column("kind", code(16), nullable=False),
    Column("fee", Integer),  # NULL: by the clinic's rule (fees/)
    Column("room", code(40), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date),
    Column("weeks", code(8), nullable=False),  # every, odd, even
    Column("state", code(8), nullable=False),  # live, ended
    Column("made_by", code(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Index("ix_booking_roster_pattern_clinic", "clinic", "state"),
    Index("ix_booking_roster_pattern_doctor", "doctor", "state"),
)

edit = table(
    "booking_roster_edit",
    key(),
    public_id(),
    Column("clinic", code(32), nullable=False),
    Column("pattern_id", whole(), unique=True),  # NULL adds one
    Column("act", code(8), nullable=False),  # add, change, end
    Column("terms", JSON(none_as_null=True)),  # as Terms.plain; NULL ends it
    Column("made_by", code(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Index("ix_booking_roster_edit_clinic", "clinic"),
)

change = table(
    "booking_roster_change",
    key(),
    Column("at", Moment, nullable=False),
    Column("actor", code(64), nullable=False),
    Column("act", code(24), nullable=False),
    Column("clinic", code(32), nullable=False),
    Column("doctor", code(32)),
    Column("day", Date),
    Column("about", code(64), nullable=False),  # code of a session, public id of a pattern, or the clinic
    Column("facts", JSON, nullable=False),
    Index("ix_booking_roster_change_at", "at"),
    Index("ix_booking_roster_change_clinic", "clinic", "at"),
    Index("ix_booking_roster_change_doctor", "doctor", "at"),
)

gate = table("booking_roster_gate", Column("id", Integer, primary_key=True, autoincrement=False))
_TERMS = [each.name for each in fields(Terms)]


async def pass_gate(tx: Transaction) -> None:
    """One after the other: whoever makes sessions sees those that the others made, so a half day is given once."""
    mine = select(gate.c.id).where(gate.c.id == 1).with_for_update()
    if await tx.one(mine) is None:
        await tx.insert_once(gate, id=1)
        await tx.one(mine)


async def live(tx: Transaction) -> list[Pattern]:
    """All patterns in force, the oldest first."""
    return [Pattern(row.id, row.public_id, Terms(**{name: getattr(row, name) for name in _TERMS}))
            for row in await _live.rows(tx)]


_live = Lookup(lambda: select(pattern.c.id, pattern.c.public_id, *(pattern.c[name] for name in _TERMS)).where(
    pattern.c.state == "live"
).order_by(pattern.c.id))


async def edits(tx: Transaction, clinic: str = "") -> list[tuple[str, Edit]]:
    """(clinic, edit) of the draft of one clinic, or of all; in the order in which they were made."""
    query = select(edit, pattern.c.public_id.label("pattern")).outerjoin(pattern, pattern.c.id == edit.c.pattern_id)
    if clinic:
        query = query.where(edit.c.clinic == clinic)
    rows = await tx.all(query.order_by(edit.c.id))
    return [(row.clinic, Edit(row.public_id, row.act, row.pattern or "", Terms.of(row.terms) if row.terms else None,
                              row.made_by, row.made_at)) for row in rows]


async def put_edit(tx: Transaction, by: str, clinic: str, pattern_id: int, act: str, terms: Terms | None) -> None:
    """What becomes of a pattern, in place of what the draft said of it before."""
    values = {"act": act, "terms": terms.plain() if terms else None, "made_by": by, "made_at": tx.now}
    mine = update(edit).where(edit.c.pattern_id == pattern_id).values(**values)
    if not await tx.update(mine) and not await tx.insert_once(edit, clinic=clinic, pattern_id=pattern_id, **values):
        await tx.update(mine)


async def add_edits(tx: Transaction, by: str, clinic: str, terms: Iterable[Terms]) -> None:
    """Patterns that are to be added."""
    for each in terms:
        await tx.insert(edit, clinic=clinic, act="add", terms=each.plain(), made_by=by, made_at=tx.now)


async def change_edit(tx: Transaction, by: str, key: str, terms: Terms) -> bool:
    """Another wording of what is to be added; False when it is not in the draft any more."""
    mine = update(edit).where(edit.c.public_id == key)
    return await tx.update(mine.values(terms=terms.plain(), made_by=by, made_at=tx.now)) == 1


async def drop_edits(tx: Transaction, clinic: str, keys: Sequence[str] | None = None) -> int:
    """Take these out of the draft, or all of it; gives how many."""
    mine = delete(edit).where(edit.c.clinic == clinic)
    return await tx.update(mine if keys is None else mine.where(edit.c.public_id.in_(keys)))


async def add(tx: Transaction, by: str, terms: Terms) -> Pattern:
    """A pattern comes into force."""
    made = await tx.insert(pattern, **asdict(terms), state="live", made_by=by, made_at=tx.now)
    key_of = await tx.scalar(select(pattern.c.public_id).where(pattern.c.id == made))
    return Pattern(made, str(key_of), terms)


async def change_terms(tx: Transaction, by: str, key_of: str, terms: Terms) -> None:
    mine = update(pattern).where(pattern.c.public_id == key_of)
    await tx.update(mine.values(**asdict(terms), made_by=by, made_at=tx.now))


async def end(tx: Transaction, by: str, key_of: str) -> None:
    mine = update(pattern).where(pattern.c.public_id == key_of, pattern.c.state == "live")
    await tx.update(mine.values(state="ended", made_by=by, made_at=tx.now))


async def tell(tx: Transaction, actor: str, act: str, clinic: str, about: str, **more: Any) -> None:
    """Write down what was changed. ``more``: doctor, day, facts (JSON, no personal data)."""
    values = {"doctor": None, "day": None, "facts": {}} | more
    await tx.insert(change, at=tx.now, actor=actor, act=act, clinic=clinic, about=about[:64], **values)


async def changes(
    tx: Transaction, clinics: Sequence[str] | None, *, doctor: str = "", act: str = "", about: str = "",
    limit: int = 50, offset: int = 0,
) -> tuple[Sequence[Any], int]:
    """What was changed in these clinics (None: in all), the latest first, and how many there are."""
    where: list[Any] = [] if clinics is None else [change.c.clinic.in_(clinics)]
    for column, wanted in ((change.c.doctor, doctor), (change.c.act, act), (change.c.about, about)):
        where += [column == wanted] if wanted else []
    count = await tx.scalar(select(func.count()).select_from(change).where(*where))
    query = select(change).where(*where).order_by(change.c.id.desc()).limit(limit).offset(offset)
    return await tx.all(query), int(count or 0)
