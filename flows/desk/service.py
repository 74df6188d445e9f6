"""Use cases of the way to a human."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.context import Context
from flows.desk import store
from flows.patients.service import PatientsService


class DeskService:
    def __init__(self, context: Context) -> None:
        self.context = context

    async def mobile(self) -> str | None:
        """The number under which the contact's default person can be called, where one is known."""
        patients = PatientsService(self.context)
        person = await patients.default()
        return await patients.mobile_of(person.id) if person else None

    async def ask(self, once: str, about: str, mobile: str | None) -> bool:
        assert self.context.contact is not None
        return await store.ask(self.context.tx, once, self.context.contact.id, about, mobile)

    async def open_requests(self) -> Sequence[Any]:
        return await store.open_requests(self.context.tx)

    async def close(self, public_id: str) -> bool:
        return await store.close(self.context.tx, public_id, self.context.actor, self.context.now)
