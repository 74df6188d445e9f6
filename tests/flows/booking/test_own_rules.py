"""A clinic's own rules and a doctor's: how they are judged, and what follows from them where somebody books."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from bot.errors import Conflict
from flows.booking import reminding
from flows.booking.fees.rules import Fee, Fees
from flows.booking.fitting import rules as fitting
from flows.booking.fitting.rules import Counted, Visitor
from flows.booking.neighbours import Neighbours
from flows.booking.refusals import (
    BookingRefusal,
    CancelTooLate,
    SameDoctorSameDay,
    TooManyDoctorsToday,
    TooManyOpen,
    TooManyWithDoctor,
    WrongAge,
    WrongSex,
)
from flows.booking.reminding import Reminding
from flows.booking.roster import deciding
from flows.booking.roster.fields import BadRule
from flows.booking.rules import ClinicRules, DoctorRules, Limits, Place, Takes
from flows.booking.service import BookingService
from flows.directory import store as directory
from flows.directory.rules import ClinicRule, DoctorRule
from jobs import booking_standing as jobs
from tests.flows.booking import ward
from tests.flows.booking.days import HALF_PAST_TEN, at, book, count, run, session
from tests.support.world import World

TZ = ZoneInfo("Asia/Shanghai")
DAY = date(2027, 3, 2)
PLACE = Place(DAY, "am", datetime(2027, 3, 2, 9, tzinfo=TZ), datetime(2027, 3, 2, 10, tzinfo=TZ), "1101", "D1", True,
              True, 1)
ADULT = Visitor("张*明", date(1984, 5, 12), "male")
LATER = DAY + timedelta(days=1)


def no(expected: type[BookingRefusal], mine: list[Counted], limits: Limits, excepted: tuple[str, ...] = ()) -> Any:
    with pytest.raises(expected) as refused:
        fitting.check_limits(mine, PLACE, ADULT, limits, excepted)
    return refused.value.facts


def test_a_clinic_with_a_number_of_its_own_counts_for_itself() -> None:
    apart = Limits(
        open=1, doctors_a_day=1, open_apart=frozenset({"1101"}), days_apart=frozenset({"1101"}), clinic="呼吸",
    )
    elsewhere = [Counted(DAY, "D7", "1102"), Counted(DAY, "D8", "1102"), Counted(LATER, "D9", "1103")]
    fitting.check_limits(elsewhere, PLACE, ADULT, apart)
    assert no(TooManyDoctorsToday, [Counted(DAY, "D2", "1101")], apart)["clinic"] == "呼吸"
    facts = no(TooManyOpen, [Counted(LATER, "D2", "1101")], apart)
    assert (facts["most"], facts["clinic"]) == (1, "呼吸")
    # Nor does what one has there count against the hospital's number.
    other = Limits(open=1, open_apart=frozenset({"1102"}))
    fitting.check_limits([Counted(LATER, "D7", "1102")], PLACE, ADULT, other)
    assert no(TooManyOpen, [Counted(LATER, "D7", "1103")], other)["clinic"] == ""


def test_a_doctor_may_be_seen_twice_and_have_a_limit() -> None:
    twice = Limits(same_doctor=2)
    fitting.check_limits([Counted(DAY, "D1", "1101")], PLACE, ADULT, twice)
    assert no(SameDoctorSameDay, [Counted(DAY, "D1", "1101")] * 2, twice)["most"] == 2
    # The doctor that is seen already is not one more.
    fitting.check_limits([Counted(DAY, "D1", "1101"), Counted(DAY, "D2", "1101")], PLACE, ADULT, twice)
    assert no(TooManyWithDoctor, [Counted(LATER, "D1", "1101")], Limits(with_doctor=1))["most"] == 1
    fitting.check_limits([Counted(LATER, "D2", "1101")], PLACE, ADULT, Limits(with_doctor=1))


def test_a_doctor_narrows_whom_the_clinic_takes() -> None:
    clinic = ClinicRules("儿科", takes=Takes(max_age=17), doctors={"D1": DoctorRules(Takes(6, 12, "female"))})
    boy, girl = Visitor("甲", date(2018, 1, 1), "male"), Visitor("乙", date(2024, 1, 1), "female")
    fitting.check_visitor(boy, clinic, DAY)
    with pytest.raises(WrongSex) as refused:
        fitting.check_visitor(boy, clinic, DAY, "D1")
    assert refused.value.facts["of_doctor"]
    with pytest.raises(WrongAge):
        fitting.check_visitor(girl, clinic, DAY, "D1")
    fitting.check_visitor(girl, clinic, DAY, "D2")


def test_an_exception_lets_through_what_it_is_for_and_nothing_else() -> None:
    mine = [Counted(DAY, "D1", "1101"), *(Counted(LATER, f"D{n}", "1101") for n in range(5))]
    used = fitting.check_limits(mine, PLACE, ADULT, Limits(), ("refuse_same_doctor", "refuse_too_many_open"))
    assert used == {"refuse_same_doctor", "refuse_too_many_open"}
    no(TooManyOpen, mine, Limits(), ("refuse_same_doctor",))
    # What was not needed is not used.
    assert not fitting.check_limits([], PLACE, ADULT, Limits(), ("refuse_same_doctor",))


TERMS = Reminding(time(19), timedelta(hours=2), timedelta(hours=1), (time(21, 30), time(7, 30)))


@pytest.mark.parametrize(
    ("start", "soon"),
    [((14, 0), (14 - 2, 0)), ((9, 30), (7, 30)), ((9, 0), (7, 30)), ((8, 30), (7, 30)), ((8, 0), None), ((6, 0), None),
     ((23, 30), (21, 29)), ((23, 45), (21, 29))],
)
def test_the_reminder_before_a_visit_keeps_the_night(start: tuple[int, int], soon: tuple[int, int] | None) -> None:
    begins = datetime(2027, 3, 2, *start, tzinfo=TZ)
    now = datetime(2027, 3, 1, 8, tzinfo=TZ)
    found = reminding.due(DAY, begins, now, TERMS)
    assert found.evening == datetime(2027, 3, 1, 19, tzinfo=TZ)
    assert found.soon == (datetime(2027, 3, 2, *soon, tzinfo=TZ) if soon else None)
    assert found.early == (soon is None)


def test_reminders_that_lie_behind_are_left_out() -> None:
    begins = datetime(2027, 3, 2, 14, tzinfo=TZ)
    found = reminding.due(DAY, begins, datetime(2027, 3, 1, 20, tzinfo=TZ), TERMS)
    assert found.evening is None and found.soon is not None
    assert reminding.due(DAY, begins, datetime(2027, 3, 2, 13, tzinfo=TZ), TERMS) == reminding.Due(None, None, False)
    # An evening that was set into the night comes before it.
    late = replace(TERMS, evening=time(22))
    assert reminding.due(DAY, begins, datetime(2027, 3, 1, 8, tzinfo=TZ), late).evening == datetime(
        2027, 3, 1, 21, 29, tzinfo=TZ
    )


def test_the_fee_of_a_day_is_the_one_that_began_last() -> None:
    fees = Fees((Fee("1101", "expert", DAY, 3000, "b"), Fee("1101", "expert", date(2027, 1, 1), 2500, "a"),
                 Fee("1101", "general", LATER, 1000, "c"), Fee("1102", "expert", DAY, 9900)))
    assert fees.on("1101", "expert", date(2026, 12, 31)) is None
    assert [fees.on("1101", "expert", day) for day in (date(2027, 3, 1), DAY, LATER)] == [2500, 3000, 3000]
    assert fees.now("1101", DAY) == {"expert": 3000}
    assert [each.key for each in fees.coming("1101", DAY)] == ["c"]
    assert fees.covers("1101", "expert", DAY, without="b") and not fees.covers("1101", "general", LATER, without="c")


async def decided(world: World, rule: ClinicRule) -> None:
    async with world.database.transaction() as tx:
        await directory.set_rule(tx, "1101", rule)
    async with world.context() as context:
        Neighbours(context).forget()


async def test_a_clinic_counts_its_own_no_shows_and_locks_by_its_own_numbers(
    world: World, travel: time_machine.Coordinates
) -> None:
    await decided(world, ClinicRule(no_shows=True, most_no_shows=2, within_days=60, lock_days=7))
    person = await ward.person(world, "a")
    for days in (1, 2):
        await book(world, (await session(world, ward.TODAY + timedelta(days=days)))[1], person)
        at(travel, HALF_PAST_TEN, ward.TODAY + timedelta(days=days))
        await run(world, jobs.attendance)
        await run(world, jobs.no_shows)
    assert await count(world, "booking_lock", state="locked", count=2, days=60) == 1
    async with world.context() as context:
        known = await Neighbours(context).anybody(person)
        assert known is not None
        with pytest.raises(BookingRefusal) as refused:
            await BookingService(context).standing.check(known)
    assert (refused.value.facts["count"], refused.value.facts["days"]) == (2, 60)
    assert refused.value.facts["until_day"] == ward.TODAY + timedelta(days=9)


async def test_a_clinic_that_waits_longer_writes_no_no_show_before(
    world: World, travel: time_machine.Coordinates
) -> None:
    await decided(world, ClinicRule(no_shows=True, no_show_minutes=120))
    person = await ward.person(world, "a")
    await book(world, (await session(world, ward.TODAY + timedelta(days=1)))[1], person)
    at(travel, HALF_PAST_TEN, ward.TODAY + timedelta(days=1))
    await run(world, jobs.attendance)
    await run(world, jobs.no_shows)
    assert await count(world, "booking_no_show", state="counted") == 0
    travel.shift(timedelta(hours=2))
    await run(world, jobs.attendance)
    await run(world, jobs.no_shows)
    assert await count(world, "booking_no_show", state="counted") == 1


async def test_hold_and_cancelling_go_by_the_clinics_own_numbers(
    world: World, travel: time_machine.Coordinates
) -> None:
    await decided(world, ClinicRule(hold_minutes=3, cancel_until=time(10), cancel_same_day="never"))
    person, segments = await ward.person(world, "a"), await session(world, ward.TODAY + timedelta(days=1))
    async with world.context("a") as context:
        held = await BookingService(context).hold(segments[0], person, "one")
        assert held.hold_until - context.now == timedelta(minutes=3)
        await BookingService(context).confirm(held.id)
    travel.shift(timedelta(hours=4))
    async with world.context("a") as context:
        with pytest.raises(CancelTooLate) as refused:
            await BookingService(context).cancel(held.id)
    assert refused.value.facts["until_time"] == time(10)


async def test_the_console_changes_what_it_showed_and_nothing_that_nobody_could_meet(world: World) -> None:
    await ward.sync(world)
    async with world.context() as context:
        staff = replace(context, contact=None, actor="staff:test")
        catalogue = await Neighbours(context).catalogue()
        mark = deciding.mark_of(catalogue, "1101", "")
        with pytest.raises(BadRule):
            await deciding.decide(staff, "1101", "", mark, {"min_age": "19", "max_age": "18"})
        with pytest.raises(BadRule):
            await deciding.decide(staff, "1101", "", mark, {"hold_minutes": "0"})
        found = await deciding.decide(staff, "1101", "", mark, {"min_age": "14", "cancel_until": "18:00"})
        assert [(each.field, each.before, each.after) for each in found] == [
            ("min_age", "", "14"), ("cancel_until", "", "18:00")
        ]
        with pytest.raises(Conflict):
            await deciding.decide(staff, "1101", "", mark, {"min_age": "15"})
        # A doctor's own rule is beside the clinic's; together they must leave somebody.
        mark = deciding.mark_of(await Neighbours(staff).catalogue(), "1101", "D1023")
        with pytest.raises(BadRule):
            await deciding.decide(staff, "1101", "D1023", mark, {"max_age": "13"})
        await deciding.decide(staff, "1101", "D1023", mark, {"max_age": "60", "same_doctor": "2"})
    async with world.context() as context:
        read = await directory.read(context.tx)
        assert read.doctor_rule("1101", "D1023") == DoctorRule(max_age=60, same_doctor=2)
        assert read.clinic["1101"].min_age == 14  # also where it is recommended and read of
        assert (await directory.read(context.tx, editions=False)).clinic["1101"].min_age is None
    assert await count(world, "audit_entry", act="booking.clinic_changed") == 1
    assert await count(world, "audit_entry", act="booking.doctor_rule_changed") == 1
