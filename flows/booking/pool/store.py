"""Every change of the pool, each decided by a guarded UPDATE.

Who holds takes the segment's gate first (`free` goes down by one, or there is nothing) and then, under that row lock,
the lowest free slot. Who gives back changes the appointment first: of two that try, one finds it changed already and
leaves everything alone. All take their locks in the order person, appointment, segment, share, slot.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from bot.db.link import Step
from bot.db.prepared import Prepared
from bot.db.transaction import Transaction
from flows.booking.pool.gate import store as gate
from flows.booking.pool.shares import store as shares
from flows.booking.store import appointment, segment, slot
from flows.booking.waiting import store as waiting

FREE, KEPT, HELD, TAKEN, COOLING = "free", "kept", "held", "taken", "cooling"
_confirming: dict[str, list[Prepared]] = {}
PASS_ON = "booking.pass_on"
"""Topic: a slot is to be offered to those who wait. Should it be lost, the sweep finds the slot cooled."""


async def take_free(tx: Transaction, segment_id: int, channel: str = "") -> tuple[int, int] | None:
    """Through the gate: (slot id, number), or None when the segment has nothing left or is closed. What is kept for
    `channel` goes before what is everybody's; "" where there is no share of it.

    The slot is free still, and nobody else's: it is given its appointment by `assign` in the same transaction.
    """
    if channel and (own := await shares.take(tx, segment_id, channel)):
        return own
    return await gate.lowest(tx, segment_id)


async def assign(tx: Transaction, slot_id: int, appointment_id: int) -> None:
    """The slot that was taken through a gate, or offered, is this appointment's."""
    if not await tx.update(gate.unassigned(slot_id).values(state=HELD, appointment_id=appointment_id)):
        raise AssertionError(f"slot {slot_id} was taken by somebody else")


async def add(tx: Transaction, **values: Any) -> int:
    """Insert a held appointment; gives its key."""
    return await tx.insert(appointment, **values)


async def confirm(tx: Transaction, appointment_id: int, slot_id: int) -> bool:
    """Held and in time -> booked, and its slot taken; False when the hold is over or was confirmed before."""
    dialect, mine = tx.link.dialect, {"of": appointment_id, "now": tx.now, "of_slot": slot_id}
    made = _confirming.get(dialect.name)
    if made is None:
        made = _confirming[dialect.name] = [Prepared(each, dialect) for each in _confirm(dialect)]
    steps: list[Step] = [(each, each.args(mine)) for each in made]
    booked, taken = await tx.link.script(steps, begin=not tx.link.in_transaction)
    if booked and not taken:
        raise AssertionError(f"slot {slot_id} was not held")
    return booked == 1


def _confirm(dialect: Any) -> tuple[Any, Any]:
    now, of = (bindparam(name, type_=column.type) for name, column in (
        ("now", appointment.c.hold_until), ("of", appointment.c.id)
    ))
    mine = update(appointment).where(
        appointment.c.id == of, appointment.c.state == "held", appointment.c.hold_until > now
    )
    its = update(slot).where(slot.c.id == bindparam("of_slot", type_=slot.c.id.type), slot.c.state == HELD)
    return mine.values(state="booked", booked_at=now), its.where(gate.changed_one(dialect)).values(state=TAKEN)


async def lock(tx: Transaction, appointment_id: int) -> str:
    """The state of an appointment, which nobody changes until the transaction ends; "" where there is none."""
    row = await tx.one(
        select(appointment.c.state).where(appointment.c.id == appointment_id).with_for_update()
    )
    return str(row.state) if row else ""


async def take_held(tx: Transaction, slot_id: int) -> None:
    """The slot that was just taken needs no hold: its appointment is booked already."""
    await _moved(tx, slot_id, HELD, TAKEN)


async def end(tx: Transaction, appointment_id: int, was: str, state: str, who: str, **more: Any) -> bool:
    """The appointment goes from `was` to an end; False when somebody else ended it before."""
    mine = update(appointment).where(appointment.c.id == appointment_id, appointment.c.state == was)
    return await tx.update(mine.values(state=state, ended_at=tx.now, ended_by=who, **more)) == 1


async def give(
    tx: Transaction, segment_id: int, slot_id: int, was: str, *, later: datetime | None = None, near: bool = False
) -> None:
    """The slot of an ended appointment goes to whoever waits for its session: it cools until it is offered. Where
    nobody waits, or it is too `near` to be offered, it is free again, at once or `later`; one of a share that lasts
    goes back there, and to those who wait on its channel."""
    share = await shares.lasting(tx, slot_id)
    if not near and await waiting.awaited(tx, segment_id, share):
        await _moved(tx, slot_id, was, COOLING, back_at=tx.now, appointment_id=None)
        tx.put(PASS_ON, {"slot": slot_id}, priority=2)
    elif later:
        await _moved(tx, slot_id, was, COOLING, back_at=later, appointment_id=None)
    elif share and await shares.put_back(tx, segment_id, share):
        await _moved(tx, slot_id, was, KEPT, appointment_id=None)
    else:
        await tx.update(update(segment).where(segment.c.id == segment_id).values(free=segment.c.free + 1))
        await _moved(tx, slot_id, was, FREE, appointment_id=None, channel=None)


