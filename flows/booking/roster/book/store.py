"""How far the hospital knows each session of ours: one row for each, made with the session. The only SQL on it.

`wanted` grows with every change, `entered` is the one that the hospital has: where they differ it is `waiting` to be
told, or `refused`. A session that the hospital has never taken has no `code`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, Row, Select, String, case, func, literal, select, update

from bot.db.lookup import Lookup, asked, most
from bot.db.schema import Moment, code, key, table, whole
from bot.db.transaction import Transaction
from flows.booking.roster.patterns.store import pattern
from flows.booking.stops.store import stop
from flows.booking.store import appointment, segment, session, slot

WAITING, TOLD, REFUSED = "waiting", "told", "refused"
TELL = "booking.session"
"""Topic: a session of ours was made or changed and the hospital does not know. Should it be lost, a sweep finds it."""

told = table(
    "booking_session_told",
    key(),
    Column("session_id", whole(), ForeignKey("booking_session.id"), nullable=False, unique=True),
    Column("wanted", Integer, nullable=False),
    Column("entered", Integer, nullable=False),
    Column("state", code(8), nullable=False),
    Column("code", code(64), unique=True),  # the hospital's
    Column("digest", code(64), nullable=False),  # of what it was told last
    Column("refusal", code(64)),  # its reason, and below in its own words
    Column("words", String(200)),
    Column("heard", code(64), nullable=False),  # what its rosters told last of the session
    Column("changed_at", Moment, nullable=False),
    Column("sent_at", Moment),  # the last call to it began
    Index("ix_booking_session_told_state", "state", "session_id"),
)
_FACTS = [session.c[name] for name in ("source", "clinic", "doctor", "date", "half", "kind", "fee", "digest")]
_NAME = [session.c.code.label("own"), session.c.state.label("session_state"), pattern.c.room.label("room_code")]
_BOOK = [told.c[name] for name in ("session_id", "wanted", "entered", "state", "code", "heard")]


# --- what has to be told ---------------------------------------------------------------------------------------------


async def made(tx: Transaction, sessions: Collection[int]) -> None:
    """These are new."""
    row = {"wanted": 1, "entered": 0, "state": WAITING, "digest": "", "heard": "", "changed_at": tx.now}
    await tx.insert_many(told, [row | {"session_id": each} for each in sessions])
    for each in sessions:
        _put(tx, each)


async def changed(tx: Transaction, session_id: int) -> None:
    """Something of it changed; nothing happens where the session is the hospital's. Called behind the change, under the
    lock on the session."""
    mine = update(told).where(told.c.session_id == session_id)
    if await tx.update(mine.values(wanted=told.c.wanted + 1, state=WAITING, changed_at=tx.now)):
        _put(tx, session_id)


async def note_unnoted(tx: Transaction, first: date, since: datetime) -> int:
    """Sessions of ours from this day on without a row (made by a process of an older version, or restored) wait from
    that moment on; gives how many."""
    if await _one_unnoted.first(tx, first=first) is None:
        return 0
    values = {"wanted": 1, "entered": 0, "state": WAITING, "digest": "", "heard": "", "changed_at": since}
    ours = _unnoted(first, *(literal(each, told.c[name].type) for name, each in values.items()))
    return await tx.update(told.insert().from_select(["session_id", *values], ours))


def _unnoted(first: Any, *more: Any) -> Select[Any]:
    noted = select(told.c.id).where(told.c.session_id == session.c.id)
    ours = (session.c.source == "desk", session.c.date >= first, ~noted.exists())
    return select(session.c.id, *more).where(*ours)


_one_unnoted = Lookup(lambda: _unnoted(asked(session.c.date, "first")).limit(1))


async def late(tx: Transaction, first: date, before: datetime, limit: int) -> Sequence[int]:
    """Keys of sessions from this day on that wait since before that moment, the next first."""
    return [row.session_id for row in await _late.rows(tx, first=first, since=before, most=limit)]


_late = Lookup(lambda: select(told.c.session_id).join(session, session.c.id == told.c.session_id).where(
    told.c.state == WAITING, session.c.date >= asked(session.c.date, "first"),
    told.c.changed_at <= asked(told.c.changed_at, "since"),
).order_by(session.c.date, session.c.id).limit(most()))


def put_again(tx: Transaction, session_id: int) -> None:
    """Once an hour, however often it is asked for."""
    _put(tx, session_id, key=f"{TELL}:{session_id}:{tx.now:%Y%m%d%H}")


def _put(tx: Transaction, session_id: int, **more: Any) -> None:
    # Behind what a patient waits for: a clinic that is published brings hundreds.
    tx.put(TELL, {"session": session_id}, lane=f"{TELL}:{session_id}", priority=4, **more)


# --- one session -----------------------------------------------------------------------------------------------------


async def of(tx: Transaction, session_id: int, *, lock: bool = False) -> Row[Any] | None:
    """The row; with `lock`, nobody notes anything of it until the transaction ends."""
    mine = select(told).where(told.c.session_id == session_id)
    return await tx.one(mine.with_for_update() if lock else mine)


async def facts(tx: Transaction, session_id: int) -> Row[Any] | None:
    """The session with its row; `own` is our code, `room_code` the hospital's code of the room."""
    mine = select(*_FACTS, *_NAME, *_BOOK, told.c.digest.label("told_digest"))
    joined = mine.join(session, session.c.id == told.c.session_id)
    joined = joined.outerjoin(pattern, pattern.c.id == session.c.pattern_id)
    return await tx.one(joined.where(told.c.session_id == session_id))


