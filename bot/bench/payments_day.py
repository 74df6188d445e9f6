"""A day with so many orders, told by a channel's bill, our books and the hospital's takings; some lines are missing."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from datetime import time as wall
from typing import Any, cast

from bot.bench.books import store as books
from bot.bench.payments_notices import contact_of_bench, order_row
from bot.clock import HospitalClock
from bot.db.transaction import Transaction
from flows.payment import store
from integrations.his.cashier import store as cashier
from integrations.paying.port import BillLine, BillTotals, PayChannels
from jobs import payment_days
from jobs.job import Workshop

ACCOUNT = "bench"
BATCH = 5000
PLANTED = 10
SECONDS = 86_000


class Lines:
    """The bill, made while it is read."""

    def __init__(self, orders: int, start: datetime) -> None:
        self._orders, self._start = orders, start
        self.totals: BillTotals | None = None

    async def __aiter__(self) -> AsyncIterator[BillLine]:
        for n in range(self._orders):
            if n not in missing(self._orders):
                yield BillLine(number_of(n), f"c{n}", amount_of(n), moment_of(n, self._orders, self._start), fee=1)
        lacks = missing(self._orders)
        whole = sum(amount_of(n) for n in range(self._orders)) - sum(amount_of(n) for n in lacks)
        self.totals = BillTotals(self._orders - len(lacks), whole, 0, None)


class Channel:
    name = ACCOUNT
    channel = "wechat"

    def __init__(self, orders: int, start: datetime) -> None:
        self._orders, self._start = orders, start

    async def bill(self, day: date) -> Lines:
        return Lines(self._orders, self._start)


class Channels:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def __getitem__(self, name: str) -> Channel:
        return self._channel

    def offered(self, account: str) -> Sequence[Channel]:
        return [self._channel]


async def measure(workshop: Workshop, orders: int) -> dict[str, Any]:
    """`peak_mb` of this process while the day is held together, `grown_mb` above what it held before; `wrong`
    differences that were planted and not found, or found and not planted."""
    hospital = HospitalClock(workshop.settings.timezone)
    on = hospital.today() - timedelta(days=1)
    start = hospital.moment(on, wall(0))
    workshop.ports.put(PayChannels, cast(PayChannels, Channels(Channel(orders, start))))
    contact = await workshop.database.run(contact_of_bench)
    for first in range(0, orders, BATCH):
        part = range(first, min(first + BATCH, orders))

        async def write(tx: Transaction, part: range = part) -> None:
            await _write(tx, part, orders, start, contact)

        await workshop.database.run(write)
    before = _forget_peak()
    begun = time.perf_counter()
    await payment_days.reconcile(workshop.job(name="payment.days"), on)
    seconds = time.perf_counter() - begun
    peak = _peak_mb()
    async with workshop.database.reading() as tx:
        found, other = await books.differences(tx, ACCOUNT, "only_ours")
    planted = len(missing(orders))
    return {
        "orders": orders, "planted": planted, "found": found, "wrong": abs(planted - found) + other,
        "seconds": round(seconds, 1), "seconds_per_100000": round(seconds / orders * 100_000, 2), "peak_mb": peak,
        "grown_mb": round(peak - before, 1),
    }


async def _write(tx: Transaction, part: range, orders: int, start: datetime, contact: int) -> None:
    """Paid and settled, on both sides."""
    moments = {n: moment_of(n, orders, start) for n in part}
    await tx.insert_many(store.order, [
        order_row(tx, number_of(n), contact) | {
            "open_key": None, "amount": amount_of(n), "state": "settled", "paid_at": moments[n],
            "settled_at": moments[n], "settlement": f"S{n}",
        } for n in part
    ])
    ids = await books.ids(tx, [number_of(n) for n in part])
    await tx.insert_many(store.payment, [
        {"order_id": ids[number_of(n)], "number": number_of(n), "account": ACCOUNT, "channel": "wechat",
         "way": "inside", "amount": amount_of(n), "state": "paid", "use": "applied", "channel_number": f"c{n}",
         "expires_at": tx.now, "asks": 0, "created_at": moments[n], "paid_at": moments[n]} for n in part
    ])
    await tx.insert_many(cashier.settlement, [
        {"bill": f"X{n}", "amount": amount_of(n), "permitted": 0, "at": moments[n],
         "paid": json.dumps([{"channel": "wechat", "number": number_of(n), "channel_number": f"c{n}",
                              "amount": amount_of(n)}])} for n in part
    ])


def missing(orders: int) -> range:
    """What the bill does not tell."""
    return range(0, orders, max(1, orders // PLANTED))


def number_of(n: int) -> str:
    return f"{n:032x}"


def amount_of(n: int) -> int:
    return 100 + n % 900


def moment_of(n: int, orders: int, start: datetime) -> datetime:
    return start + timedelta(seconds=n * SECONDS // orders)


def _forget_peak() -> float:
    """From now on the system tells the peak of what follows; gives what is held."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    return _held("VmRSS")


def _peak_mb() -> float:
    return _held("VmHWM")


def _held(name: str) -> float:
    with open("/proc/self/status", encoding="ascii") as file:
        return next(round(int(line.split()[1]) / 1024, 1) for line in file if line.startswith(name))
