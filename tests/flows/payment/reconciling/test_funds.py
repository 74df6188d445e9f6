"""The fund-flow bill of a day: asked for by finance, read to its end, and held beside our books by kind."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from bot.db.engine import Database
from bot.errors import OutsideRefused, OutsideUnavailable
from flows.payment.giving_back import GivingBack
from flows.payment.reconciling.funds import store
from flows.payment.reconciling.funds.rules import Kind, held
from integrations.paying.port import FundLine
from tests.flows.payment.counter import Counter
from tests.flows.payment.test_desk import CHIEF, CLERK, HOME, till_of
from tests.support.desk import Browser, Desk, desk

PATH = f"{HOME}funds"
DAY = date(2027, 2, 28)
NOON = datetime(2027, 2, 28, 4, tzinfo=UTC)
MORNING = datetime(2027, 3, 1, 3, tzinfo=UTC)


class Bill:
    """A fund-flow bill in memory."""

    def __init__(self, lines: Sequence[FundLine], whole: bool = True) -> None:
        self.lines, self.whole = lines, whole

    async def __aiter__(self) -> AsyncIterator[FundLine]:
        for each in self.lines:
            yield each


def line(number: str, amount: int, kind: str = "交易", about: Any = "paid") -> FundLine:
    return FundLine(NOON, number, f"f{number}", kind, amount, 0, number, about)


def tells(counter: Counter, said: Bill | Exception | None) -> list[date]:
    """What the till says from now on; gives the days that it was asked of."""
    asked: list[date] = []

    async def fund_bill(day: date) -> Any:
        asked.append(day)
        if isinstance(said, Exception):
            raise said
        return said

    vars(counter.till)["fund_bill"] = fund_bill
    return asked


async def moved(counter: Counter) -> list[FundLine]:
    """Two payments, and one of them back: what a bill truly says of the day."""
    for about, amount in (("a1", 2500), ("a2", 1000)):
        await counter.paid_order(amount, about)
    order = await counter.order(1)
    async with counter.world.context("p") as context:
        await GivingBack(context).whole(order.id, "cancelled")
    await counter.work()
    counter.till.end_refunds()
    await counter.tell()
    await counter.work()
    lines = []
    for known in counter.till.accounts.values():
        lines.append(line(known.channel_number, known.asking.amount))
        lines += [line(back.channel_refund, -back.amount, "退款", "back") for back in known.backs.values()]
    return lines


async def asked(here: Desk, counter: Counter, clerk: Browser) -> str:
    await clerk.get(PATH)
    await clerk.post(PATH, account="wx", day=str(DAY))
    assert clerk.status == 303, clerk.page
    place = clerk.location
    await counter.world.drain.once()
    return await clerk.get(place)


async def test_a_day_is_fetched_and_held_beside_our_books(database: Database) -> None:
    async with desk(database) as here:
        with time_machine.travel(NOON, tick=True):
            counter = till_of(here)
            lines = await moved(counter)
        with time_machine.travel(MORNING, tick=True):
            clerk = await here.enter(await here.hire("clerk", role=CLERK))
            fees = line("p1", -15, "手续费", "")
            days = tells(counter, Bill([*lines, fees]))
            page = await asked(here, counter, clerk)
            assert days == [DAY] and "取到了" in page and "手续费" in page
            assert page.count("一致") == 2 and "我方没有（或" not in page
            await clerk.get(f"{PATH}?export=all")
            assert clerk.answer is not None
            with zipfile.ZipFile(io.BytesIO(await clerk.answer.read())) as book:
                text = book.read("xl/worksheets/sheet1.xml").decode()
            assert text.count("<row ") == 4 and "<v>35</v>" in text and "<v>25</v>" in text and "<v>0.15</v>" in text
            strange = line("c-unknown", 700)
            tells(counter, Bill([*lines[1:], replace(lines[0], amount=2400), strange], whole=False))
            page = await asked(here, counter, clerk)
            assert "c-unknown" in page and lines[0].business in page and "6.00" in page
            assert "账单合计与明细不符" in page
            acts = await here.acts()
            assert acts.count("payment.funds_asked") == 2 and "access.exported" in acts


@pytest.mark.parametrize(("said", "word"), [
    (None, "没有账单"), (OutsideUnavailable("away", system="till"), "没取到"),
    (OutsideRefused("not_a_bill", system="till"), "没取到"),
])
async def test_what_cannot_be_fetched_is_told_and_asked_again(sqlite_database: Database, said: Any, word: str) -> None:
    async with desk(sqlite_database) as here:
        with time_machine.travel(MORNING, tick=True):
            counter = till_of(here)
            clerk = await here.enter(await here.hire("clerk", role=CLERK))
            tells(counter, said)
            assert word in await asked(here, counter, clerk)
            tells(counter, Bill([line("c1", 700)]))
            page = await asked(here, counter, clerk)
            assert "7.00" in page and "取到了" in page
            tells(counter, said)
            page = await asked(here, counter, clerk)
            assert word in page and "数字是上次的" in page and "7.00" in page


async def test_what_died_while_it_was_asked_for_can_be_asked_for_again(database: Database) -> None:
    account = "wx"
    for later, taken in ((0, True), (59, False), (61, True), (62, False)):
        with time_machine.travel(MORNING + timedelta(minutes=later), tick=False):
            async with database.transaction() as tx:
                assert await store.put(tx, account, DAY, "staff:1") is taken, later


async def test_who_may_and_what_is_no_day(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        with time_machine.travel(MORNING, tick=True):
            counter = till_of(here)
            clerk = await here.enter(await here.hire("clerk", role=CLERK))
            assert "没有能取资金账单的商户" in await clerk.get(PATH)
            days = tells(counter, None)
            for account, day in (("wx", "2027-03-01"), ("wx", "2026-01-01"), ("other", str(DAY)), ("wx", "x")):
                await clerk.get(PATH)
                await clerk.post(PATH, account=account, day=day)
                assert clerk.status == 422, (account, day)
            for _ in range(2):
                await clerk.get(PATH)
                await clerk.post(PATH, account="wx", day=str(DAY))
                assert clerk.status == 303
            assert "正在取" in await clerk.get(PATH)
            await counter.world.drain.once()
            assert days == [DAY], "a second tap asks once"
            chief = await here.enter(await here.hire("chief", role=CHIEF))
            page = await chief.get(PATH)
            assert "没有账单" in page and "取这一天" not in page
            await chief.post(PATH, account="wx", day=str(DAY))
            assert chief.status == 403
            await chief.get(f"{PATH}?export=all")
            assert chief.status == 403
            await chief.get(f"{PATH}/2027-02-27:wx")
            assert chief.status == 404
            blind = await here.enter(await here.hire("blind", role={"payment.view": "all"}))
            await blind.get(PATH)
            assert blind.status == 403


async def test_a_refund_that_comes_to_be_known_is_not_strange_any_more(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        with time_machine.travel(NOON, tick=True):
            counter = till_of(here)
            lines = await moved(counter)
        with time_machine.travel(MORNING, tick=True):
            clerk = await here.enter(await here.hire("clerk", role=CLERK))
            tells(counter, Bill([*lines, line("c-late", 900)]))
            page = await asked(here, counter, clerk)
            assert "c-late" in page
            async with here.database.transaction() as tx:
                row: Any = await store.one(tx, "wx", DAY)
                await store.done(tx, "wx", DAY, "read", kinds=(), odd={"many": 1, "lines": [
                    {"at": NOON.isoformat(), "kind": "交易", "about": "paid", "amount": 1000,
                     "number": lines[-1].business}]})
            assert row.state == "read"
            page = await clerk.get(f"{PATH}/{DAY}:wx")
            assert "我方没有（或" not in page and "账单里没有" in page


def test_kinds_are_held_beside_ours() -> None:
    kinds = [Kind("交易", "paid", 2, 3500), Kind("提现", "", 0, 0, 1, 3000)]
    lacks, trade, payout = held(kinds, {"paid": (2, 3400), "back": (1, 500)})
    assert (lacks.kind.about, lacks.differs, lacks.agrees) == ("back", -500, False)
    assert (trade.differs, trade.agrees) == (100, False) and payout.ours is None and payout.agrees
    assert not held([Kind("交易", "paid", 1, 3400)], {"paid": (2, 3400), "back": (0, 0)})[0].agrees
    assert held([Kind("退款", "back", 0, 0, 1, 500)], {"paid": (0, 0), "back": (1, 500)})[0].agrees
