"""The furniture of the audit trail's area."""

from __future__ import annotations

from bot.access.doors import Door
from bot.talk.area import Area
from flows.audit import journal
from flows.audit.desk import RIGHT, routes

AREA = Area(
    name="audit",
    title="操作记录",
    routes=(routes, journal.routes),
    permits=(RIGHT, "audit.export", "audit.verify", journal.RIGHT),
    ranged=(RIGHT, journal.RIGHT),
    doors=(Door("/desk/audit/", RIGHT, "history"), Door(journal.PATH, journal.RIGHT, "list")),
)
