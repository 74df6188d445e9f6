"""What publishing a clinic's draft would do: which sessions come, change and go, whom it hits, what would be sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.context import Context
from bot.masking import mask_name
from flows.booking.neighbours import Neighbours
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.patterns.rules import Edit, Terms, applied
from flows.booking.roster.sessions import store
from flows.booking.roster.sessions.diff import Compared, Hit, Known, Visit, compare, hits, token
from flows.booking.roster.sessions.making import Maker
from flows.booking.roster.sessions.outlook import Lost, outlook


@dataclass(frozen=True, slots=True)
class Preview:
    """``before``: terms in force of what the draft changes or ends, by key. ``moved``: appointments that keep time and
    number, but whose room changes. ``waiting``: persons on waiting lists of sessions that go, who will be told.
    ``token`` names this very state: an older one is refused."""

    clinic: str
    edits: list[Edit]
    before: dict[str, Terms]
    compared: Compared
    hits: list[Hit]
    lost: list[Lost]
    known: dict[str, Known] = field(repr=False)
    moved: int
    waiting: int
    token: str

    @property
    def empty(self) -> bool:
        return not self.edits


async def preview(context: Context, clinic: str) -> Preview:
    """Reads only. Under the gate, and with the sessions it concerns locked, it stays true until the commit."""
    tx = context.tx
    edits = [edit for _, edit in await patterns.edits(tx, clinic)]
    live = await patterns.live(tx)
    after = applied(live, edits)
    seen = await outlook(context, after, {clinic})
    maker = Maker(tx, await Neighbours(context).catalogue(), context.clock)
    known = await store.known(tx, seen.first, seen.last, {clinic})
    compared = compare(seen.planned, known, maker.digests(seen.planned))
    going = [each.id for each in compared.goes]
    rows = await store.visits(tx, [*going, *(each.id for each, _ in compared.changes)])
    names = {person_id: await _name(context, person_id) for person_id in {row.person_id for row in rows}}
    visits = [Visit(row.public_id, row.session_id, row.state, names[row.person_id], row.channel, row.start_wall,
                    row.end_wall, row.number) for row in rows]
    hit = hits(compared, visits)
    rooms = {was.id for was, each in compared.changes if was.room != maker.place(each).room}
    struck = {each.visit.public_id for each in hit}
    moved = sum(visit.session in rooms and visit.public_id not in struck for visit in visits)
    waiting = await store.waiting(tx, going)
    mark = token(
        [(edit.key, edit.act, edit.terms) for edit in edits], [each for each in live if each.terms.clinic == clinic],
        sorted((each.code, each.digest, each.state) for each in known.values()),
        [(each.visit.public_id, each.why) for each in hit],
        [(lost.day, lost.pattern, lost.other) for lost in seen.lost],
    )
    touched = {edit.pattern for edit in edits}
    before = {each.key: each.terms for each in live if each.key in touched}
    return Preview(clinic, edits, before, compared, hit, seen.lost, known, moved, waiting, mark)


def concerned(found: Preview) -> list[str]:
    """Codes of the sessions that publishing would touch."""
    return sorted({each.code for each, _ in found.compared.changes} | {each.code for each in found.compared.goes})


async def _name(context: Context, person_id: int) -> str:
    person = await Neighbours(context).anybody(person_id)
    return mask_name(person.name) if person else ""
