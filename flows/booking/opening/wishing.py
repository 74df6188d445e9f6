"""What a contact does in a fair opening: wish, look, withdraw."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot import logs, metrics
from bot.context import Context
from bot.errors import NotAllowed, NotFound
from bot.masking import mask_name
from flows.booking import rules, veil
from flows.booking.fitting.checking import Fitting
from flows.booking.left import store as left
from flows.booking.left.places import place_of
from flows.booking.neighbours import Neighbours, clinic_rules
from flows.booking.opening import rules as opening
from flows.booking.opening import store as draws
from flows.booking.opening.refusals import AlreadyWished, InDraw, NotWished, WishesClosed
from flows.booking.opening.wishes import store as wishes
from flows.booking.standing.record import Record
from flows.booking.waiting.list import session_facts

log = logs.get(__name__)

SHOWN = timedelta(days=3)
"""So long a wish that has ended is still shown in the chat."""


class Wishing:
    """Part of BookingService: `service.wishing`. Only the contact's own wishes, and those for persons whose record it
    may open, are there."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.now = context.clock.local(context.now)
        self.neighbours = Neighbours(context)
        self.standing = Record(context)
        self.fitting = Fitting(context)

    async def wish(self, segment_id: int, person_id: int) -> Any:
        """Put a person into the draw of a segment's session; gives the wish. Wishing again changes nothing but the
        time that is liked best: whoever hammers is one wish.

        Raises the refusals of rules.py, WishesClosed, and AlreadyWished where another contact did, whose wishes for
        this person are not theirs to see.
        """
        row = await left.place(self.tx, segment_id, self.context.channel)
        if row is None:
            raise NotFound("segment")
        draw = await draws.draw_of(self.tx, row.session_id)
        clinic = clinic_rules(await self.neighbours.catalogue(), row.clinic, self.context)
        place = place_of(row, self.context.clock)
        try:
            rules.check_place(place, clinic, self.now)
        except InDraw:
            pass
        # Nobody wishes any more once the draw has begun; before the person, as the drawing takes its locks.
        if draw is None or await draws.share_lock(self.tx, draw.id) != draws.COMING:
            raise WishesClosed(**self.times(draw))
        if self.context.now >= draw.closes_at:
            raise WishesClosed(**self.times(draw))
        person = await self.neighbours.lock_person(person_id)
        known = await wishes.wish_of(self.tx, draw.id, person.id)
        if known and known.state != wishes.WITHDRAWN:
            if known.contact_id == self._contact():
                await wishes.again(self.tx, known.id, segment_id)
                return await self.entry(known.public_id)
            if person.reach != "all":
                raise AlreadyWished(person=mask_name(person.name), **self.times(draw))
            return known
        await self.standing.check(person)
        used = await self.standing.check_contact(person, row.clinic, row.sitting)
        # What excepts from the rules of a booking is kept for the slot, which is checked against them again.
        await self.fitting.check(person, place, clinic)
        if known:
            await wishes.anew(self.tx, known.id, segment_id, self._contact(), self.context.channel)
            await self.fitting.exceptions.use(used, wish_id=known.id)
            return await self.entry(known.public_id)
        since, before = self.context.now - opening.RETURN_WITHIN, self.context.now - opening.LOST_WITHIN
        seen = await wishes.has_seen(self.tx, person.id, row.sitting, row.clinic, since)
        lost = await wishes.lost_before(self.tx, person.id, row.sitting, row.clinic, before)
        made = await wishes.add(
            self.tx, draw_id=draw.id, segment_id=segment_id, person_id=person.id, contact_id=self._contact(),
            channel=self.context.channel, code=opening.new_code(), seen=seen, lost=min(lost, opening.LOST_MOST),
            weight=opening.weight(return_visit=seen, lost_before=lost),
        )
        found = await wishes.wish_of(self.tx, draw.id, person.id)
        if found is None:
            raise AssertionError("a code was drawn twice")
        if made:
            await self.fitting.exceptions.use(used, wish_id=found.id)
            metrics.wishes.inc("made")
            log.info("wish_made", draw=draw.public_id, session=row.session_code)
        return found

    async def mine(self) -> list[Any]:
        """What the contact wished for in the last days, the latest first."""
        return list(await wishes.wishes_of(self.tx, self._contact(), self.context.now - SHOWN))

    async def entry(self, public: str) -> Any:
        """Raises NotFound for anybody else's."""
        row = await wishes.wish_by(self.tx, public)
        if row is None or not (row.contact_id == self._contact() or row.person_id in await self._persons()):
            raise NotFound("wish")
        return row

    async def won(self, appointment_id: int) -> bool:
        """Whether an appointment is held because the contact's wish was drawn."""
        return await wishes.won(self.tx, self._contact(), appointment_id)

    async def withdraw(self, public: str) -> Any:
        """Out of the draw; nothing happens once it has begun. Raises NotWished where it had ended before."""
        row = await self.entry(public)
        drawing = await draws.share_lock(self.tx, row.draw_id)
        if drawing != draws.COMING or not await wishes.end_wish(self.tx, row.id, wishes.WITHDRAWN):
            raise NotWished(state=row.state)
        metrics.wishes.inc("withdrawn")
        return await self.entry(public)

    async def facts(self, row: Any, *, open: bool = False) -> dict[str, Any]:
        """What templates say of a wish: as of a session (waiting/list.py; `open`: they chose it just now), and person,
        code, weight, seen, lost, state, place, reason, draw (the public id), seed_hash, closes, result (HH:MM:SS,
        HH:MM), minutes."""
        person = await self.neighbours.anybody(row.person_id)
        catalogue = await self.neighbours.catalogue()
        told = session_facts(row, catalogue, self.context.settings.discreet.clinics)
        facts = veil.drawn(told, open=open or veil.may_see(self.context.actor))
        return facts | self.times(row) | {
            "person": mask_name(person.name) if person else "",
            "code": row.code, "weight": row.weight, "seen": row.seen, "lost": row.lost, "state": row.state,
            "place": row.place, "reason": row.reason or "", "draw": row.draw_public, "seed_hash": row.seed_hash,
            "minutes": clinic_rules(catalogue, row.clinic, self.context).hold_minutes,
        }

    def times(self, draw: Any) -> dict[str, Any]:
        """Until when is wished and when the result is told, as the wall clock shows them; "" where nothing is drawn."""
        if draw is None:
            return {"closes": "", "result": ""}
        local: datetime = self.context.clock.local(draw.closes_at)
        return {"closes": f"{local:%H:%M:%S}", "result": f"{opening.result_at(local):%H:%M}"}

    async def _persons(self) -> list[int]:
        return [person.id for person in await self.neighbours.persons() if person.reach == "all"]

    def _contact(self) -> int:
        if self.context.contact is None:
            raise NotAllowed("booking.contact")
        return self.context.contact.id