async def parts(tx: Transaction, session_id: int) -> Sequence[Row[Any]]:
    """Its segments: position, start_wall, end_wall, state, substitute, and `by`, who stopped it last."""
    own = segment.c
    fields = (own.id, own.position, own.start_wall, own.end_wall, own.state, own.substitute)
    joined = select(*fields, stop.c.source.label("by")).outerjoin(stop, stop.c.id == own.stop_id)
    return await tx.all(joined.where(own.session_id == session_id).order_by(own.position))


async def numbers(tx: Transaction, session_id: int) -> dict[int, list[int]]:
    """Key of a segment -> its numbers."""
    rows = await tx.all(
        select(slot.c.segment_id, slot.c.number).where(slot.c.session_id == session_id).order_by(slot.c.number)
    )
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row.segment_id, []).append(row.number)
    return found


async def sent(tx: Transaction, session_id: int) -> None:
    """The hospital may know of it from now on."""
    await tx.update(update(told).where(told.c.session_id == session_id).values(sent_at=tx.now))


async def enter(tx: Transaction, session_id: int, revision: int, **values: Any) -> bool:
    """The hospital has this revision; False where a later one was noted before."""
    mine = update(told).where(told.c.session_id == session_id, told.c.entered < revision)
    state = case((told.c.wanted == revision, TOLD), else_=told.c.state)
    kept = {"entered": revision, "state": state, "refusal": None, "words": None}
    return await tx.update(mine.values(**kept, **values)) == 1


async def refuse(tx: Transaction, session_id: int, revision: int, refusal: str, words: str) -> bool:
    """The hospital will not have this revision; False where there is a later one by now."""
    mine = update(told).where(told.c.session_id == session_id, told.c.wanted == revision, told.c.state == WAITING)
    return await tx.update(mine.values(state=REFUSED, refusal=refusal, words=words)) == 1


async def unregistered(tx: Transaction, session_id: int) -> Sequence[Row[Any]]:
    """(id, public_id) of booked appointments that the hospital does not have."""
    own = appointment.c
    mine = select(own.id, own.public_id).join(segment, segment.c.id == own.segment_id)
    where = (segment.c.session_id == session_id, own.state == "booked", own.registration.is_(None))
    return await tx.all(mine.where(*where).order_by(own.id))


# --- what the hospital tells -----------------------------------------------------------------------------------------


async def known(tx: Transaction, first: date, last: date) -> Mapping[str, Row[Any]]:
    """The hospital's code -> (session_id, wanted, entered, state, heard) of ours of these days, both included."""
    return {row.code: row for row in await _known.rows(tx, first=first, last=last)}


_known = Lookup(lambda: select(*_BOOK).join(session, session.c.id == told.c.session_id).where(
    told.c.code.is_not(None), session.c.date.between(asked(session.c.date, "first"), asked(session.c.date, "last"))
))


async def among(tx: Transaction, codes: Collection[str]) -> set[str]:
    """Which of the hospital's codes are of sessions of ours."""
    return {row.code for row in await tx.all(select(told.c.code).where(told.c.code.in_(codes)))}


async def on_the_way(tx: Transaction, first: date, last: date) -> set[tuple[str, date, str]]:
    """Whom (as `sessions.store.Place`), day and half of ours of which the hospital may have heard while we do not know
    under which code."""
    fields = (session.c.doctor, session.c.clinic, session.c.date, session.c.half)
    mine = select(*fields).join(told, told.c.session_id == session.c.id)
    where = (told.c.code.is_(None), told.c.state == WAITING, told.c.sent_at.is_not(None))
    rows = await tx.all(mine.where(*where, session.c.date.between(first, last)))
    return {(row.doctor or f"clinic:{row.clinic}", row.date, row.half) for row in rows}


async def hear(tx: Transaction, session_id: int, heard: str) -> None:
    """What its rosters tell of a session."""
    await tx.update(update(told).where(told.c.session_id == session_id).values(heard=heard))


# --- for the office --------------------------------------------------------------------------------------------------


async def refusals(tx: Transaction, first: date, clinics: Collection[str]) -> Sequence[Row[Any]]:
    """(code, clinic, doctor, sitting, date, half, refusal, words) of sessions of ours in these clinics from this day on
    that the hospital refused, the next first."""
    fields = [session.c[name] for name in ("code", "clinic", "doctor", "sitting", "date", "half")]
    mine = select(*fields, told.c.refusal, told.c.words).join(told, told.c.session_id == session.c.id)
    where = (told.c.state == REFUSED, session.c.date >= first, session.c.clinic.in_(clinics))
    return await tx.all(mine.where(*where).order_by(session.c.date, session.c.code))


async def missing(tx: Transaction, session_id: int) -> int:
    """How many are booked in it of whom the hospital does not know."""
    own = appointment.c
    mine = select(func.count()).select_from(appointment).join(segment, segment.c.id == own.segment_id)
    where = (segment.c.session_id == session_id, own.state == "booked", own.registration.is_(None))
    return int(await tx.scalar(mine.where(*where)) or 0)
