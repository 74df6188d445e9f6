"""Checking in from the chat: the part of `appointments` that says somebody is here."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from bot.context import Context
from bot.talk.outcomes import Call, Choose, Done, Go, Option, Outcome, Step
from flows.booking.labels import Labels
from flows.booking.refusals import BookingRefusal
from flows.booking.standing.coming.arrivals import CHAT, Arrivals

WORDS = ("签到", "取号", "报到", "我到了", "我来了")
_CHECKS_IN = re.compile("签到|取号|报到|到了|来了")


class CheckingIn:
    """Mixed into Appointments."""

    context: Context
    service: Any
    data: Any
    text: str
    _options: Callable[[list[Any]], Awaitable[list[Option]]]

    def wants_in(self) -> bool:
        return bool(_CHECKS_IN.search(self.text))

    async def check_in_which(self) -> Outcome:
        """Of today's visits; a single one is not asked for."""
        today = self.context.clock.today()
        rows = [row for row in await self.service.coming() if row.date == today]
        if not rows:
            rows = (await self.service.coming())[:1]
        if not rows:
            return Done("check_in_none")
        if len(rows) == 1:
            self.data.appointment = rows[0].id
            return Go(self.check_in)
        options = [*await self._options(rows), Labels(self.context).word("no", "back_to_list", "@no", "返回列表")]
        return Choose("check_in_which", options, save="pick", then=self.check_in_picked)

    async def check_in_picked(self) -> Outcome:
        if self.data.pick == "no":
            return Go(self._step("start"))
        self.data.appointment = int(str(self.data.pick))
        return Go(self.check_in)

    async def check_in(self) -> Outcome:
        try:
            done = await Arrivals(self.context, answered=True).check_in(self.data.appointment, CHAT)
        except BookingRefusal as no:
            return Done(no.template, facts=no.facts)
        facts = await self.service.facts(done.row) | {"late": done.late, "moved": done.moved, "again": done.again}
        return Done("checked_in", facts=facts, result=done.row.public_id)

    async def appealing(self) -> Outcome:
        """Against the no-show of the appointment that is shown."""
        row = await self.service.mine(self.data.appointment)
        standing = await self.service.standing.of_visit(row)
        return Call("appeal", then=self.appealed, arg=standing["about"])

    async def appealed(self) -> Outcome:
        return Done()

    def _step(self, name: str) -> Step:
        step: Step = getattr(self, name)
        return step
