"""Use cases of the way to a human."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.access.where import Place, Whereabouts
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

    async def ask(self, once: str, about: str, mobile: str | None, amid: str = "") -> bool:
        """`amid`: the thing that was talked of (``appointment:…``); who sees the request is where that lies."""
        assert self.context.contact is not None
        found = await self.context.ports[Whereabouts].of_things(self.context, [amid]) if amid else {}
        place = min(found.get(amid, ()), key=lambda each: (each.clinic, each.department, each.doctor), default=Place())
        return await store.ask(self.context.tx, once, self.context.contact.id, about, mobile, amid=amid, place=place)

    async def open_requests(self) -> Sequence[Any]:
        return await store.open_requests(self.context.tx)

    async def close(self, public_id: str) -> bool:
        return await store.close(self.context.tx, public_id, self.context.actor, self.context.now)
