"""Appointments that the hospital gave another time or place: each patient is told, one after the other."""

from __future__ import annotations

from typing import Any

from bot.context import Context
from flows.booking.moves.noting import MOVED
from flows.booking.moves.service import Moves
from jobs.job import Job
from jobs.outbox import Handles


async def moved(job: Job, payload: dict[str, Any]) -> None:
    """One transaction for each: what is told twice, because this ended half-way, is told once."""
    assert job.row is not None
    once = str(payload.get("once") or f"hospital:{payload['session']}:{job.row.id}")
    for appointment, spot in payload["was"].items():

        async def tell(context: Context, appointment: str = appointment, spot: list[Any] = spot) -> None:
            await Moves(context).tell(int(appointment), spot, once)

        await job.run(tell)


HANDLES = {MOVED: Handles(moved)}
