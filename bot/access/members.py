"""Who is signed in, with their rights as they are at this moment."""

from __future__ import annotations

from typing import Any

from bot.access.people import store as people
from bot.access.rights import ADMINISTRATOR, Member, Rights, widest
from bot.access.roles import store as roles
from bot.db.transaction import Transaction


async def member_of(tx: Transaction, staff_id: int, rights: Rights) -> Member | None:
    """The member with rights, reach and places. Read for every request: what is taken away is gone at once.

    Rights that no area knows any more are left out.
    """
    row = await people.by_id(tx, staff_id)
    return None if row is None else await member_from(tx, row, rights)


async def member_from(tx: Transaction, row: Any, rights: Rights) -> Member:
    held = await roles.held_by(tx, row.id)
    administrator = any(each.code == ADMINISTRATOR for each in held)
    if administrator:
        reach = widest((slug, "all") for slug in rights.by_slug)
    else:
        reach = widest((each.right, each.reach) for each in held if each.right in rights.by_slug)
    places = await people.places_of(tx, row.id)
    return Member(row.id, row.public_id, row.login, row.name, places, reach, administrator)
