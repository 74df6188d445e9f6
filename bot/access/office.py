"""What an administrator does with staff and roles; the console, the command line and the demonstration use it alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.access import audit
from bot.access.people import store as people
from bot.access.refusals import BadLogin, DoctorTaken, LastAdministrator, LoginTaken, NameTaken, RoleHeld
from bot.access.rights import ADMINISTRATOR, Member, Places, Reach, Rights
from bot.access.roles import store as roles
from bot.access.tries import store as tries
from bot.access.twice import unless_done
from bot.access.visits import store as visits
from bot.db.transaction import Transaction
from bot.errors import NotAllowed, NotFound

LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,39}")
# Three administrations in separate hands, as GB/T 22239 (等保三级) asks; names are what a new database is born with.
BORN = (
    (ADMINISTRATOR, "系统管理员", "可以做一切", ()),
    ("security", "安全管理员", "管理员工、角色和权限", ("staff.",)),
    ("auditor", "审计员", "查看和核对操作记录", ("audit.",)),
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What the page about a member of staff edits. ``roles`` are public ids; ``doctor`` is the code of the doctor they
    are, "" for none. Of who came from the hospital's system, name, number and doctor are the hospital's and stay."""

    name: str
    number: str
    active: bool
    places: Places
    roles: Sequence[str]
    doctor: str = ""


def tried(row: Any) -> tuple[str, ...]:
    """Under which subjects a member's tries are counted: their name, their codes, their changes of the password."""
    return f"login:{row.login}", f"factor:{row.id}", f"change:{row.id}"


