"""What happens in the demonstration besides full days, by the same use cases as everything else: a stopped session and
a substitute, people who wait for what is full, draws, clinics that open at another hour or are paid for first."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from bot.context import Context
from bot.db.contacts import contact_of
from bot.db.schema import new_public_id
from bot.errors import Refusal
from flows.booking.neighbours import Neighbours
from flows.booking.opening import rules as opening
from flows.booking.opening import store as draws
from flows.booking.opening.announcing import Announcing
from flows.booking.opening.wishes import store as wishes
from flows.booking.played import store
from flows.booking.played.days import Cast
from flows.booking.roster import deciding
from flows.booking.roster.clinics import decide, setting
from flows.booking.stops import store as stopped
from flows.booking.stops.choices import store as choices
from flows.booking.stops.choosing import Choosing
from flows.booking.stops.rules import Answer, Wish
from flows.booking.stops.service import StopsService
from flows.booking.waiting.list import WaitingList

OPENS = time(7)
LOSERS = 7
TOLD = timedelta(hours=3)
FULL, WAITING = 5, (2, 6)
"""So many full sessions have people who wait, from so many to so many each."""
CHOSEN: tuple[tuple[Answer, ...], ...] = (("same", "cancel"), ("cancel",), ())
"""What those who looked wanted, the best first; the third has not made up their mind."""


@cache
def words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("scenes.toml").read_text("utf-8"))


async def as_contact(context: Context, contact_id: int) -> Context:
    contact = await contact_of(context.tx, contact_id)
    assert contact is not None
    return replace(context, contact=contact, channel=contact.channel, actor=f"contact:{contact.public_id}")


async def stops(context: Context, cast: Cast) -> None:
    """A session of the next days is stopped, another one has a substitute: some have looked, some have chosen, one was
    called in vain, the others have not been reached yet."""
    most = await _sessions(context, 1, 5)
    for n, session in enumerate(most[:1]):
        wish = Wish(session.id, words()["stop"])
        stop = await StopsService(context).stop(wish, f"{store.OURS}stop:{n}")
        await _long_ago(context, stop.id)
        asked = await choices.of_stop(context.tx, stop.id)
        for place, row in enumerate(asked):
            await _answered(context, row, place)
    for session in most[1:]:
        if await _substituted(context, cast, session):
            return


async def _long_ago(context: Context, stop_id: int) -> None:
    """It was stopped some hours ago: whoever has not looked is called by now."""
    made_at = context.now - TOLD
    await context.tx.update(stopped.stop.update().where(stopped.stop.c.id == stop_id).values(made_at=made_at))
    mine = stopped.choice.update().where(stopped.choice.c.stop_id == stop_id)
    await context.tx.update(mine.values(made_at=made_at))


async def _answered(context: Context, row: Any, place: int) -> None:
    theirs = Choosing(await as_contact(context, row.contact_id))
    if place % 5 == 4:
        await choices.add_call(context.tx, row.id, "not_reached", words()["call"], context.actor)
    elif place % 5 < 3:
        await theirs.saw(row, "page" if place % 2 else "chat")
        for answer in CHOSEN[place % 5]:
            with suppress(Refusal):
                await theirs.choose(row.public_id, answer)
                return


async def _substituted(context: Context, cast: Cast, session: Any) -> bool:
    for doctor in cast.catalogue.doctors_of(session.clinic):
        wish = Wish(session.id, words()["substitute"], substitute=doctor.code)
        with suppress(Refusal):
            await StopsService(context).stop(wish, f"{store.OURS}substitute")
            return True
    return False


async def _sessions(context: Context, first: int, last: int) -> list[Any]:
    """Doctors' sessions of the days from `first` to `last` on, those with most of our patients first."""
    today, many, found = context.clock.local(context.now).date(), defaultdict[int, int](int), dict[int, Any]()
    for n in range(first, last + 1):
        day = today + timedelta(days=n)
        for row in await store.of_day(context.tx, day):
            many[row.session_id] += 1
        found |= {each.id: each for each in await store.sessions(context.tx, day) if each.doctor}
    return sorted((each for key, each in found.items() if many[key]), key=lambda each: (-many[each.id], each.id))


