"""Where members of staff lie: where they work, and with themselves (bot.access.where)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.access.people import store as people
from bot.access.rights import Places
from bot.access.where import Place, Where
from bot.context import Context
from flows.staff.service import StaffService, department_of


async def _members(context: Context, ids: Sequence[str]) -> Mapping[str, set[Place]]:
    homes = department_of(await StaffService(context).catalogue())
    places, wanted = await people.all_places(context.tx), set(ids)
    found = {}
    for row in await people.everybody(context.tx):
        if row.public_id in wanted:
            own = places.get(row.id, Places())
            found[row.public_id] = {
                Place(owner=row.public_id), *(Place(each) for each in own.departments),
                *(Place(homes.get(each, ""), each) for each in own.clinics),
            }
    return found


WHERE: dict[str, Where] = {"staff": _members}
