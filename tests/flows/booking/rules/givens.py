"""What a clinic, or a doctor in it, decides in a transcript."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

from flows.booking.glance import glance
from flows.directory import store as directory
from flows.directory.service import forget
from tests.support.givens import do
from tests.support.world import World


@do
async def clinic_rule(world: World, clinic: str, name: str, value: str) -> None:
    """A clinic decides something of its own."""
    async with world.database.transaction() as tx:
        own = (await directory.read(tx)).rule(clinic)
        await directory.set_rule(tx, clinic, replace(own, **{name: _decided(value)}))
    forget(world.ports)
    glance(world.ports).forget()


@do
async def doctor_rule(world: World, clinic: str, doctor: str, name: str, value: str) -> None:
    """The same about a doctor in it."""
    async with world.database.transaction() as tx:
        own = (await directory.read(tx)).doctor_rule(clinic, f"D{doctor}")
        await directory.set_doctor_rule(tx, clinic, f"D{doctor}", replace(own, **{name: _decided(value)}))
    forget(world.ports)
    glance(world.ports).forget()


def _decided(word: str) -> Any:
    """yes, no, a time, a number, or a word."""
    if word in ("yes", "no"):
        return word == "yes"
    return time.fromisoformat(word) if ":" in word else int(word) if word.lstrip("-").isdigit() else word
