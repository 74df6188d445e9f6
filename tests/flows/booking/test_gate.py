"""The gate and what stands behind it are one packet, a hold is five; and nothing else than before comes of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from bot.db.link import MysqlLink, SqliteLink
from bot.db.transaction import Transaction
from flows.booking import store
from flows.booking.pool import store as pool
from flows.booking.pool.gate import store as gate
from flows.booking.refusals import SlotTaken
from flows.booking.service import BookingService
from tests.flows.booking import ward
from tests.support.world import World


@pytest.fixture
def packets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the database, each in one round trip."""
    sent: list[str] = []

    def counted(link: Any) -> Any:
        script = link.script

        async def run(self: Any, steps: Any, **how: Any) -> Any:
            sent.append(str(steps[0][0] if isinstance(steps[0][0], str) else steps[0][0].sql))
            return await script(self, steps, **how)

        return run

    for link in (MysqlLink, SqliteLink):
        monkeypatch.setattr(link, "script", counted(link))
    execute = Transaction.execute

    async def executed(self: Transaction, statement: Any, parameters: Any = None) -> Any:
        sent.append(str(statement))
        return await execute(self, statement, parameters)

    monkeypatch.setattr(Transaction, "execute", executed)
    return sent


async def one_segment(world: World, capacity: int = 2) -> int:
    code = await ward.session(world, capacity=capacity)
    await ward.sync(world)
    return int((await ward.segments(world, code))[0].id)


async def hold(world: World, segment: int, person: int, who: str = "a", request: str = "r") -> Any:
    async with world.context(who) as context:
        return await BookingService(context).hold(segment, person, request)


async def changed(world: World, table: Any, where: Any, **values: Any) -> None:
    async with world.database.transaction() as tx:
        assert await tx.update(update(table).where(where).values(**values))


async def appointments(world: World) -> int:
    async with world.database.reading() as tx:
        return len(await tx.all(select(store.appointment.c.id)))


async def test_a_turn_that_holds_is_five_packets(world: World, packets: list[str]) -> None:
    """The conversation, the persons, all that is looked at, the gate with the appointment, the end."""
    await one_segment(world)
    await ward.person(world)
    await world.said("a", "王静")
    packets.clear()
    answer = await world.said("a", "1")
    assert "确认" in str(answer.messages[0].options)
    assert len(packets) <= 5, packets


async def test_a_turn_that_confirms_is_thirteen_packets(world: World, packets: list[str]) -> None:
    """And none of them is put together anew."""
    await one_segment(world)
    await ward.person(world)
    for text in ("王静", "1"):
        await world.said("a", text)
    packets.clear()
    answer = await world.said("a", "确认")
    assert "约好了" in answer.messages[0].text
    assert len(packets) <= 13, packets


async def test_what_is_confirmed_too_late_leaves_its_slot_alone(world: World) -> None:
    segment, person = await one_segment(world), await ward.person(world)
    held = await hold(world, segment, person)
    await changed(world, store.appointment, store.appointment.c.id == held.id, state="released")
    async with world.database.transaction() as tx:
        assert not await pool.confirm(tx, held.id, held.slot_id)
    assert (await ward.census(world, segment))["held"] == 1
    await changed(world, store.appointment, store.appointment.c.id == held.id, state="held")
    async with world.database.transaction() as tx:
        assert await pool.confirm(tx, held.id, held.slot_id)
        assert not await pool.confirm(tx, held.id, held.slot_id), "once is enough"
    assert (await ward.census(world, segment))["taken"] == 1


async def test_who_confirms_what_is_not_held_any_more_is_stopped(world: World) -> None:
    segment, person = await one_segment(world), await ward.person(world)
    held = await hold(world, segment, person)
    await changed(world, store.slot, store.slot.c.id == held.slot_id, state=pool.COOLING)
    with pytest.raises(AssertionError, match="was not held"):
        async with world.database.transaction() as tx:
            await pool.confirm(tx, held.id, held.slot_id)
    async with world.database.reading() as tx:
        row = await store.appointment_by(tx, held.id)
    assert row is not None and row.state == "held", "nothing of it was done"


async def test_a_refused_hold_is_looked_at_once(world: World, packets: list[str]) -> None:
    segment = await one_segment(world, 1)
    first, second = await ward.person(world, "a"), await ward.person(world, "b", "李四")
    await hold(world, segment, first, "a", "a")
    packets.clear()
    with pytest.raises(SlotTaken):
        await hold(world, segment, second, "b", "b")
    looked = [sent for sent in packets if "booking_segment" in sent]
    assert len(looked) <= 1, packets


async def test_a_closed_segment_gives_nothing_though_it_has_slots(world: World) -> None:
    """Closed between the look and the gate."""
    segment, person = await one_segment(world), await ward.person(world)
    await changed(world, store.segment, store.segment.c.id == segment, state="stopped")
    async with world.context() as context:
        assert await taken(context, segment, person) is None
    assert await appointments(world) == 0
    assert (await ward.census(world, segment))["free"] == 2


async def test_whom_the_gate_refused_gets_no_slot_that_came_back_meanwhile(world: World) -> None:
    """The count says none, a slot is free: it belongs to whoever takes the gate next."""
    segment, person = await one_segment(world), await ward.person(world)
    await changed(world, store.segment, store.segment.c.id == segment, free=0)
    async with world.context() as context:
        assert await taken(context, segment, person) is None
    assert await appointments(world) == 0


async def test_a_count_without_a_slot_is_a_fault(world: World) -> None:
    segment, person = await one_segment(world), await ward.person(world)
    await changed(world, store.slot, store.slot.c.segment_id == segment, state=pool.COOLING)
    with pytest.raises(AssertionError, match="counts a free slot that is not there"):
        async with world.context() as context:
            await taken(context, segment, person)
    assert (await ward.census(world, segment))["noted_free"] == 2, "nothing of it was done"


async def test_a_slot_that_is_somebodys_is_not_given_again(world: World) -> None:
    segment, person = await one_segment(world), await ward.person(world)
    await changed(world, store.slot, store.slot.c.segment_id == segment, appointment_id=4711)
    with pytest.raises(AssertionError, match="taken by somebody else"):
        async with world.context() as context:
            await taken(context, segment, person)
    assert await appointments(world) == 0


async def taken(context: Any, segment: int, person: int) -> Any:
    """Straight through the gate, without a look before it."""
    return await gate.take(
        context.tx, "r", segment_id=segment, person_id=person, contact_id=context.contact.id, state="held",
        hold_until=context.now, channel="wechat", fee=2500, created_at=context.now, created_by=context.actor,
    )
