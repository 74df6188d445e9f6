"""The cards of the embedded hospital: a `CardAccounts` on tables of our own, which obeys the hospital's conduct."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, time, timedelta
from typing import Any, TypeVar

from bot.clock import HospitalClock
from bot.db.engine import Database
from bot.db.transaction import Transaction
from integrations.his import people
from integrations.his.cards import accounts
from integrations.his.cards.port import CardCharge, CardLine, CardReturn
from integrations.his.conduct import Calls, refused

T = TypeVar("T")


class EmbeddedCards:
    """Shares nothing with its caller but the database server, as the hospital itself."""

    def __init__(self, database: Database, clock: HospitalClock | None = None) -> None:
        self._database = database
        self._calls = Calls(database)
        self._clock = clock or HospitalClock()

    async def balance(self, record_number: str) -> int | None:
        return await self._calls.question(lambda tx: accounts.balance(tx, people.patient_id(record_number)))

    async def charge(self, request_id: str, *, record_number: str, amount: int) -> CardCharge:
        patient = people.patient_id(record_number)
        return await self._command("charge_card", lambda tx: accounts.charge(tx, request_id, patient, amount))

    async def charged(self, request_id: str) -> CardCharge | None:
        return await self._calls.question(lambda tx: accounts.charge_of(tx, request_id))

    async def give_back(self, request_id: str, *, charge: str, amount: int) -> CardReturn:
        return await self._command("return_to_card", lambda tx: accounts.give_back(tx, request_id, charge, amount))

    async def given_back(self, request_id: str) -> CardReturn | None:
        return await self._calls.question(lambda tx: accounts.return_of(tx, request_id))

    async def lines(self, day: date) -> AsyncIterator[CardLine]:
        since = self._clock.moment(day, time())
        until = self._clock.moment(day + timedelta(days=1), time())
        for line in await self._calls.question(lambda tx: accounts.lines(tx, since, until)):
            yield line

    async def top_up(self, record_number: str, amount: int) -> None:
        """What happens at the hospital's own window; not a verb of the port."""
        await self._database.run(lambda tx: accounts.top_up(tx, people.patient_id(record_number), amount))

    async def _command(self, verb: str, work: Callable[[Transaction], Awaitable[Any]]) -> Any:
        conduct = await self._calls.come_in()
        if verb in conduct.refuse:
            raise refused(conduct.refuse[verb])
        answer = await self._database.run(work)
        await self._calls.go_out(conduct)
        return answer
