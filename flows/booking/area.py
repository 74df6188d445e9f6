"""The furniture of booking."""

from __future__ import annotations

import re

from bot.context import Context
from bot.talk.area import Area
from flows.booking.desk import DOORS, PERMITS, RANGED
from flows.booking.desk import ROUTES as DESK
from flows.booking.desk.waits import WAITS
from flows.booking.flow.appeal import Appeal
from flows.booking.flow.booking import Booking
from flows.booking.flow.exams import Exams
from flows.booking.flow.mine import CANCEL_ONE, Appointments
from flows.booking.flow.moving import move_in
from flows.booking.flow.offer import Offer
from flows.booking.flow.stopped import Stopped
from flows.booking.flow.waiting import Waiting
from flows.booking.flow.wish import Wish
from flows.booking.named.labels import NAMES
from flows.booking.named.where import WHERE
from flows.booking.named.whose import HALF_DAYS, WHOSE
from flows.booking.opening import pushes as opening
from flows.booking.pages import ROUTES
from flows.booking.paying.owner import FeeOwner
from flows.booking.pushes import KINDS
from flows.booking.service import BookingService
from flows.booking.standing.pushes import KINDS as ABOUT_COMING
from flows.booking.stops.telling import KINDS as STOPS

_CANCELS = re.compile(r"\s*(?:请|帮我|我|想|要)*(?:取消|退(?![烧热化行休伍役步变黄奶]))")
"""退 begins illnesses as well: 退烧, 退化."""

_SITS = re.compile(
    r"有(?:哪些|什么|哪位|哪个|没有)?(?:医生|专家|大夫|号)|(?:哪些|哪个|哪位|什么)(?:医生|专家|大夫|科室?)(?:有号|出诊|坐诊|上班|在)"
)
"""Who sits on the day that is named beside it, or what is left then."""


async def reads(context: Context, text: str) -> tuple[str, str] | None:
    """A text that nobody asked for and that is the name or number of a doctor or a clinic, perhaps with a day."""
    service = BookingService(context)
    found = await service.find(text)
    if (move := move_in(text, context.clock.today(), found.doctors)) and await service.coming():
        return "appointments", move.dump()
    if _CANCELS.match(text) and (found.doctors or found.clinics):
        return "appointments", CANCEL_ONE  # 取消王静 is no wish to see them
    return ("booking", text) if found.sure or (found.day and _SITS.search(text)) else None


def in_chat(context: Context) -> BookingService:
    """For the flows: what they do is said in the answer to the very message that did it."""
    return BookingService(context, answered=True)


AREA = Area(
    name="booking",
    title="预约挂号",
    flows=(Booking, Appointments, Appeal, Waiting, Offer, Stopped, Wish, Exams),
    service=in_chat,
    reads=reads,
    pushes=(*KINDS, *ABOUT_COMING, *STOPS, *opening.KINDS),
    routes=(*ROUTES, *DESK),
    permits=PERMITS,
    ranged=RANGED,
    doors=DOORS,
    waits=WAITS,
    names=NAMES | HALF_DAYS,
    whose=WHOSE,
    where=WHERE,
    owners=(FeeOwner(),),
)