async def waiting(context: Context, cast: Cast) -> None:
    """Some wait for what is full."""
    today, lot = context.clock.local(context.now).date(), Random("who waits")
    sessions = await store.full(context.tx, today + timedelta(days=1), today + timedelta(days=5))
    for session_id in sessions[:FULL]:
        wanted = lot.randint(*WAITING)
        for person in lot.sample(list(cast.people), min(8 * wanted, len(cast.people))):
            with suppress(Refusal):
                joined = WaitingList(await as_contact(context, person.contact_id))
                await joined.join([session_id], person.person_id)
                wanted -= 1
            if not wanted:
                break


async def fairness(context: Context, cast: Cast) -> None:
    """The sessions of one doctor are drawn from now on; one of them was."""
    found = await _sessions(context, 1, 5)
    if not found:
        return
    session = found[0]
    seconds = context.settings.booking.draw_seconds_most
    await draws.set_fair(context.tx, session.clinic, session.doctor, seconds, context.actor)
    await Announcing(context).renew()
    await _drawn(context, cast, session)


async def _drawn(context: Context, cast: Cast, session: Any) -> None:
    """The record of a draw that is over: who has an appointment there won it, some others lost."""
    tx, lot = context.tx, Random(f"draw {session.code}")
    won = [row for row in await store.of_day(tx, session.date) if row.session_id == session.id]
    others = {row.person_id for row in won}
    lost = [each for each in lot.sample(list(cast.people), LOSERS * 2) if each.person_id not in others][:LOSERS]
    seed, weight = opening.new_seed(), opening.weight(return_visit=False, lost_before=0)
    whole: list[Any] = [*won, *lost]
    codes = [opening.new_code() for _ in whole]
    order = opening.order(seed, [opening.Wish(code, weight) for code in codes])
    opens = context.clock.moment(session.date - timedelta(days=7), OPENS)
    closes = opens + timedelta(seconds=context.settings.booking.draw_seconds_most)
    key = await tx.insert(
        draws.draw, public_id=new_public_id(), session_id=session.id, state=draws.DONE, opens_at=opens,
        closes_at=closes, seed=seed, seed_hash=opening.sha256(seed), places=len(won),
        made_at=opens - timedelta(hours=12), drawn_at=closes, done_at=closes + timedelta(seconds=20),
    )
    rows = [
        {"public_id": new_public_id(), "draw_id": key, "segment_id": won[n % len(won)].segment_id,
         "person_id": who.person_id, "contact_id": who.contact_id, "channel": "wechat", "code": code, "seen": False,
         "lost": 0, "weight": weight, "state": wishes.WON if n < len(won) else wishes.LOST, "place": n + 1,
         "appointment_id": who.id if n < len(won) else None, "reason": None,
         "made_at": opens + timedelta(seconds=3 + n * 4), "ended_at": closes + timedelta(seconds=10)}
        for n, (code, who) in enumerate(zip(order, whole, strict=True))
    ]
    await tx.insert_many(wishes.wish, rows)


async def hours(context: Context, cast: Cast) -> None:
    """Two clinics open their next day at an hour of their own."""
    for code, at in zip(sorted(cast.clinics)[:2], (time(7, 30), time(8)), strict=False):
        known = setting(context, cast.catalogue, code)
        await decide(context, code, known.mark, closed=False, horizon_days=None, open_time=at)


async def paying(context: Context, cast: Cast) -> None:
    """One clinic books nobody before the fee is paid."""
    code, catalogue = max(cast.clinics), await Neighbours(context).held()
    wanted = deciding.typed(deciding.own(catalogue, code, "")) | {"paying": "must"}
    await deciding.decide(context, code, "", deciding.mark_of(catalogue, code, ""), wanted)
