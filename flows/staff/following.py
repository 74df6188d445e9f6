"""Staff as the hospital's system has them: new ones appear, those who left are locked, departments follow. Rights are
given here and nowhere else: whoever is new may do nothing, and comes in once an administrator invited them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot import logs
from bot.access import audit
from bot.access.people import store as people
from bot.access.rights import ADMINISTRATOR
from bot.access.roles import store as roles
from bot.access.visits import store as visits
from bot.context import Context
from flows.staff import roll
from flows.staff.roll import Known
from integrations.his.port import Staff

log = logs.get(__name__)


async def known(context: Context) -> list[Known]:
    """Those who came from the hospital's system."""
    return [
        Known(row.id, row.hospital_code, row.number, row.name, row.doctor or "", row.told_places, row.left_at is None)
        for row in await people.everybody(context.tx) if row.hospital_code
    ]


async def join(context: Context, told: Sequence[Staff]) -> None:
    """New members, without a password and without rights beyond a role that the settings give to their kind."""
    tx = context.tx
    everybody = await people.everybody(tx)
    taken = {row.login for row in everybody}
    there = {row.hospital_code for row in everybody} | {None}
    named = {role.name: role for role in await roles.all_roles(tx)}
    for each in told:
        if each.code in there:
            continue  # another worker was faster
        login = roll.login_of(each, taken)
        places = roll.places_of(each)
        row = await people.add(
            tx, login=login, name=each.name[:60], number=each.number[:40], password=people.NONE,
            hospital_code=each.code, doctor=await _doctor(context, each), told_places=roll.written(places)[:1000],
        )
        if row is None:
            continue  # somebody made this name at this very moment: the next run takes another
        taken.add(login)
        await people.set_places(tx, row.id, places)
        role = named.get(context.settings.desk.roles.get(each.kind, ""))
        if role is not None and role.code != ADMINISTRATOR:
            await roles.set_held(tx, row.id, [role.id])
        _tell(context, "staff.joined", row, login=login, roles=[role.name] if role else None)


async def change(context: Context, mine: Known, told: Staff) -> None:
    """Name, number, doctor and places follow the hospital's."""
    row = await people.by_id(context.tx, mine.id, lock=True)
    if row is None:
        return
    before, now = roll.read(row.told_places), roll.places_of(told)
    own = await people.places_of(context.tx, row.id)
    after = roll.follow(own, before, now)
    values: dict[str, Any] = {"name": told.name[:60], "number": told.number[:40],
                              "doctor": await _doctor(context, told, row.id)}
    await people.change(context.tx, row.id, **values, told_places=roll.written(now)[:1000])
    if after != own:
        await people.set_places(context.tx, row.id, after)
    facts = {name: value for name, value in values.items() if getattr(row, name) != value}
    places = sorted(after.departments | after.clinics) if after != own else None
    if facts or places is not None:
        _tell(context, "staff.followed", row, **facts, places=places)


async def leave(context: Context, mine: Known) -> None:
    """Locked at once and every session ended; the name stays in the trail and in lists. The last administrator stays:
    nobody could let anybody in again."""
    tx = context.tx
    role = await roles.by_code(tx, ADMINISTRATOR, lock=True)
    row = await people.by_id(tx, mine.id, lock=True)
    if row is None or row.left_at is not None:
        return
    held = {each.id for each in (await roles.holders(tx)).get(row.id, [])}
    if role is not None and role.id in held and row.state == "active" and await roles.administrators(tx) <= 1:
        log.warning("last_administrator_left", staff=row.public_id)
        return
    await people.change(tx, row.id, state="disabled", left_at=tx.now)
    ended = await visits.end_of(tx, row.id, "left")
    _tell(context, "staff.left", row, count=ended)


async def come_back(context: Context, mine: Known, told: Staff) -> None:
    """Unlocked where leaving had locked them; they need to be invited again, and their second factor is new as well.
    Roles are taken away: what they will do here now is decided anew."""
    tx = context.tx
    row = await people.by_id(tx, mine.id, lock=True)
    if row is None or row.left_at is None:
        return
    await people.change(tx, row.id, state="active", left_at=None, password=people.NONE, password_once=True)
    await people.set_factor(tx, row.id, None, None)
    await people.set_recovery(tx, row.id, [])
    await roles.set_held(tx, row.id, [])
    _tell(context, "staff.returned", row)
    await change(context, mine, told)


async def _doctor(context: Context, told: Staff, staff_id: int = 0) -> str | None:
    """The doctor they are, unless somebody else is that already by an administrator's slip, which the log tells."""
    if told.doctor is None:
        return None
    other = await people.by_doctor(context.tx, told.doctor)
    if other is not None and other.id != staff_id:
        log.warning("doctor_is_somebody_else", doctor=told.doctor, staff=other.public_id)
        return None
    return told.doctor


def _tell(context: Context, act: str, row: Any, **facts: Any) -> None:
    kept = {name: value for name, value in facts.items() if value}
    audit.write(context.tx, context.actor, act, f"staff:{row.public_id}", kept)