class Office:
    """``actor`` does it, with the rights of ``by``; without ``by`` (command line) with every right."""

    def __init__(self, tx: Transaction, rights: Rights, actor: str, by: Member | None = None) -> None:
        self.tx, self.rights, self.actor, self.by = tx, rights, actor, by

    async def begin(self) -> None:
        """The roles that the program knows, once."""
        for known, name, note, prefixes in BORN:
            if await roles.by_code(self.tx, known) is None and await roles.add(self.tx, name, note, known):
                row = await roles.by_code(self.tx, known)
                given: dict[str, Reach] = {
                    slug: "all" for slug in self.rights.by_slug if prefixes and slug.startswith(prefixes)
                }
                assert row is not None
                await roles.set_grants(self.tx, row.id, given)

    async def hire(self, login: str, name: str, number: str, password: str) -> Any:
        """A new member; ``password`` is the hash of one that serves once. Raises BadLogin, LoginTaken."""
        login = login.strip().lower()
        if not LOGIN.fullmatch(login):
            raise BadLogin
        row = await people.add(self.tx, login=login, name=name or login, number=number, password=password)
        if row is None:
            raise LoginTaken
        self._tell("staff.added", row, login=login)
        return row

    async def change(self, public_id: str, version: int, profile: Profile) -> None:
        """:raises NotFound, Conflict (somebody changed it meanwhile), LastAdministrator, DoctorTaken, NotAllowed"""
        row = await self._row(public_id)
        known = {role.public_id: role for role in await roles.all_roles(self.tx)}
        before = {role.public_id for role in (await roles.holders(self.tx)).get(row.id, [])}
        wanted = {each for each in profile.roles if each in known}
        await self._not_above(row)
        await self._may_give(row, [known[each] for each in before ^ wanted])
        await self._keep_one(row, leaves=not profile.active, loses=self._administers(known, before - wanted))
        state = "active" if profile.active else "disabled"
        values: dict[str, Any] = {"state": state}
        if profile.active and row.left_at is not None:
            values["left_at"] = None  # who has left all the same is locked again by the next look at the hospital's
        if row.hospital_code is None:
            other = await people.by_doctor(self.tx, profile.doctor) if profile.doctor else None
            if other is not None and other.id != row.id:
                raise DoctorTaken
            values |= {"name": profile.name, "number": profile.number, "doctor": profile.doctor or None}
        places = await people.places_of(self.tx, row.id)
        if not await people.change(self.tx, row.id, version=version, **values):
            there = {name: getattr(row, name) for name in values}
            unless_done((there, before, places), (values, wanted, profile.places), "staff")
            return
        await people.set_places(self.tx, row.id, profile.places)
        await roles.set_held(self.tx, row.id, [known[each].id for each in wanted])
        if not profile.active:
            await visits.end_of(self.tx, row.id, "disabled")
        values.pop("left_at", None)
        self._tell(
            "staff.changed", row, **{key: value for key, value in values.items() if getattr(row, key) != value},
            roles=sorted(known[each].name for each in wanted) if before != wanted else None,
            places=sorted(profile.places.departments | profile.places.clinics) if places != profile.places else None,
        )

    async def give(self, public_id: str, code: str) -> None:
        """One of the program's own roles on top of what somebody has (command line)."""
        row = await self._row(public_id)
        role = await roles.by_code(self.tx, code)
        assert role is not None
        held = [each.id for each in (await roles.holders(self.tx)).get(row.id, [])]
        await roles.set_held(self.tx, row.id, [*held, role.id])
        self._tell("staff.changed", row, roles=[role.name])

    async def reset(self, public_id: str, password: str, *, factor: bool) -> None:
        """A one-time password, and with ``factor`` a second factor set up anew; all sessions end."""
        row = await self._row(public_id)
        await self._not_above(row)
        await people.set_password(self.tx, row, password, once=True, keep=24)
        if factor:
            await people.set_factor(self.tx, row.id, None, None)
            await people.set_recovery(self.tx, row.id, [])
        await self._forgive(row)
        await visits.end_of(self.tx, row.id, "reset")
        self._tell("staff.reset", row, factor=factor)

    async def unlock(self, public_id: str) -> None:
        """Who tried too often may try again at once; password and second factor stay."""
        row = await self._row(public_id)
        await self._not_above(row)
        await self._forgive(row)
        self._tell("staff.unlocked", row)

    async def end_sessions(self, public_id: str) -> int:
        row = await self._row(public_id)
        await self._not_above(row)
        count = await visits.end_of(self.tx, row.id, "ended")
        self._tell("staff.sessions_ended", row, count=count)
        return count

    async def save_role(
        self, public_id: str, version: int, name: str, note: str, given: Mapping[str, str]
    ) -> str:
        """Make ("" as id) or change a role; gives its public id. Raises NameTaken, Conflict, NotFound, NotAllowed."""
        sound: dict[str, Reach] = {}
        for slug, reach in given.items():
            for known in self.rights.reaches(slug):
                if known == reach:
                    sound[slug] = known
        row = await roles.by_public_id(self.tx, public_id, lock=True) if public_id else None
        if public_id and row is None:
            raise NotFound("role")
        before: Mapping[str, Reach] = (await roles.grants(self.tx)).get(row.id, {}) if row is not None else {}
        if row is not None and row.code == ADMINISTRATOR:
            raise NotAllowed("staff.roles")
        if row is not None:
            await self._not_mine(row)
        if await roles.name_taken(self.tx, name, row.id if row is not None else 0):
            raise NameTaken
        if row is None:
            public_id = await roles.add(self.tx, name, note)
            row = await roles.by_public_id(self.tx, public_id)
            assert row is not None
        elif not await roles.change(self.tx, row.id, version=version, name=name, note=note):
            unless_done((row.name, row.note, dict(before)), (name, note, sound), "role")
            return public_id
        await roles.set_grants(self.tx, row.id, sound)
        facts = {"name": name, "before": dict(sorted(before.items())), "after": dict(sorted(sound.items()))}
        audit.write(self.tx, self.actor, "staff.role_saved", f"role:{public_id}", facts)
        return public_id

    async def remove_role(self, public_id: str) -> None:
        """:raises RoleHeld, NotFound, NotAllowed (one of the program's own)"""
        row = await roles.by_public_id(self.tx, public_id, lock=True)
        if row is None:
            raise NotFound("role")
        if row.code is not None:
            raise NotAllowed("staff.roles")
        await self._not_mine(row)
        if count := await roles.count_holders(self.tx, row.id):
            raise RoleHeld(count=count)
        await roles.remove(self.tx, row.id)
        audit.write(self.tx, self.actor, "staff.role_removed", f"role:{public_id}", {"name": row.name})

    # --- inside --------------------------------------------------------------------------------------------------

    async def _forgive(self, row: Any) -> None:
        for subject in tried(row):
            await tries.forgive(self.tx, subject)

    async def _row(self, public_id: str) -> Any:
        row = await people.by_public_id(self.tx, public_id, lock=True)
        if row is None:
            raise NotFound("staff")
        return row

    async def _keep_one(self, row: Any, *, leaves: bool, loses: bool) -> None:
        """Under the lock of the role: two who take it away from each other at once must not both succeed."""
        role = await roles.by_code(self.tx, ADMINISTRATOR, lock=True)
        if role is None or not (leaves or loses) or row.state != "active":
            return
        held = {each.id for each in (await roles.holders(self.tx)).get(row.id, [])}
        if role.id in held and await roles.administrators(self.tx) <= 1:
            raise LastAdministrator

    def _administers(self, known: Mapping[str, Any], which: set[str]) -> bool:
        return any(known[each].code == ADMINISTRATOR for each in which if each in known)

    async def _may_give(self, row: Any, changed: Sequence[Any]) -> None:
        """Only administrators make administrators, and nobody gives themselves anything: who keeps the rights of the
        others is watched by the trail, which is in another hand."""
        if self.by is None or self.by.administrator or not changed:
            return
        if row.id == self.by.id or any(role.code == ADMINISTRATOR for role in changed):
            raise NotAllowed("staff.roles")

    async def _not_mine(self, role: Any) -> None:
        """The same rule for what a role may."""
        if self.by is None or self.by.administrator:
            return
        held = (await roles.holders(self.tx)).get(self.by.id, [])
        if any(each.id == role.id for each in held):
            raise NotAllowed("staff.roles")

    async def _not_above(self, row: Any) -> None:
        """Who resets a password takes the other's place: an administrator's only another one may."""
        if self.by is None or self.by.administrator:
            return
        if any(each.code == ADMINISTRATOR for each in await roles.held_by(self.tx, row.id)):
            raise NotAllowed("staff.edit")

    def _tell(self, act: str, row: Any, **facts: Any) -> None:
        kept = {name: value for name, value in facts.items() if value is not None}
        audit.write(self.tx, self.actor, act, f"staff:{row.public_id}", kept)
