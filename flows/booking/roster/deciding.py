"""What a clinic, or a doctor in it, decides for itself: the fields, what they may be, and what a change comes to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.access import audit
from bot.context import Context
from bot.errors import Conflict, NotFound
from flows.booking.fitting.rules import Visitor, against_visitor
from flows.booking.inforce import clinic_rules, standing_of
from flows.booking.neighbours import Catalogue, Neighbours
from flows.booking.paying.inforce import paying
from flows.booking.roster.contradicting import Other, check_together
from flows.booking.roster.fields import BadRule, fields_of, plain, read
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.sessions import store as sessions
from flows.booking.rules import ClinicRules, Takes
from flows.directory.rules import ClinicRule, DoctorRule, narrowed
from flows.patients.finding import store as persons

Rule = ClinicRule | DoctorRule


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after, as the console writes it; "" follows what is above."""

    field: str
    before: str
    after: str


def typed(rule: Rule) -> dict[str, str]:
    """As the form shows it."""
    return {name: plain(value) for name, value in asdict(rule).items()}


def changed(rule: Rule, sent: Mapping[str, str], doctor: str) -> Rule:
    """`rule` with what a form says. Raises BadRule."""
    values = {each.name: read(each, sent.get(each.name, "").strip()) for group in fields_of(doctor).values()
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
    return {name: plain(value) for name, value in found.items()}


async def in_force(context: Context, clinic: str, doctor: str, rule: Rule) -> ClinicRules:
    """What would hold with `rule`. Raises NobodyFits where it leaves nobody beside the hospital's, the clinic's or one
    of its doctors' own."""
    told = await Neighbours(context).as_told()
    if isinstance(rule, DoctorRule):
        theirs = {**told.doctor_rules.get(clinic, {}), doctor: rule}
        told = _with(told, clinic, told.rule(clinic))
        after = clinic_rules(replace(told, doctor_rules={**told.doctor_rules, clinic: theirs}), clinic, context)
        check_together(_takes(rule), [Other("clinic", after.takes)])
        return after
    after = clinic_rules(_with(told, clinic, rule), clinic, context)
    known = told.clinic[clinic]
    check_together(_takes(rule), [Other("hospital", Takes(known.min_age, known.max_age, known.sex))])
    doctors = [each for each in told.doctors_of(clinic) if each.code in after.doctors]
    check_together(after.takes, [Other("doctor", after.doctors[each.code].takes, each.name) for each in doctors])
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

    What it asks for and stands there already is done, whoever did it: a second tap finds the first. Raises NotFound,
    BadRule; Conflict where somebody changed it meanwhile.
    """
    neighbours = Neighbours(context)
    catalogue = await neighbours.held()
    before = own(catalogue, clinic, doctor)
    after = changed(before, sent, doctor)
    found = changes(before, after)
    if not found:
        return []
    if mark_of(catalogue, clinic, doctor) != mark:
        raise Conflict("clinic")
    await in_force(context, clinic, doctor, after)
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


def mark_of(catalogue: Catalogue, clinic: str, doctor: str) -> str:
    """Of what a form was filled from: its own fields, so that a decision beside them disturbs nobody."""
    now = typed(own(catalogue, clinic, doctor))
    shown = [(each.name, now[each.name]) for group in fields_of(doctor).values() for each in group]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def _takes(rule: Rule) -> Takes:
    return Takes(rule.min_age, rule.max_age, rule.sex)


def _with(told: Catalogue, clinic: str, rule: ClinicRule) -> Catalogue:
    """The hospital's directory with a decision about one clinic."""
    clinics = tuple(narrowed(each, rule) if each.code == clinic else each for each in told.clinics)
    return replace(told, clinics=clinics, rules={**told.rules, clinic: rule})
