"""What somebody may have examined: the open orders that their hospital knows, and the check-up packages."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from bot import logs
from bot.context import Context
from bot.errors import NotFound, OutsideError
from flows.booking.exams import book
from flows.booking.exams.refusals import HospitalSilent, OrderGone
from flows.booking.exams.rules import Book, Item, Package
from flows.booking.neighbours import Person
from integrations.his.port import HospitalPort

log = logs.get(__name__)

IN_A_TURN = 1.5  # seconds; the channel waits five for the whole answer
PACKAGE = "package:"
"""Stands before the code of a package where an order's code could stand."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One examination to be booked. `name` tells it from the person's others: the order's code, or package and item."""

    name: str
    item: Item
    order: str = ""
    package: str = ""
    doctor: str = ""
    ordered_on: date | None = None


class Wishes:
    """Part of ExamService. Reads the hospital, briefly."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def book(self) -> Book:
        return await book.read(self.context.tx)

    async def done_in(self, clinic: str) -> bool:
        """Whether this clinic is a room where examinations are done, to which nobody comes to see a doctor."""
        return any(item.clinic == clinic for item in (await self.book()).items.values())

    async def orders(self, person: Person) -> list[Wish]:
        """Open at the hospital, the oldest first; what is not in the book cannot be booked here. Raises
        HospitalSilent."""
        if person.patient_no is None:
            return []
        known = (await self.book()).items
        try:
            async with asyncio.timeout(IN_A_TURN):
                told = await self.context.ports[HospitalPort].examination_orders(person.patient_no)
        except (TimeoutError, OutsideError) as error:
            log.info("exam_orders_silent", error=type(error).__name__)
            raise HospitalSilent() from error
        return [
            Wish(each.code, known[each.examination], order=each.code, doctor=each.doctor, ordered_on=each.ordered_on)
            for each in told if each.examination in known
        ]

    async def packages(self) -> list[Package]:
        return list((await self.book()).packages)

    async def meant(self, person: Person, picks: Collection[str]) -> list[Wish]:
        """The wishes behind orders' codes and packages ("package:<code>"). Raises OrderGone, HospitalSilent, and
        NotFound for a package that is none."""
        found: list[Wish] = []
        for pick in picks:
            if pick.startswith(PACKAGE):
                found += await self._of_package(pick.removeprefix(PACKAGE))
        wanted = [pick for pick in picks if not pick.startswith(PACKAGE)]
        open_ones = {wish.name: wish for wish in await self.orders(person)} if wanted else {}
        if any(code not in open_ones for code in wanted):
            raise OrderGone()
        return [*found, *(open_ones[code] for code in wanted)]

    async def _of_package(self, code: str) -> list[Wish]:
        own = await self.book()
        package = own.package(code)
        if package is None:
            raise NotFound("package")
        return [Wish(f"{code}:{item}", own.items[item], package=code) for item in package.items]
