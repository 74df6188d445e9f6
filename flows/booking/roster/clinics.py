"""Whether a clinic can be booked, how far ahead, and when its next day opens (放号)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import time

from bot.access import audit
from bot.context import Context
from bot.errors import Conflict, NotFound, Refusal
from flows.booking.neighbours import Catalogue, ClinicRule, Neighbours, clinic_rules
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.sessions.generating import MAKE
from flows.booking.rules import ClinicRules

LONGEST = 90


class BadHorizon(Refusal):
    """Not a number of days."""


@dataclass(frozen=True, slots=True)
class Setting:
    """``own`` is what was decided about the clinic, ``now`` what holds: its own over the general settings.
    ``online`` False: the hospital does not let it be booked through us, whatever we decide."""

    code: str
    name: str
    department: str
    online: bool
    own: ClinicRule
    now: ClinicRules

    @property
    def mark(self) -> str:
        """Of what a form was filled from."""
        return hashlib.sha256(repr(self.own).encode()).hexdigest()[:16]


def setting(context: Context, catalogue: Catalogue, code: str) -> Setting:
    """:raises NotFound: there is no such clinic"""
    clinic = catalogue.clinic.get(code)
    if clinic is None:
        raise NotFound("clinic")
    home = catalogue.department.get(clinic.department)
    return Setting(code, clinic.name, catalogue.department_name(home.code) if home else "", clinic.online,
                   catalogue.rule(code), clinic_rules(catalogue, code, context))


async def decide(
    context: Context, code: str, mark: str, *, closed: bool, horizon_days: int | None, open_time: time | None
) -> None:
    """None follows the general setting. Appointments stay, whatever is decided; a wider horizon is filled at once. What
    stands there already is done: a second tap finds the first.

    :raises NotFound, BadHorizon, Conflict (somebody changed it meanwhile)
    """
    if horizon_days is not None and not 1 <= horizon_days <= LONGEST:
        raise BadHorizon
    neighbours = Neighbours(context)
    found = setting(context, await neighbours.held(), code)
    after = replace(found.own, closed=closed, horizon_days=horizon_days, open_time=open_time)
    if after == found.own:
        return
    if found.mark != mark:
        raise Conflict("clinic")
    await neighbours.decide(code, after)
    facts = {"before": _plain(found.own), "after": _plain(after)}
    await patterns.tell(context.tx, context.actor, "clinic", code, code, facts=facts)
    audit.write(context.tx, context.actor, "booking.clinic_changed", f"clinic:{code}", facts)
    context.tx.put(MAKE, {"clinic": code}, priority=4)


def _plain(rule: ClinicRule) -> dict[str, object]:
    return {"closed": rule.closed, "horizon_days": rule.horizon_days,
            "open_time": f"{rule.open_time:%H:%M}" if rule.open_time else None}
