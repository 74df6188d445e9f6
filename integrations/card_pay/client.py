"""The balance of a hospital's card as a payment channel: who asks has the money taken, there is no sheet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date

from bot.errors import OutsideError, OutsideRefused
from integrations.his.cards.port import CardAccounts, CardLine
from integrations.paying.port import Asking, Back, BillLine, BillTotals, Sheet, Standing, Way

SYSTEM = "card_pay"
CARD = "card"
"""How the account is called, as there is one; it stands in ledger and orders."""
CODES = {
    "no_card": "payer_refused", "request_id_reused": "number_reused", "more_than_charged": "not_enough",
    "no_charge": "not_enough",
}


class CardPay:
    """`Asking.payer` is the record number whose card pays."""

    channel = "card"
    ways: Sequence[Way] = ("account",)

    def __init__(self, name: str, cards: CardAccounts) -> None:
        self.name, self._cards = name, cards

    async def ask_for(self, asking: Asking) -> Sheet:
        if asking.way != "account":
            raise OutsideRefused("not_set_up", asking.way, system=SYSTEM)
        try:
            await self._cards.charge(asking.number, record_number=asking.payer, amount=asking.amount)
        except OutsideRefused as no:
            raise _refused(no) from None
        return Sheet("account", asking.expires)

    async def standing(self, number: str) -> Standing:
        charge = await self._cards.charged(number)
        if charge is None:
            return Standing(number, "absent")
        if await self._cards.given_back(number) is not None:
            return Standing(number, "closed")  # reversed
        return Standing(number, "paid", charge.amount, charge.code, charge.record_number, charge.at)

    async def close(self, number: str) -> None:
        if (await self.standing(number)).state == "paid":
            raise OutsideRefused("already_paid", system=SYSTEM)

    async def reverse(self, number: str) -> None:
        """What was taken goes back, by a return that has the payment's own number."""
        said = await self.standing(number)
        if said.state == "paid":
            await self.refund(number, number, amount=said.amount, of=said.amount, why="reversed")

    async def refund(self, number: str, refund: str, *, amount: int, of: int, why: str) -> Back:
        try:
            given = await self._cards.give_back(refund, charge=number, amount=amount)
        except OutsideRefused as no:
            raise _refused(no) from None
        return Back(refund, "back", given.amount, given.code, given.at)

    async def refund_standing(self, number: str, refund: str) -> Back:
        given = await self._cards.given_back(refund)
        return Back(refund, "absent") if given is None else Back(refund, "back", given.amount, given.code, given.at)

    async def bill(self, day: date) -> CardBill | None:
        """None for a day on which nothing moved."""
        async for _ in self._cards.lines(day):
            return CardBill(self._cards, day)
        return None

    async def check(self) -> Sequence[str]:
        """Slugs: `unreachable`, `strange_answer`."""
        try:
            await self._cards.balance("0")
        except OutsideRefused:
            return [f"{SYSTEM}:strange_answer"]
        except OutsideError:
            return [f"{SYSTEM}:unreachable"]
        return []


class CardBill:
    """What the hospital's book says of a day; its totals are counted, as it has none of its own."""

    def __init__(self, cards: CardAccounts, day: date) -> None:
        self._cards, self._day = cards, day
        self.totals: BillTotals | None = None

    async def __aiter__(self) -> AsyncIterator[BillLine]:
        lines = paid = refunded = 0
        async for each in self._cards.lines(self._day):
            lines += 1
            paid += 0 if each.back else each.charge.amount
            refunded += each.back.amount if each.back else 0
            yield _line(each)
        self.totals = BillTotals(lines, paid, refunded, 0)


def _line(each: CardLine) -> BillLine:
    charge, back = each.charge, each.back
    if back is None:
        return BillLine(charge.request_id, charge.code, charge.amount, charge.at)
    return BillLine(charge.request_id, charge.code, back.amount, back.at, back.request_id, back.code)


def _refused(no: OutsideRefused) -> OutsideRefused:
    return OutsideRefused(CODES.get(no.code, no.code), no.message, system=SYSTEM)
