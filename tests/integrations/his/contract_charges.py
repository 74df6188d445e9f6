"""What every `Charging` must do, whatever stands behind it.

A test class for an implementation derives from `ChargesContract`, and has the fixtures `cashier` (the port, behaving
well), `cashier_like` (an async function that changes how the other side behaves) and `debtor` (a record that owes).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import date

import pytest

from bot.clock import HospitalClock
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations.his.charges import Bill, Charging, Paid, Settlement, Taking
from integrations.his.conduct import Conduct
from tests.integrations.his.contract import Like


def money(bill: Bill, number: str = "n1") -> list[Paid]:
    return [Paid("wechat", number, f"c-{number}", bill.amount)]


class ChargesContract:
    async def test_bills_are_the_sum_of_their_items_and_the_oldest_comes_first(
        self, cashier: Charging, debtor: str
    ) -> None:
        bills = await cashier.bills(debtor)
        assert bills and [b.made_at for b in bills] == sorted(b.made_at for b in bills)
        for bill in bills:
            assert bill.items and bill.amount == sum(item.amount for item in bill.items) > 0
            assert bill.record_number == debtor and bill.site and bill.clinic
            assert await cashier.bill(bill.code) == bill
        assert list(bills) == list(await cashier.bills(debtor))
        assert await cashier.bills("none") == [] and await cashier.bill("B1") is None

    async def test_a_bill_is_settled_once_and_owed_no_more(self, cashier: Charging, debtor: str) -> None:
        bill = (await cashier.bills(debtor))[0]
        done = await cashier.settle("s-1", bill=bill.code, amount=bill.amount, paid=money(bill))
        assert (done.bill, done.amount) == (bill.code, bill.amount) and done.receipt
        assert await cashier.settle("s-1", bill=bill.code, amount=bill.amount, paid=money(bill)) == done
        known = await cashier.ask_charge("s-1")
        assert known is not None and known.settlement == done and not known.refused
        await refuses(cashier.settle("s-2", bill=bill.code, amount=bill.amount, paid=money(bill)), "bill_paid")
        known = await cashier.ask_charge("s-2")
        assert known is not None and known.refused == "bill_paid" and known.settlement is None
        await refuses(cashier.settle("s-1", bill=bill.code, amount=1, paid=money(bill)), "request_id_reused")
        assert bill.code not in {each.code for each in await cashier.bills(debtor)}
        assert await cashier.bill(bill.code) is None
        assert await cashier.ask_charge("never") is None

    async def test_an_amount_is_never_rounded(self, cashier: Charging, debtor: str) -> None:
        bill = (await cashier.bills(debtor))[0]
        await refuses(cashier.settle("s-1", bill=bill.code, amount=bill.amount - 1, paid=money(bill)), "amount_differs")
        short = [Paid("card", "n", "c", bill.amount - 1)]
        await refuses(cashier.settle("s-2", bill=bill.code, amount=bill.amount, paid=short), "amount_differs")
        await refuses(cashier.settle("s-3", bill="B1", amount=1, paid=[Paid("card", "n", "c", 1)]), "no_bill")

    async def test_two_payers_of_one_bill_at_once_settle_it_once(self, cashier: Charging, debtor: str) -> None:
        bill = (await cashier.bills(debtor))[0]

        async def pay(n: int) -> Settlement:
            return await cashier.settle(f"s-{n}", bill=bill.code, amount=bill.amount, paid=money(bill, f"n{n}"))

        answers = await asyncio.gather(*(pay(n) for n in range(4)), return_exceptions=True)
        assert len([each for each in answers if isinstance(each, Settlement)]) == 1
        assert {each.code for each in answers if isinstance(each, OutsideRefused)} == {"bill_paid"}

    async def test_what_goes_back_needs_consent_and_is_never_more_than_was_paid(
        self, cashier: Charging, debtor: str
    ) -> None:
        bill, done = await self._settled(cashier, debtor)
        part = await cashier.may_refund("m-1", settlement=done.code, amount=1, why="asked")
        assert await cashier.may_refund("m-1", settlement=done.code, amount=1, why="asked") == part
        await refuses(
            cashier.may_refund("m-2", settlement=done.code, amount=bill.amount, why="asked"), "more_than_paid"
        )
        rest = await cashier.may_refund("m-3", settlement=done.code, amount=bill.amount - 1, why="asked")
        assert rest.code != part.code
        await cashier.refunded("r-1", permission=part.code, refund="b1")
        await cashier.refunded("r-1", permission=part.code, refund="b1")
        await cashier.refunded("r-2", permission=part.code, refund="b1")
        await refuses(cashier.refunded("r-3", permission=part.code, refund="b2"), "no_permission")
        await refuses(cashier.may_refund("m-4", settlement="S1", amount=1, why=""), "no_settlement")
        lines = [line async for line in cashier.takings(today())]
        assert [(line.number, line.refund, line.amount) for line in lines] == [("n1", "", bill.amount), ("n1", "b1", 1)]

    async def test_takings_of_a_day_hold_what_was_settled_that_day(self, cashier: Charging, debtor: str) -> None:
        assert [line async for line in cashier.takings(today())] == []
        bill, done = await self._settled(cashier, debtor)
        (line,) = [line async for line in cashier.takings(today())]
        assert line == Taking(done.code, "n1", bill.amount, line.at)
        assert [line async for line in cashier.takings(date(2020, 1, 1))] == []

    async def test_an_invoice_has_a_number_and_a_link(self, cashier: Charging, debtor: str) -> None:
        _, done = await self._settled(cashier, debtor)
        invoice = await cashier.invoice(done.code)
        assert invoice is not None and invoice.number and invoice.url.startswith("https://")
        assert await cashier.invoice("S1") is None

    async def test_a_lost_answer_is_asked_for_and_a_refusal_kept(
        self, cashier: Charging, cashier_like: Like, debtor: str
    ) -> None:
        bill = (await cashier.bills(debtor))[0]
        await cashier_like(Conduct(lose_next=1))
        with pytest.raises(OutsideUnknown):
            await cashier.settle("s-1", bill=bill.code, amount=bill.amount, paid=money(bill))
        known = await cashier.ask_charge("s-1")
        assert known is not None and known.settlement is not None
        await cashier_like(Conduct(refuse={"may_refund": "seen"}))
        await refuses(
            cashier.may_refund("m-1", settlement=known.settlement.code, amount=1, why=""), "seen"
        )
        await cashier_like(Conduct(unavailable=True))
        with pytest.raises(OutsideUnavailable):
            await cashier.bills(debtor)
        await cashier_like(Conduct())
        await refuses(cashier.may_refund("m-1", settlement=known.settlement.code, amount=1, why=""), "seen")

    async def _settled(self, cashier: Charging, debtor: str) -> tuple[Bill, Settlement]:
        bill = (await cashier.bills(debtor))[0]
        return bill, await cashier.settle("s-1", bill=bill.code, amount=bill.amount, paid=money(bill))


async def refuses(doing: Awaitable[object], code: str) -> None:
    with pytest.raises(OutsideRefused) as no:
        await doing
    assert no.value.code == code


def today() -> date:
    return HospitalClock().today()
