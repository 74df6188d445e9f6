"""The gate of a segment: one guarded UPDATE lets through or refuses, and under that row lock the lowest free slot is
whose came through. Thousands may wait for this row, so that what is done under it is one packet, compiled once.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, insert, literal, literal_column, select, update

from bot.db.link import Step
from bot.db.prepared import Prepared
from bot.db.schema import new_public_id
from bot.db.transaction import Transaction
from flows.booking.store import appointment, appointment_behind, segment, slot

_FREE, _KEPT, _HELD = (literal(state, slot.c.state.type) for state in ("free", "kept", "held"))
_GIVEN = [_FREE, _KEPT, _HELD]
"""The states from which a slot is given to an appointment."""
_UNSAID = dict.fromkeys(column.name for column in appointment.c if column.nullable)
_made: dict[str, _Ways] = {}


async def lowest(tx: Transaction, segment_id: int) -> tuple[int, int] | None:
    """Through the gate: (slot id, number) of what is everybody's, still free; None: nothing left, or closed."""
    known, mine = _ways(tx.link.dialect), {"segment_id": segment_id}
    passed, rows = await tx.link.script([(each, each.args(mine)) for each in (known.gate, known.lowest)])
    if not passed:
        return None
    if not isinstance(rows, list) or not rows:
        raise _miscounted(segment_id)
    return int(rows[0][0]), int(rows[0][1])


async def take(tx: Transaction, request_id: str, *, segment_id: int, **values: Any) -> Any | None:
    """Through the gate, and the appointment with its slot behind it: as it is read then, or None as `lowest`."""
    known, row = _ways(tx.link.dialect), _row(request_id, segment_id=segment_id, **values)
    mine = {"segment_id": segment_id, "request_id": request_id}
    steps: list[Step] = [
        (known.gate, known.gate.args(mine)), (known.first, known.first.args(row)),
        (known.assign_first, known.assign_first.args(mine)),
    ]
    (passed, made, assigned), found = await appointment_behind(tx, steps, request_id)
    if not passed:
        return None
    if not made:
        raise _miscounted(segment_id)
    return _assigned(assigned, found)


async def fill(tx: Transaction, slot_id: int, request_id: str, **values: Any) -> Any:
    """The appointment in a slot that was taken before, in one packet; gives it as it is read."""
    known, row = _ways(tx.link.dialect), _row(request_id, slot_id=slot_id, **values)
    mine = {"slot_id": slot_id, "request_id": request_id}
    steps: list[Step] = [(known.insert, known.insert.args(row)), (known.assign, known.assign.args(mine))]
    (_, assigned), found = await appointment_behind(tx, steps, request_id)
    return _assigned(assigned, found)


def unassigned(slot_id: Any) -> Any:
    """A slot that may be given an appointment; nothing where it is somebody's."""
    return update(slot).where(slot.c.id == slot_id, slot.c.state.in_(_GIVEN), slot.c.appointment_id.is_(None))


def changed_one(dialect: Any) -> ColumnElement[bool]:
    """That the statement before this one in the packet changed one row: what comes second is done only then."""
    return literal_column("changes()" if dialect.name == "sqlite" else "ROW_COUNT()", Integer) == literal_column("1")


class _Ways:
    """The statements of one dialect."""

    def __init__(self, dialect: Any) -> None:
        binds = {each.name: bindparam(each.name, type_=each.type) for each in appointment.c if each.name != "id"}
        mine = binds["segment_id"]
        gate = update(segment).where(segment.c.id == mine, segment.c.free > 0, segment.c.state == "open")
        self.gate = Prepared(gate.values(free=segment.c.free - 1), dialect)
        free = slot.c.segment_id == mine, slot.c.state == _FREE
        one = literal_column("1", Integer)
        lowest = select(slot.c.id, slot.c.number).where(*free).order_by(slot.c.number).limit(one)
        self.lowest = Prepared(lowest, dialect)
        self.insert = Prepared(insert(appointment).values(binds), dialect)
        # Whom the gate refused gets nothing, even if a slot came back between the two statements.
        passed = changed_one(dialect)
        of_slot = {"slot_id": slot.c.id, "number": slot.c.number}
        row = select(*(of_slot.get(name, bind) for name, bind in binds.items())).where(*free, passed)
        row = row.order_by(slot.c.number).limit(one)
        self.first = Prepared(insert(appointment).from_select(list(binds), row), dialect)
        new = select(appointment).where(appointment.c.request_id == binds["request_id"])
        held = {"state": _HELD, "appointment_id": new.with_only_columns(appointment.c.id).scalar_subquery()}
        self.assign = Prepared(unassigned(binds["slot_id"]).values(held), dialect)
        its = unassigned(new.with_only_columns(appointment.c.slot_id).scalar_subquery())
        self.assign_first = Prepared(its.where(slot.c.segment_id == mine).values(held), dialect)


def _ways(dialect: Any) -> _Ways:
    made = _made.get(dialect.name)
    if made is None:
        made = _made[dialect.name] = _Ways(dialect)
    return made


def _row(request_id: str, **values: Any) -> dict[str, Any]:
    return _UNSAID | {"public_id": new_public_id(), "request_id": request_id, **values}


def _assigned(met: Any, found: Any) -> Any:
    if met != 1:
        raise AssertionError(f"slot {found.slot_id} was taken by somebody else")
    return found


def _miscounted(segment_id: int) -> AssertionError:
    """`free` counts the free slots and we have the gate's lock: the count would have to be wrong."""
    return AssertionError(f"segment {segment_id} counts a free slot that is not there")
