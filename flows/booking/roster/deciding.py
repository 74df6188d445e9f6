"""What a clinic, or a doctor in it, decides for itself: the fields, what they may be, and what a change comes to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import time
from typing import Any

from bot.access import audit
from bot.context import Context
from bot.errors import Conflict, NotFound, Refusal
from flows.booking.fitting.rules import Visitor, against_visitor
from flows.booking.inforce import clinic_rules, standing_of
from flows.booking.neighbours import Catalogue, Neighbours
from flows.booking.paying.inforce import paying
from flows.booking.roster.clinics import setting
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.sessions import store as sessions
from flows.booking.rules import ClinicRules
from flows.directory.rules import ClinicRule, DoctorRule, narrowed
from flows.patients.finding import store as persons


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number between two, both included."""

    name: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Word:
    """One of these."""

    name: str
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day."""

    name: str


Field = Number | Word | Clock
_WHOM = (Number("min_age", 0, 120), Number("max_age", 0, 120), Word("sex", ("male", "female")))
OF_CLINIC: Mapping[str, tuple[Field, ...]] = {
    "whom": _WHOM,
    "how_many": (Number("max_open", 1, 99), Number("doctors_a_day", 1, 20), Number("same_doctor", 1, 20),
                 Number("hold_minutes", 1, 120)),
    "cancelling": (Clock("cancel_until"), Word("cancel_same_day", ("never", "booked_today", "always")),
                   Number("cancel_before", 0, 720)),
    "missing": (Number("no_show_minutes", 0, 1440), Number("most_no_shows", 1, 99), Number("within_days", 1, 365),
                Number("lock_days", 1, 365)),
    "paying": (Word("paying", ("hospital", "may", "must")),),
}
OF_DOCTOR: Mapping[str, tuple[Field, ...]] = {
    "whom": _WHOM, "how_many": (Number("max_open", 1, 99), Number("same_doctor", 1, 20)),
}
"""By group, in the order of the page."""
Rule = ClinicRule | DoctorRule


class BadRule(Refusal):
    """A field is not what it may be. Facts: field, least, most (of a number)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after, as the console writes it; "" follows what is above."""

    field: str
    before: str
    after: str


def fields_of(doctor: str) -> Mapping[str, tuple[Field, ...]]:
    return OF_DOCTOR if doctor else OF_CLINIC


def typed(rule: Rule) -> dict[str, str]:
    """As the form shows it."""
    return {name: _plain(value) for name, value in asdict(rule).items()}


def changed(rule: Rule, sent: Mapping[str, str], doctor: str) -> Rule:
    """`rule` with what a form says. Raises BadRule."""
    values = {each.name: _read(each, sent.get(each.name, "").strip()) for group in fields_of(doctor).values()
              for each in group}
    low, high = values["min_age"], values["max_age"]
    if low is not None and high is not None and low > high:
        raise BadRule(field="max_age", least=low, most=120)
    return replace(rule, **values)


def changes(before: Rule, after: Rule) -> list[Change]:
    was, now = typed(before), typed(after)
    return [Change(name, was[name], now[name]) for name in was if was[name] != now[name]]


def own(catalogue: Catalogue, clinic: str, doctor: str) -> Rule:
    """What was decided about it. Raises NotFound for a doctor who is not of the clinic."""
    if not doctor:
        return catalogue.rule(clinic)
    if clinic not in catalogue.clinic or all(each.code != doctor for each in catalogue.doctors_of(clinic)):
        raise NotFound("doctor")
    return catalogue.doctor_rule(clinic, doctor)


async def above(context: Context, clinic: str, doctor: str) -> dict[str, str]:
    """By field what holds where nothing is decided: the hospital's, and above a doctor the clinic's."""
    told = await Neighbours(context).as_told()
    bare = replace(told, rules={code: rule for code, rule in told.rules.items() if code != clinic})
    of = clinic_rules(_with(told, clinic, told.rule(clinic)) if doctor else bare, clinic, context)
    terms = standing_of(bare, clinic, context)
    found: dict[str, Any] = {
        **asdict(of.takes), "same_doctor": of.limits.same_doctor, "max_open": None if doctor else of.limits.open,
        "doctors_a_day": of.limits.doctors_a_day, "hold_minutes": of.hold_minutes,
        "cancel_until": of.cancelling.evening, "cancel_same_day": of.cancelling.same_day,
        "cancel_before": of.cancelling.before.seconds // 60, "no_show_minutes": terms.no_show_minutes,
        "most_no_shows": terms.most_no_shows, "within_days": terms.within_days, "lock_days": terms.lock_days,
        "paying": paying(bare, clinic, context),
    }
    return {name: _plain(value) for name, value in found.items()}


async def in_force(context: Context, clinic: str, doctor: str, rule: Rule) -> ClinicRules:
    """What would hold with `rule`. Raises BadRule where nobody would be of an age that is taken."""
    told = await Neighbours(context).as_told()
    if isinstance(rule, DoctorRule):
        theirs = {**told.doctor_rules.get(clinic, {}), doctor: rule}
        told = _with(told, clinic, told.rule(clinic))
        after = clinic_rules(replace(told, doctor_rules={**told.doctor_rules, clinic: theirs}), clinic, context)
        takes = after.takes.narrowed(after.doctors[doctor].takes)
    else:
        after = clinic_rules(_with(told, clinic, rule), clinic, context)
        takes = after.takes
    if takes.min_age is not None and takes.max_age is not None and takes.min_age > takes.max_age:
        raise BadRule(field="max_age", least=takes.min_age, most=120)
    return after


@dataclass(frozen=True, slots=True)
class Coming:
    """How many have an appointment or a hold there, and how many of them the rule would not take: they stay."""

    count: int
    outside: int


async def coming(context: Context, clinic: str, doctor: str, after: ClinicRules) -> Coming:
    """Whom a change finds there."""
    rows = await sessions.coming(context.tx, clinic, doctor, context.now)
    people = await persons.briefs(context.tx, (row.person_id for row in rows))
    outside = 0
    for row in rows:
        one = people.get(row.person_id)
        if one is not None:
            who = Visitor("", one.birth_date, one.sex)
            outside += any(True for _ in against_visitor(who, after, row.date, row.sitting))
    return Coming(len(rows), outside)


async def decide(context: Context, clinic: str, doctor: str, mark: str, sent: Mapping[str, str]) -> list[Change]:
    """Put what a form says in force: every process has it within seconds, and what is booked stays as it is.

    Raises NotFound, BadRule; Conflict where somebody changed it meanwhile.
    """
    neighbours = Neighbours(context)
    neighbours.forget()
    catalogue = await neighbours.catalogue()
    before = own(catalogue, clinic, doctor)
    if mark_of(context, catalogue, clinic, doctor) != mark:
        raise Conflict("clinic")
    after = changed(before, sent, doctor)
    found = changes(before, after)
    await in_force(context, clinic, doctor, after)
    if not found:
        return []
    facts = {"doctor": doctor} if doctor else {}
    told = facts | {"before": {each.field: each.before for each in found},
                    "after": {each.field: each.after for each in found}}
    if isinstance(after, DoctorRule):
        await neighbours.decide_doctor(clinic, doctor, after)
    else:
        await neighbours.decide(clinic, after)
    act = "booking.doctor_rule_changed" if doctor else "booking.clinic_changed"
    audit.write(context.tx, context.actor, act, f"clinic:{clinic}", told)
    await patterns.tell(context.tx, context.actor, "rules", clinic, clinic, doctor=doctor or None, facts=told)
    return found


def mark_of(context: Context, catalogue: Catalogue, clinic: str, doctor: str) -> str:
    """Of what a form was filled from."""
    if not doctor:
        return setting(context, catalogue, clinic).mark
    return hashlib.sha256(repr(own(catalogue, clinic, doctor)).encode()).hexdigest()[:16]


def _read(field: Field, text: str) -> Any:
    if not text:
        return None
    if isinstance(field, Word):
        if text in field.among:
            return text
        raise BadRule(field=field.name, least=0, most=0)
    if isinstance(field, Clock):
        try:
            return time.fromisoformat(text[:5])
        except ValueError:
            raise BadRule(field=field.name, least=0, most=0) from None
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    if not field.least <= number <= field.most:
        raise BadRule(field=field.name, least=field.least, most=field.most)
    return number


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def _with(told: Catalogue, clinic: str, rule: ClinicRule) -> Catalogue:
    """The hospital's directory with a decision about one clinic."""
    clinics = tuple(narrowed(each, rule) if each.code == clinic else each for each in told.clinics)
    return replace(told, clinics=clinics, rules={**told.rules, clinic: rule})
