"""The card keeps the contract of channels on the embedded hospital, and what only a balance can show."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.clock import HospitalClock
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.errors import OutsideRefused
from integrations.card_pay.client import CardPay
from integrations.his.cards import store
from integrations.his.cards.embedded import EmbeddedCards
from integrations.his.conduct import Conduct, behave
from integrations.his.embedded import EmbeddedHospital
from integrations.his.people import FIRST_RECORD
from integrations.his.port import NewPatient
from integrations.his.seed import seed
from integrations.paying.port import Way
from tests.integrations.his.contract import SOMEBODY
from tests.integrations.paying.contract import PayChannelContract, asking, refused

ENOUGH = 1_000_000


@dataclass
class Book:
    """The hospital's side of it."""

    database: Database
    cards: EmbeddedCards
    payer: str
    way: Way = "account"

    async def pay(self, number: str) -> bool:
        return await self.cards.charged(number) is not None

    async def end_refunds(self) -> None: ...

    async def held(self) -> int:
        table = store.charge.c
        async with self.database.reading() as tx:
            return int(await tx.scalar(select(func.coalesce(func.sum(table.amount - table.returned), 0))))

    async def lose_next(self) -> None:
        await behave(self.database, Conduct(lose_next=1))

    async def away(self, gone: bool) -> None:
        await behave(self.database, Conduct(unavailable=gone))

    async def a_day_earlier(self) -> None:
        async def shift(tx: Transaction) -> None:
            for table in (store.charge, store.back):
                for row in await tx.all(table.select()):
                    moved = table.update().where(table.c.id == row.id)
                    await tx.update(moved.values(at=row.at - timedelta(days=1)))

        await self.database.run(shift)


@pytest.fixture
async def backstage(database: Database) -> Book:
    """Somebody with money on their card."""
    patient: NewPatient = SOMEBODY
    record = await EmbeddedHospital(database).create_patient("make-1", patient)
    book = Book(database, EmbeddedCards(database), record)
    await book.cards.top_up(record, ENOUGH)
    return book


@pytest.fixture
def channel(backstage: Book) -> CardPay:
    return CardPay("card", backstage.cards)


class TestCardPay(PayChannelContract):
    pass


def codes(answers: list[Any]) -> set[str]:
    """The noes, "" for a yes; a fault is neither."""
    found = set()
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, OutsideRefused):
            raise answer
        found.add(answer.code if isinstance(answer, OutsideRefused) else "")
    return found


async def test_a_balance_is_never_overdrawn_nor_charged_twice(channel: CardPay, backstage: Book) -> None:
    many = [asking(backstage, 300_000) for _ in range(5)]
    answers = await asyncio.gather(*(channel.ask_for(each) for each in (*many, *many)), return_exceptions=True)
    assert codes(answers) == {"", "not_enough"}
    assert await backstage.held() == 900_000 and await backstage.cards.balance(backstage.payer) == 100_000


async def test_money_that_goes_back_is_on_the_card(channel: CardPay, backstage: Book) -> None:
    wanted = asking(backstage, 1000)
    await channel.ask_for(wanted)
    backs = [channel.refund(wanted.number, f"r{n % 3}", amount=400, of=1000, why="stopped") for n in range(6)]
    answers = await asyncio.gather(*backs, return_exceptions=True)
    assert codes(answers) == {"", "not_enough"}
    assert await backstage.held() == 200 and await backstage.cards.balance(backstage.payer) == ENOUGH - 200


async def test_who_has_no_card_cannot_pay_with_it(channel: CardPay, backstage: Book) -> None:
    assert await backstage.cards.balance("99999999") is None
    await refused("payer_refused", channel.ask_for(asking(backstage, payer="99999999")))
    await refused("payer_refused", channel.ask_for(asking(backstage, payer="")))
    await refused("not_set_up", channel.ask_for(asking(backstage, way="inside")))


async def test_reversed_is_as_if_never_paid(channel: CardPay, backstage: Book) -> None:
    wanted = asking(backstage)
    await channel.reverse(wanted.number)
    await channel.ask_for(wanted)
    for _ in range(2):
        await channel.reverse(wanted.number)
        assert (await channel.standing(wanted.number)).state == "closed" and await backstage.held() == 0


async def test_the_check_tells_who_does_not_answer(channel: CardPay, backstage: Book) -> None:
    await backstage.away(True)
    assert await channel.check() == ["card_pay:unreachable"]


async def test_the_embedded_hospital_has_cards_with_money(sqlite_database: Database) -> None:
    await seed(sqlite_database, HospitalClock(), people=20, days=0)
    await seed(sqlite_database, HospitalClock(), people=20, days=0)
    cards = EmbeddedCards(sqlite_database)
    balances = [await cards.balance(str(FIRST_RECORD + n)) for n in range(1, 21)]
    assert balances[0] == 50_000 and None in balances
    assert all(balance is None or balance >= 0 for balance in balances)
    assert 4 <= len([balance for balance in balances if balance is not None]) <= 12
