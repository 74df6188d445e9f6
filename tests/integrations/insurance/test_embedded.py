"""The embedded insurer keeps the contract; what it pays by; what it forgets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import clock
from bot.db.engine import Database
from integrations.his.charges import Item
from integrations.his.conduct import INSURER, Conduct, behave
from integrations.insurance.embedded import EmbeddedInsurer
from integrations.insurance.memory import forget
from integrations.insurance.people import VOUCHER
from integrations.insurance.port import Identity
from integrations.insurance.rules import FIRST_OWN, Member, member_of, split_of
from tests.integrations.insurance.contract import ITEMS, InsurerContract, Like, message

CARDS = [f"33010219900307{n:03d}{n % 10}" for n in range(200)]
EMPLOYEE = next(each for each in CARDS if (known := member_of(each)) and known.scheme == "employee" and known.balance)
STRANGER = next(each for each in CARDS if member_of(each) is None)


@pytest.fixture
def insurer(database: Database) -> EmbeddedInsurer:
    return EmbeddedInsurer(database)


@pytest.fixture
def insurer_like(database: Database) -> Like:
    async def change(conduct: Conduct) -> None:
        await behave(database, conduct, INSURER)

    return change


@pytest.fixture
def member() -> Identity:
    return Identity("id_card", EMPLOYEE, "某人")


@pytest.fixture
def voucher() -> Identity:
    return Identity("voucher", VOUCHER + EMPLOYEE, "某人")


@pytest.fixture
def stranger() -> Identity:
    return Identity("id_card", STRANGER, "某人")


class TestEmbeddedInsurer(InsurerContract):
    pass


async def test_the_account_empties_and_the_deductible_is_borne_once(
    insurer: EmbeddedInsurer, member: Identity
) -> None:
    contract = InsurerContract()
    for _ in range(60):
        visit = await contract.charged(insurer, member)
        split = await insurer.price(visit)
        await insurer.settle(message("2207"), visit, split)
        if (await insurer.identify(member)).balance == 0:
            break
    visit = await contract.charged(insurer, member)
    last = await insurer.price(visit)
    assert last.personal == 0 and last.fund == (2560 + 6750) * 70 // 100


async def test_the_hospital_may_be_well_while_the_insurer_is_away(database: Database, insurer: EmbeddedInsurer) -> None:
    await behave(database, Conduct(unavailable=True))
    assert await insurer.check() == []
    await behave(database, Conduct(unavailable=True), INSURER)
    assert await insurer.check() == ["insurance:unreachable"]


async def test_old_messages_are_forgotten(database: Database, insurer: EmbeddedInsurer, member: Identity) -> None:
    await InsurerContract().charged(insurer, member)

    async def all_of_it() -> int:
        return await database.run(lambda tx: forget(tx, clock.now() + timedelta(days=1), limit=1))

    assert (await all_of_it(), await all_of_it(), await all_of_it()) == (1, 1, 0)


def test_the_year_begins_with_a_deductible() -> None:
    fresh, done = Member("resident", 0, 0), Member("resident", 0, 10_000)
    assert split_of(fresh, ITEMS)[0].fund == 0 and split_of(fresh, ITEMS)[1] == 2560 + 6750
    assert split_of(done, ITEMS)[0].fund == (2560 + 6750) // 2 and split_of(done, ITEMS)[1] == 0


CATEGORIES = st.sampled_from([*FIRST_OWN, "特需服务费"])


@given(
    st.builds(Member, st.sampled_from(["employee", "resident"]), st.integers(0, 300_000), st.integers(0, 30_000)),
    st.lists(st.builds(Item, st.just("x"), CATEGORIES, st.just("1"), st.just(1), st.integers(1, 90_000)), min_size=1,
             max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_every_fen_is_paid_by_somebody(member: Member, items: list[Item]) -> None:
    split, bore = split_of(member, items)
    inside = sum(item.amount for item in items if item.category in FIRST_OWN)
    assert split.amount == sum(item.amount for item in items)
    assert min(split.fund, split.personal, split.own, bore) >= 0
    assert split.personal <= member.balance and split.covered <= inside
