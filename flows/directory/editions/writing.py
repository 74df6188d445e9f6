"""Writing, publishing and withdrawing editions. What is done is in the audit trail; a later date is kept by a job."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.access import audit
from bot.access.rights import Range
from bot.access.twice import unless_done
from bot.context import Context
from bot.errors import NotFound
from flows.directory import service as directory
from flows.directory import store as directories
from flows.directory.editions import store
from flows.directory.editions.rules import Body, Kind
from flows.directory.rules import Catalogue

SHOWN = "directory.shown"
"""Outbox topic: an edition's date has come."""
REPLACED = "directory.replaced"
"""Outbox topic: an edition lost its picture; the file goes where no edition has it any more."""
TAPS = timedelta(minutes=1)
"""Two taps on one button lie closer together. Every draft counts its revisions from one, and what was published for
another moment was not published for this one."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an edition is of, as the hospital's own system has it. `places` are the (department, clinic) codes by which
    rights reach it."""

    kind: Kind
    code: str
    name: str
    own: Any
    places: tuple[tuple[str, str], ...]


class Writing:
    """Made anew for each request: `Writing(context)`. Subjects outside of the reach are NotFound."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx

    async def subject(self, kind: str, code: str, reach: Range) -> Subject:
        found = next((each for each in await self.subjects(reach) if (each.kind, each.code) == (kind, code)), None)
        if found is None:
            raise NotFound("subject")
        return found

    async def subjects(self, reach: Range) -> list[Subject]:
        """Departments with their clinics, then doctors."""
        catalogue = await directories.read(self.tx, editions=False)
        return [each for each in _subjects(catalogue) if _within(reach, each)]

    async def states(self) -> dict[tuple[str, str], dict[str, Any]]:
        """(kind, code) -> `draft` (when it was changed), `shown` (since when), `later` (from when on)."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for row in await store.open_ones(self.tx):
            entry = found.setdefault((row.kind, row.code), {"draft": None, "shown": None, "later": None})
            if row.state == store.DRAFT:
                entry["draft"] = row.changed_at
            elif row.shown_from <= self.context.now:
                entry["shown"] = max(row.shown_from, entry["shown"] or row.shown_from)
            else:
                entry["later"] = min(row.shown_from, entry["later"] or row.shown_from)
        return found

    async def editions(self, subject: Subject) -> Sequence[Any]:
        """Its editions, the newest first."""
        return await store.of(self.tx, subject.kind, subject.code)

    async def draft(self, subject: Subject) -> Any | None:
        return await store.draft_of(self.tx, subject.kind, subject.code)

    # --- changing ------------------------------------------------------------------------------------------------

    async def save(self, subject: Subject, body: Body, revision: int) -> None:
        """Keep the draft; begun from what is shown where there is none. :raises Conflict: it was changed meanwhile"""
        if not await self._put(subject, revision, body=asdict(body)):
            return
        self._tell("directory.edited", subject, {"length": len(body.intro)})

    async def put_picture(self, subject: Subject, name: str, revision: int) -> None:
        """The draft's picture; "" takes it away. :raises Conflict:"""
        before = await self.draft(subject)
        if not await self._put(subject, revision, picture=name or None):
            return
        self._tell("directory.picture", subject, {"picture": name})
        if before is not None and before.picture != name:
            self._leave(before.picture)

    async def publish(self, subject: Subject, revision: int, at: datetime) -> None:
        """From `at` on patients read the draft. :raises Conflict:"""
        row = await store.draft_of(self.tx, subject.kind, subject.code, lock=True)
        at = max(at, self.context.now)
        if row is None or not await store.publish(self.tx, row, revision, at, self.context.actor):
            last: Any = next(iter(await self.editions(subject)), None)
            same = last is not None and last.shown_from is not None and abs(at - last.shown_from) < TAPS
            unless_done(same and (last.state, last.revision, last.changed_by),
                        (store.PUBLISHED, revision, self.context.actor), "edition_changed")
            return
        if at <= self.context.now:
            await self._changed()
        else:
            self.tx.put(SHOWN, {"edition": row.public_id}, key=f"{SHOWN}:{row.public_id}", due=at)
        self._tell("directory.published", subject, {"edition": row.public_id, "since": at.isoformat()})

    async def withdraw(self, subject: Subject, public_id: str) -> None:
        """Throw a draft away, or take back what is, or was to be, published: the edition before shows again."""
        row = await store.by_public_id(self.tx, public_id, lock=True)
        if row is None or (row.kind, row.code) != (subject.kind, subject.code):
            raise NotFound("edition")
        if await store.withdraw(self.tx, row, self.context.actor):
            await self._changed()
            self._tell("directory.withdrawn", subject, {"edition": row.public_id, "state": row.state})
            self._leave(row.picture)

    # --- inside --------------------------------------------------------------------------------------------------

    async def _put(self, subject: Subject, revision: int, **values: Any) -> bool:
        """False: this member put just that a moment ago."""
        row = await store.draft_of(self.tx, subject.kind, subject.code, lock=True)
        if row is not None:
            done = await store.save_draft(self.tx, row, revision, values, self.context.actor)
        else:
            begun = {"body": {}, "picture": None} | await self._shown(subject) | values
            done = not revision and await store.add_draft(
                self.tx, subject.kind, subject.code, begun, self.context.actor
            )
        if not done:
            there = {name: getattr(row, name, None) for name in values}
            wanted = json.loads(json.dumps(values))  # as the table gives it back
            unless_done((there, row and row.changed_by), (wanted, self.context.actor), "edition_changed")
        return bool(done)

    async def _shown(self, subject: Subject) -> dict[str, Any]:
        rows = await store.shown(self.tx, self.context.now)
        row = next((each for each in rows if (each.kind, each.code) == (subject.kind, subject.code)), None)
        return {} if row is None else {"body": row.body, "picture": row.picture}

    def _leave(self, picture: str | None) -> None:
        """A file cannot be rolled back: it goes after the commit, if nothing has it then."""
        if picture:
            self.tx.put(REPLACED, {"picture": picture})

    async def _changed(self) -> None:
        await directories.touch(self.tx)
        directory.forget(self.context.ports)

    def _tell(self, act: str, subject: Subject, facts: dict[str, Any]) -> None:
        audit.write(self.tx, self.context.actor, act, f"{subject.kind}:{subject.code}", facts | {"name": subject.name})


def _subjects(catalogue: Catalogue) -> list[Subject]:
    found = []
    for each in catalogue.departments:
        found.append(Subject("department", each.code, each.name, each, ((each.code, ""),)))
        found += [
            Subject("clinic", clinic.code, clinic.name, clinic, ((each.code, clinic.code),))
            for clinic in catalogue.clinics_of(each.code)
        ]
    for doctor in catalogue.doctors:
        homes = tuple((catalogue.clinic[code].department, code) for code in doctor.clinics if code in catalogue.clinic)
        found.append(Subject("doctor", doctor.code, doctor.name, doctor, homes))
    return found


def _within(reach: Range, subject: Subject) -> bool:
    if reach.everything:
        return True
    return any(reach.covers(department=department, clinic=clinic) for department, clinic in subject.places)
