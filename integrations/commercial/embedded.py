"""The embedded commercial insurers: a `Commercial` each on tables of our own, beside the embedded hospital.

They share nothing with their caller but the database server. A claim is known by its number, and every verb on it can
come again. They obey one conduct of their own (`integrations.his.conduct`, `COMMERCIAL`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from bot.clock import HospitalClock
from bot.db.engine import Database
from bot.settings import Settings
from bot.settings_commercial import CommercialInsurer
from integrations.commercial.books import SYSTEM, Books, no, number_of
from integrations.commercial.port import Answer, Claim, Holder, Line, Policy, Totals
from integrations.commercial.registry import Registry
from integrations.commercial.rules import shelves
from integrations.his.conduct import COMMERCIAL, Calls, Conduct, current

T = TypeVar("T")
AT_ONCE = 500
"""Lines of a day that are read together."""
DEMONSTRATION = {"anji": CommercialInsurer(sells="group"), "helin": CommercialInsurer(sells="family")}


def connected(settings: Settings, database: Database, taken: Iterable[str]) -> Registry:
    """Those of the settings; beside the sandbox two that are made up, where there are none.

    :param taken: names that stand in the ledger already
    """
    wanted = settings.commercial or (DEMONSTRATION if settings.sandbox == "on" else {})
    clock = HospitalClock(settings.timezone)
    return Registry(
        (EmbeddedCommercial(name, each.sells, database, clock, each.title) for name, each in wanted.items()), taken
    )


class EmbeddedCommercial:
    """:param shelf: what it sells, a name of products.toml"""

    def __init__(
        self, name: str, shelf: str, database: Database, clock: HospitalClock | None = None, title: str = ""
    ) -> None:
        self.name, self._shelf = name, shelves()[shelf]
        self.title = title or self._shelf.title
        self._database, self._clock = database, clock or HospitalClock()
        self._calls = Calls(database, COMMERCIAL, "insurer", SYSTEM)

    async def policies(self, holder: Holder) -> Sequence[Policy]:
        found = await self._read("policies", lambda books: books.policies(holder.number))
        if not found:
            raise no("not_insured")
        return found

    async def submit(self, claim: Claim) -> Answer:
        return await self._command("submit", lambda books: books.submit(claim))

    async def ask(self, number: str) -> Answer | None:
        return await self._read("ask", lambda books: books.ask(number))

    async def supply(self, number: str, note_id: str, note: str) -> Answer:
        return await self._command("supply", lambda books: books.supply(number, note_id, note))

    async def settle(self, number: str, pays: int) -> Answer:
        return await self._command("settle", lambda books: books.settle(number, pays))

    async def withdraw(self, number: str) -> Answer:
        return await self._command("withdraw", lambda books: books.withdraw(number))

    async def reverse(self, number: str) -> Answer:
        return await self._command("reverse", lambda books: books.reverse(number))

    async def totals(self, day: date) -> Totals:
        since, until = self._span(day)
        return await self._read("totals", lambda books: books.totals(since, until))

    async def lines(self, day: date) -> AsyncIterator[Line]:
        await self._come_in("lines")
        since, until = self._span(day)
        for back in (False, True):
            after, some = 0, list[Line]()
            while after == 0 or len(some) == AT_ONCE:
                async with self._database.reading() as tx:
                    books = Books(tx, self.name, self._shelf)
                    some = await books.lines(since, until, after, AT_ONCE, back=back)
                for each in some:
                    yield each
                if not some:
                    break
                after = number_of(some[-1].code)

    async def check(self) -> Sequence[str]:
        return [f"{self.name}:unreachable"] if (await current(self._database, COMMERCIAL)).unavailable else []

    def _span(self, day: date) -> tuple[datetime, datetime]:
        moment = self._clock.moment
        return moment(day, datetime.min.time()), moment(day + timedelta(days=1), datetime.min.time())

    async def _read(self, verb: str, work: Callable[[Books], Awaitable[T]]) -> T:
        """A question; it may write down what was due by now."""
        conduct = await self._come_in(verb)
        done = await self._database.run(lambda tx: work(Books(tx, self.name, self._shelf)))
        await asyncio.sleep(conduct.delay_s / 2)
        return done

    async def _command(self, verb: str, work: Callable[[Books], Awaitable[Answer]]) -> Answer:
        conduct = await self._come_in(verb)
        done = await self._database.run(lambda tx: work(Books(tx, self.name, self._shelf)))
        await self._calls.go_out(conduct)
        return done

    async def _come_in(self, verb: str) -> Conduct:
        conduct = await self._calls.come_in()
        if verb in conduct.refuse:
            raise no(conduct.refuse[verb])
        return conduct
