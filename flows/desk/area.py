"""The desk's furniture."""

from __future__ import annotations

from bot.talk.area import Area
from flows.desk import desk
from flows.desk.flow import Human
from flows.desk.service import DeskService
from flows.desk.where import WHERE

AREA = Area(
    name="desk", title="人工服务", flows=(Human,), service=DeskService, routes=(desk.routes,),
    permits=(desk.RIGHT, desk.EXPORT), ranged=(desk.RIGHT,), where=WHERE, doors=(desk.DOOR,), waits=(desk.WAIT,),
)
