"""What came of those who did not come: locks, and appeals of whom the office has not answered yet."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta

from bot.context import Context
from bot.db.schema import new_public_id
from bot.errors import Refusal
from flows.booking.played import store
from flows.booking.played.days import Cast
from flows.booking.played.scenes import as_contact, words
from flows.booking.standing.appeals.answering import answer
from flows.booking.standing.appeals.appealing import LOCK, NO_SHOW, Appeals
from flows.booking.standing.missing import store as missing

OPEN_APPEALS = 2


async def play(context: Context, cast: Cast) -> None:
    """Whoever missed too much within the time is locked; some appeal, and one was answered."""
    locked = await _lock(context)
    said, made = list(words()["appeals"]), list[str]()
    wanted = [LOCK, NO_SHOW, NO_SHOW]
    for contact in await _missed(context, cast, locked):
        appeals = Appeals(await as_contact(context, contact))
        matter = next((each for each in await appeals.open_matters() if each["kind"] in wanted), None)
        if matter:
            with suppress(Refusal):
                row = await appeals.file(matter["about"], said[len(made) % len(said)])
                made.append(row.public_id)
                wanted.remove(matter["kind"])
        if not wanted:
            break
    for public in made[OPEN_APPEALS:]:
        await answer(context, public, words()["answer"], accept=True)


async def _missed(context: Context, cast: Cast, locked: Collection[int]) -> list[int]:
    """Contacts of the locked, then of whoever missed one."""
    contacts = {each.person_id: each.contact_id for each in cast.people}
    return [contacts[each] for each in (*locked, *await store.missed_often(context.tx, 1)) if each in contacts]


async def _lock(context: Context) -> list[int]:
    """Gives the persons."""
    terms, found = context.settings.standing, list[int]()
    for person, rows in (await store.missed_often(context.tx, terms.most_no_shows)).items():
        led = list(rows)[: terms.most_no_shows]
        last = led[-1].missed_at
        if last - led[0].missed_at <= timedelta(days=terms.within_days):
            await store.add_lock(
                context.tx, [row.id for row in led], public_id=new_public_id(), person_id=person,
                state=missing.LOCKED, open=True, count=len(led), since=last + timedelta(minutes=32),
                until=last + timedelta(days=terms.lock_days),
            )
            found.append(person)
    return found
