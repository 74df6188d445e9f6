"""A clinic's fees by kind: what a session without a fee of its own costs, from which day on; what was told stays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

import pytest

from bot.context import Context
from flows.booking.fees.rules import Fee
from flows.booking.fees.setting import BadFee, FeeNeeded, FeeSetting
from flows.booking.fees.store import read
from flows.booking.roster.patterns.drafts import BadTerms
from tests.flows.booking import ward
from tests.flows.booking.clerk import TERMS, appointment, book, draft, hospital, publish, run, sessions
from tests.support.world import World

__all__ = ["hospital"]
T = TypeVar("T")
BY_RULE = replace(TERMS, fee=None)
DAY = ward.TODAY + timedelta(days=1)


async def setting(world: World, work: Callable[[FeeSetting], Awaitable[T]]) -> T:
    """What the office does, and what comes of it."""
    done = await run(world, lambda context: work(FeeSetting(context)))
    await world.drain.once()
    return done


async def put(world: World, first: date, fee: int, kind: str = "expert") -> None:
    await setting(world, lambda own: own.put(Fee("1101", kind, first, fee)))


async def fees_of(world: World) -> dict[date, int]:
    return {row.date: row.fee for row in await sessions(world)}


async def test_a_session_without_a_fee_costs_what_the_rule_says_on_its_day(world: World) -> None:
    with pytest.raises(BadTerms) as no:
        await draft(world, BY_RULE)
    assert no.value.facts["why"] == "roster_fee_none"
    await put(world, ward.TODAY, 2500)
    await put(world, DAY + timedelta(days=7), 4000)
    await draft(world, BY_RULE)
    await publish(world)
    found = await fees_of(world)
    assert (found[DAY], found[DAY + timedelta(days=7)]) == (2500, 4000)


async def test_a_new_fee_reaches_sessions_that_are_there_and_nobody_who_has_a_place(world: World) -> None:
    await put(world, ward.TODAY, 2500)
    await draft(world, BY_RULE)
    await publish(world)
    code = (await sessions(world))[0].code
    row = await book(world, code)
    wanted = Fee("1101", "expert", ward.TODAY, 3000)
    found = await setting(world, lambda own: own.preview(wanted))
    assert (found.sessions, found.people, found.before) == (len(await sessions(world)), 1, 2500)
    await put(world, ward.TODAY, 3000)
    assert set((await fees_of(world)).values()) == {3000}
    assert (await appointment(world, row.public_id)).fee == 2500
    other = await book(world, code, at=1, who="b", name="李四光")
    assert (await appointment(world, other.public_id)).fee == 3000


async def test_a_fee_that_was_typed_stays(world: World) -> None:
    await put(world, ward.TODAY, 4000)
    await draft(world, TERMS)
    await publish(world)
    await put(world, ward.TODAY, 5000)
    assert set((await fees_of(world)).values()) == {2500}


async def test_one_that_has_not_begun_is_taken_back_unless_sessions_need_it(world: World) -> None:
    later = DAY + timedelta(days=3)
    await put(world, later, 3000)
    key = (await run(world, lambda context: _key(context))).key
    await draft(world, replace(BY_RULE, first=later + timedelta(days=4)))
    with pytest.raises(FeeNeeded):
        await setting(world, lambda own: own.drop("1101", key))
    await put(world, ward.TODAY, 2500)
    await setting(world, lambda own: own.drop("1101", key))
    found = await run(world, lambda context: read(context.tx, "1101"))
    assert [each.fee for each in found.rows] == [2500]


async def _key(context: Context) -> Any:
    return (await read(context.tx, "1101")).rows[0]


@pytest.mark.parametrize(
    "wanted",
    [Fee("1101", "examination", DAY, 1), Fee("1101", "expert", ward.TODAY - timedelta(days=1), 1),
     Fee("1101", "expert", DAY, -1), Fee("1101", "expert", DAY, 500_001)],
)
async def test_what_is_no_fee_is_refused(world: World, wanted: Fee) -> None:
    with pytest.raises(BadFee):
        await setting(world, lambda own: own.put(wanted))