async def release_share(tx: Transaction, segment_id: int, channel: str) -> int:
    """What is left of a share is everybody's, and first of those who wait; gives how many slots that were."""
    await _lock(tx, segment_id)
    ids = await shares.end(tx, segment_id, channel)
    others = select(shares.share.c.id).where(shares.share.c.segment_id == segment_id)
    values: dict[str, Any] = {"shared": await tx.one(others.limit(1)) is not None}
    if await waiting.awaited(tx, segment_id):
        for slot_id in ids:
            await _moved(tx, slot_id, KEPT, COOLING, back_at=tx.now, channel=None)
            tx.put(PASS_ON, {"slot": slot_id}, priority=2)
    else:
        await shares.mark(tx, ids, None, was=KEPT, state=FREE)
        values["free"] = segment.c.free + len(ids)
    await tx.update(update(segment).where(segment.c.id == segment_id).values(values))
    return len(ids)


async def keep_apart(tx: Transaction, segment_id: int) -> int | None:
    """A free slot of a session that somebody waits for goes out of the pool to be offered to them; gives its id."""
    taken = await take_free(tx, segment_id) if await waiting.awaited(tx, segment_id) else None
    if taken is None:
        return None
    await _moved(tx, taken[0], FREE, COOLING, back_at=tx.now)
    return taken[0]


async def offer(tx: Transaction, slot_id: int) -> bool:
    """A cooled slot is held for whoever waits; False when another worker was faster."""
    due = update(slot).where(slot.c.id == slot_id, slot.c.state == COOLING, slot.c.back_at <= tx.now)
    return await tx.update(due.values(state=HELD, back_at=None)) == 1


async def cool_on(tx: Transaction, slot_id: int, back_at: datetime) -> None:
    """A cooled slot goes on cooling; nothing happens where it is somebody's already."""
    due = update(slot).where(slot.c.id == slot_id, slot.c.state == COOLING, slot.c.back_at <= tx.now)
    await tx.update(due.values(back_at=back_at))


async def keep_taken(tx: Transaction, slot_id: int) -> None:
    """The slot belongs to somebody whom only the hospital knows: it stays taken, without an appointment of ours."""
    await tx.update(update(slot).where(slot.c.id == slot_id).values(appointment_id=None))


async def warm(tx: Transaction, slot_id: int, segment_id: int) -> bool:
    """A cooled slot whose moment has come is free again, or back in its share; False when another worker was faster."""
    await _lock(tx, segment_id)
    share = await shares.lasting(tx, slot_id)
    back = bool(share) and await shares.put_back(tx, segment_id, share)
    due = update(slot).where(slot.c.id == slot_id, slot.c.state == COOLING, slot.c.back_at <= tx.now)
    if back:
        if not await tx.update(due.values(state=KEPT, back_at=None)):
            await tx.update(shares.one_less(segment_id, share))
            return False
        return True
    if not await tx.update(due.values(state=FREE, back_at=None, channel=None)):
        return False
    await tx.update(update(segment).where(segment.c.id == segment_id).values(free=segment.c.free + 1))
    return True


async def census(tx: Transaction, segment_id: int) -> dict[str, int]:
    """`capacity` and `free` of a segment as they are noted, and how many of its slots are in each state."""
    noted = await tx.one(select(segment.c.capacity, segment.c.free).where(segment.c.id == segment_id))
    assert noted is not None
    states = select(slot.c.state, func.count().label("slots")).where(slot.c.segment_id == segment_id)
    counted = {row.state: row.slots for row in await tx.all(states.group_by(slot.c.state))}
    return {"noted_capacity": noted.capacity, "noted_free": noted.free} | {
        state: counted.get(state, 0) for state in (FREE, KEPT, HELD, TAKEN, COOLING)
    }


async def _lock(tx: Transaction, segment_id: int) -> None:
    await tx.one(select(segment.c.id).where(segment.c.id == segment_id).with_for_update())


async def _move(tx: Transaction, slot_id: int, was: str, state: str, **more: Any) -> bool:
    mine = update(slot).where(slot.c.id == slot_id, slot.c.state == was)
    return await tx.update(mine.values(state=state, **more)) == 1


async def _moved(tx: Transaction, slot_id: int, was: str, state: str, **more: Any) -> None:
    if not await _move(tx, slot_id, was, state, **more):
        raise AssertionError(f"slot {slot_id} was not {was}")
