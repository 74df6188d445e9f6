"""What a right that does not reach everything reaches: things of several areas, told by these alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bot.access.rights import Member, Places, Reach
from bot.access.where import Place, Whereabouts, Within
from bot.context import Context
from bot.db.engine import Database
from bot.errors import NotFound
from bot.house import House
from tests.support import world as support
from tests.support.world import World

LYING = {"inside": {Place("11", "1101", "D1")}, "beside": {Place("11", "1102", "D2")}, "away": {Place("15", "1501")}}


def asked(named: Mapping[str, set[Place]], seen: list[Sequence[str]]) -> Any:
    async def where(context: Context, ids: Sequence[str]) -> Mapping[str, set[Place]]:
        seen.append(ids)
        return {each: named[each] for each in ids if each in named}

    return where


def member(reach: Reach | None, **places: Any) -> Member:
    return Member(1, "s1", "near", "Near", Places(**places), {"x.see": reach} if reach else {})


async def those(world: World, who: Member, doctor: str = "") -> set[str]:
    async with world.context("a") as context:
        within = Within(context, who.range("x.see"), doctor)
        return {each.partition(":")[2] for each in await within.those(f"thing:{each}" for each in (*LYING, "nowhere"))}


async def test_a_thing_lies_within_by_clinic_department_doctor_or_owner(sqlite_database: Database) -> None:
    world, seen = World(sqlite_database), list[Sequence[str]]()
    world.ports.put(Whereabouts, Whereabouts([{"thing": asked(LYING, seen)}, {}]))
    clinic, department = {"clinics": frozenset({"1101"})}, {"departments": frozenset({"11"})}
    assert await those(world, member("department", **clinic)) == {"inside"}
    assert await those(world, member("department", **department)) == {"inside", "beside"}
    assert await those(world, member("department")) == await those(world, member("own", **clinic)) == set()
    assert await those(world, member("own"), "D2") == {"beside"}
    assert await those(world, member(None, **department)) == set()
    assert len(seen) == 6 and all(len(each) == 4 for each in seen)  # one question for all of a kind
    assert await those(world, member("all")) == {*LYING, "nowhere"} and len(seen) == 6
    nothing: Any = None
    own = Within(nothing, member("own").range("x.see"))
    assert own.covers([Place(owner="s1")]) and not own.covers([Place(owner="s2")]) and not own.covers([])


async def test_several_areas_tell_where_a_thing_lies(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    one, other = {"p": {Place("11", "1101")}}, {"p": {Place("15", "1501")}}
    world.ports.put(Whereabouts, Whereabouts([{"person": asked(one, [])}, {"person": asked(other, [])}]))
    async with world.context("a") as context:
        within = Within(context, member("department", clinics=frozenset({"1501"})).range("x.see"))
        assert await within.has("person:p")
        for thing in ("person:q", "other:p", "person", ""):
            with pytest.raises(NotFound):
                await within.need(thing)


async def test_the_running_house_knows_where_things_lie(sqlite_database: Database) -> None:
    settings = support.test_settings(database=sqlite_database.url.render_as_string(hide_password=False))
    house = await House.open(settings, redis_url="redis://127.0.0.1:1")
    try:
        async with house.database.reading() as tx:
            found = await house.ports[Whereabouts].of_things(Context(
                tx=tx, ports=house.ports, settings=settings, wording=house.wording, contact=None, channel="",
                actor="job:test", request_id="", now=tx.now), ["department:11", "request:x", "person:y"])
        assert found == {"department:11": {Place("11")}}
    finally:
        await house.close()
