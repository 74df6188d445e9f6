"""The furniture of the staff's area."""

from __future__ import annotations

from bot.access.doors import Door
from bot.talk.area import Area
from flows.staff import desk, locks, roles
from flows.staff.where import WHERE

AREA = Area(
    name="staff",
    title="员工与权限",
    routes=(desk.routes, locks.routes, roles.routes),
    permits=("staff.view", "staff.edit", "staff.grant", "staff.export", "staff.matrix", "staff.roles"),
    ranged=("staff.view", "staff.edit"),
    doors=(
        Door("/desk/staff/", "staff.view", "users"),
        Door("/desk/staff/departments", "staff.view", "building"),
        Door("/desk/staff/roles", "staff.matrix", "shield"),
    ),
    waits=(locks.WAIT,),
    where=WHERE,
)
