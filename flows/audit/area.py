"""The furniture of the audit trail's area."""

from __future__ import annotations

from bot.access.doors import Door
from bot.talk.area import Area
from flows.audit.desk import routes

AREA = Area(
    name="audit",
    title="操作记录",
    routes=(routes,),
    permits=("audit.view", "audit.export", "audit.verify"),
    doors=(Door("/desk/audit/", "audit.view", "history"),),
)
