"""Two rules that leave nobody who could book are refused at the console, with a word for which of them it is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.db.engine import Database
from flows.booking.fitting.rules import of_age
from flows.booking.neighbours import Neighbours
from flows.booking.roster import deciding
from flows.booking.roster.contradicting import NobodyFits, Other, check_together
from flows.booking.rules import Takes
from tests.flows.booking import ward
from tests.flows.booking.test_office import office
from tests.support.world import World

AGE = st.none() | st.integers(0, 120)
TAKES = st.builds(Takes, AGE, AGE, st.sampled_from((None, "male", "female"))).filter(
    lambda one: one.min_age is None or one.max_age is None or one.min_age <= one.max_age
)


@settings(max_examples=60, deadline=None)
@given(TAKES, TAKES)
def test_it_is_refused_just_where_nobody_fits_both(own: Takes, other: Takes) -> None:
    fit = [
        (age, sex) for age in range(122) for sex in ("male", "female")
        if all(of_age(one, age) and one.sex in (None, sex) for one in (own, other))
    ]
    try:
        check_together(own, [Other("clinic", other)])
    except NobodyFits as no:
        assert not fit and no.facts["field"] in ("sex", "min_age", "max_age")
        assert getattr(own, no.facts["field"]) is not None, "the field that is named is one that was filled"
    else:
        assert fit


async def decided(world: World, doctor: str, **sent: str) -> None:
    async with world.context() as context:
        staff = replace(context, contact=None, actor="staff:test")
        mark = deciding.mark_of(await Neighbours(staff).catalogue(), "1101", doctor)
        await deciding.decide(staff, "1101", doctor, mark, sent)
        Neighbours(staff).forget()


async def refused(world: World, doctor: str, **sent: str) -> dict[str, Any]:
    with pytest.raises(NobodyFits) as no:
        await decided(world, doctor, **sent)
    return dict(no.value.facts)


async def test_a_doctors_rule_and_the_clinics(world: World) -> None:
    await ward.sync(world)
    await decided(world, "", sex="female")
    assert (await refused(world, "D1023", sex="male"))["whose"] == "clinic"
    await decided(world, "", sex="")
    await decided(world, "D1023", sex="male", max_age="40")
    no = await refused(world, "", sex="female")
    assert (no["whose"], no["name"], no["sex"], no["field"]) == ("doctor", "王静", "male", "sex")
    assert (await refused(world, "", min_age="41"))["field"] == "min_age"
    await decided(world, "", sex="male", min_age="40")


async def test_the_console_says_which(database: Database) -> None:
    async with office(database) as (here, _):
        chief = await here.enter(await here.hire("chief", role={
            "booking.roster.see": "all", "booking.clinics.edit": "all",
        }))
        rules = "/desk/booking/roster/clinics/1101/rules"
        page = await chief.get(rules)
        mark = re.search(r'name="mark" value="(\w*)"', page)
        assert mark is not None
        await chief.post(rules, mark=mark[1], doctor="", sex="female")
        page = await chief.get(rules + "?doctor=D1023")
        assert "按门诊：女性" in page
        mark = re.search(r'name="mark" value="(\w*)"', page)
        assert mark is not None
        await chief.post(rules + "/preview", mark=mark[1], doctor="D1023", sex="male")
        assert "这个门诊只看女性，合在一起没有人能约。" in chief.page
