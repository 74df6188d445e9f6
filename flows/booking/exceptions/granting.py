"""The office excepts a person from a rule, as its answer to an appeal; and takes it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from bot import logs
from bot.access import audit
from bot.access.twice import unless_done
from bot.context import Context
from bot.errors import Conflict, NotFound, Refusal
from flows.booking.exceptions import store
from flows.booking.neighbours import Neighbours

log = logs.get(__name__)

LONGEST = 90
"""Days for which an exception may be given."""


class BadDays(Refusal):
    """Not a number of days."""


@dataclass(frozen=True, slots=True)
class Grant:
    """How far an exception goes: for so many days, today included, and for one doctor alone or the whole clinic."""

    days: int
    whole_clinic: bool = False


class Granting:
    """Used by whoever answers appeals."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.neighbours = Neighbours(context)

    async def days(self, clinic: str) -> int:
        """For how long where nobody says: to the end of the clinic's horizon."""
        return min((await self.neighbours.rules_of(clinic)).horizon_days + 1, LONGEST)

    async def grant(self, appeal: Any, grant: Grant) -> str:
        """`appeal` as appeals/store.py reads it, against a refusal. Gives the public id. Raises BadDays, Conflict."""
        check_days(grant)
        today = self.context.clock.local(self.context.now).date()
        doctor = None if grant.whole_clinic else appeal.sitting
        last = today + timedelta(days=grant.days - 1)
        public = await store.add(
            self.tx, appeal_id=appeal.id, person_id=appeal.person_id, rule=appeal.rule, clinic=appeal.clinic,
            doctor=doctor, last_day=last, who=self.context.actor,
        )
        if not public:
            raise Conflict("answered")
        facts = {"rule": appeal.rule, "clinic": appeal.clinic, "doctor": doctor or "", "last_day": last.isoformat()}
        audit.write(self.tx, self.context.actor, "booking.exception_made", f"appeal:{appeal.public_id}", facts)
        log.info("exception_made", appeal=appeal.public_id, rule=appeal.rule)
        return public

    async def given(self, appeal: Any) -> Grant | None:
        """What an appeal led to, as it was granted; None for nothing."""
        row = (await store.of_appeals(self.tx, [appeal.id])).get(appeal.id)
        if row is None:
            return None
        return Grant((row.last_day - self.context.clock.local(row.made_at).date()).days + 1, row.doctor is None)

    async def withdraw(self, appeal: Any, reason: str) -> bool:
        """Take it back; False: this member did so a moment ago. Raises NotFound; Conflict where it was used or
        withdrawn meanwhile."""
        row = (await store.of_appeals(self.tx, [appeal.id])).get(appeal.id)
        if row is None:
            raise NotFound("exception")
        if not await store.withdraw(self.tx, row.id, self.context.actor, reason):
            there: Any = (await store.of_appeals(self.tx, [appeal.id]))[appeal.id]
            unless_done((there.state, there.ended_by, there.reason),
                        (store.WITHDRAWN, self.context.actor, reason), "exception")
            return False
        facts = {"rule": row.rule, "reason": reason}
        audit.write(self.tx, self.context.actor, "booking.exception_withdrawn", f"appeal:{appeal.public_id}", facts)
        log.info("exception_withdrawn", appeal=appeal.public_id, rule=row.rule)
        return True


def wide(grant: Grant, appeal: Any) -> Grant:
    """As it is kept: where an appeal is about no doctor, an exception is for the whole clinic."""
    return replace(grant, whole_clinic=grant.whole_clinic or not appeal.sitting)


def check_days(grant: Grant) -> None:
    """Raises BadDays."""
    if not 1 <= grant.days <= LONGEST:
        raise BadDays


def state_of(row: Any, today: date) -> str:
    """open, used, withdrawn, or over: its last day is past and nobody used it."""
    return "over" if row.state == store.OPEN and row.last_day < today else str(row.state)
