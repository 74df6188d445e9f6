"""The embedded insurer: an `Insurer` on tables of our own, part of the embedded hospital's world.

It shares nothing with its caller but the database server. A message is carried out once, and answered alike ever after;
one that was voided before it came is refused. What it refuses it does not keep. It obeys a conduct of its own
(`integrations.his.conduct`, `INSURER`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from bot import keys
from bot.clock import HospitalClock
from bot.db.engine import Database
from bot.db.transaction import Transaction
from integrations.his.charges import Item
from integrations.his.conduct import INSURER, Calls, Conduct, current
from integrations.insurance import claims, people, store
from integrations.insurance.claims import SYSTEM, no
from integrations.insurance.port import (
    Detail,
    Done,
    Identity,
    Insured,
    Reversal,
    Settlement,
    Split,
    Totals,
    Visit,
)

T = TypeVar("T")
Work = Callable[[Transaction], Awaitable[Done]]
AT_ONCE = 500
"""Lines of a day's details that are read together."""


class EmbeddedInsurer:
    name = "insurance"

    def __init__(self, database: Database, clock: HospitalClock | None = None) -> None:
        self._database = database
        self._calls = Calls(database, INSURER, "insurer", SYSTEM)
        self._clock = clock or HospitalClock()

    async def identify(self, identity: Identity) -> Insured:
        conduct = await self._come_in("identify")
        document = identity.number if identity.kind == "id_card" else people.document_of(identity.number)
        if not document:
            raise no("voucher_invalid")
        found = await self._database.run(lambda tx: people.find(tx, document))
        await asyncio.sleep(conduct.delay_s / 2)
        if found is None:
            raise no("not_insured")
        return found

    async def register(self, message: str, visit: Visit) -> str:
        done = await self._command("register", message, asdict(visit), lambda tx: claims.register(tx, visit))
        return done.visit

    async def unregister(self, message: str, visit: str) -> None:
        await self._command("unregister", message, {"visit": visit}, lambda tx: claims.unregister(tx, visit))

    async def charge(self, message: str, visit: str, items: Sequence[Item]) -> None:
        asked = {"visit": visit, "items": [asdict(item) for item in items]}
        await self._command("charge", message, asked, lambda tx: claims.charge(tx, visit, items))

    async def uncharge(self, message: str, visit: str) -> None:
        await self._command("uncharge", message, {"visit": visit}, lambda tx: claims.uncharge(tx, visit))

    async def price(self, visit: str) -> Split:
        conduct = await self._come_in("price")
        split = await self._database.run(lambda tx: claims.price(tx, visit))
        await asyncio.sleep(conduct.delay_s / 2)
        return split

    async def settle(self, message: str, visit: str, split: Split) -> Settlement:
        asked = {"visit": visit, "split": asdict(split)}
        done = await self._command("settle", message, asked, lambda tx: claims.settle(tx, message, visit, split))
        return _said(done.settlement)

    async def reverse(self, message: str, settlement: str) -> Reversal:
        asked = {"settlement": settlement}
        done = await self._command("reverse", message, asked, lambda tx: claims.reverse(tx, message, settlement))
        return _said(done.reversal)

    async def void(self, message: str, of: str) -> None:
        async def work(tx: Transaction) -> Done:
            if not await tx.insert_once(store.message, message=of, voided=True, answer=_kept(Done(voided=True)),
                                        at=tx.now):
                row: Any = await tx.one(store.message.select().where(store.message.c.message == of))
                if not row.voided:
                    raise no("settled_already")
            return Done()

        await self._command("void", message, {"of": of}, work)

    async def ask(self, message: str) -> Done | None:
        conduct = await self._come_in("ask")
        async with self._database.reading() as tx:
            row = await tx.one(store.message.select().where(store.message.c.message == message))
        await asyncio.sleep(conduct.delay_s / 2)
        return None if row is None else _read(row)

    async def totals(self, day: date) -> Totals:
        conduct, (since, until) = await self._come_in("totals"), self._span(day)
        async with self._database.reading() as tx:
            found = await claims.totals(tx, since, until)
        await asyncio.sleep(conduct.delay_s / 2)
        return found

    async def details(self, day: date) -> AsyncIterator[Detail]:
        await self._come_in("details")
        since, until = self._span(day)
        for read in (claims.details, claims.undone):
            after, some = 0, list[Detail]()
            while after == 0 or len(some) == AT_ONCE:
                async with self._database.reading() as tx:
                    some = await read(tx, since, until, after, AT_ONCE)
                for each in some:
                    yield each
                if not some:
                    break
                after = claims.number_of(some[-1].settlement)

    async def check(self) -> Sequence[str]:
        return [f"{SYSTEM}:unreachable"] if (await current(self._database, INSURER)).unavailable else []

    def _span(self, day: date) -> tuple[datetime, datetime]:
        moment = self._clock.moment
        return moment(day, datetime.min.time()), moment(day + timedelta(days=1), datetime.min.time())

    async def _command(self, verb: str, message: str, asked: dict[str, Any], work: Work) -> Done:
        conduct = await self._come_in(verb)
        done = await self._database.run(lambda tx: _once(tx, verb, message, asked, work))
        await self._calls.go_out(conduct)
        return done

    async def _come_in(self, verb: str) -> Conduct:
        conduct = await self._calls.come_in()
        if verb in conduct.refuse:
            raise no(conduct.refuse[verb])
        return conduct


async def _once(tx: Transaction, verb: str, message: str, asked: dict[str, Any], work: Work) -> Done:
    """Carry out `work` unless `message` was: then give the answer of that time. A refusal rolls all of it back."""
    digest = keys.ring().hash(f"{verb}:{json.dumps(asked, sort_keys=True, default=str)}", "insurer_message.digest")
    # The row goes in first: a second call with the same message waits here until the first has committed.
    if not await tx.insert_once(store.message, message=message, digest=digest, voided=False, at=tx.now):
        row: Any = await tx.one(store.message.select().where(store.message.c.message == message))
        if row.voided:
            raise no("voided")
        if bytes(row.digest) != digest:
            raise no("message_reused")
        return _read(row)
    done = await work(tx)
    mine = store.message.update().where(store.message.c.message == message)
    await tx.update(mine.values(answer=_kept(done)))
    return done


def _kept(done: Done) -> str:
    return json.dumps(asdict(done), default=str)


def _read(row: Any) -> Done:
    kept = json.loads(row.answer)
    settlement, reversal = kept["settlement"], kept["reversal"]
    return Done(
        visit=kept["visit"], voided=kept["voided"],
        settlement=Settlement(settlement["code"], Split(**settlement["split"]),
                              datetime.fromisoformat(settlement["at"])) if settlement else None,
        reversal=Reversal(reversal["code"], datetime.fromisoformat(reversal["at"])) if reversal else None,
    )


def _said(answer: T | None) -> T:
    """The part of an answer that its verb fills."""
    if answer is None:
        raise LookupError("the remembered answer belongs to another message")
    return answer
