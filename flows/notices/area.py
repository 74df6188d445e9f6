"""The furniture of the notices."""

from __future__ import annotations

from bot.talk.area import Area
from flows.notices import desk, desk_calls
from flows.notices.flow_messages import Messages
from flows.notices.flow_prefs import Preferences
from flows.notices.kinds import SAID
from flows.notices.named.labels import NAMES
from flows.notices.named.where import WHERE
from flows.notices.results import hear_delivery, hear_subscription
from flows.notices.service import NoticesService

AREA = Area(
    name="notices",
    title="消息",
    flows=(Preferences, Messages),
    service=NoticesService,
    pushes=(SAID,),
    routes=(desk_calls.routes, desk.routes),
    names=NAMES,
    where=WHERE,
    permits=(desk.RIGHT, desk.EXPORT),
    ranged=(desk.RIGHT,),
    doors=(desk.DOOR,),
    waits=(desk.WAIT,),
    listens=(("delivery", hear_delivery), ("subscription", hear_subscription)),
)
