"""The embedded commercial insurer keeps the contract; what it pays by; several beside each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import clock
from bot.db.engine import Database
from bot.errors import SettingsError
from bot.settings import Settings
from bot.settings_commercial import CommercialInsurer
from integrations.commercial.embedded import EmbeddedCommercial, connected
from integrations.commercial.port import Holder
from integrations.commercial.rules import Product, bought, judge, shelves
from integrations.his.charges import Item
from integrations.his.conduct import COMMERCIAL, Conduct, behave
from tests.integrations.commercial.contract import ITEMS, CommercialContract, Like, claim_on, refuses

CARDS = [f"33010219900307{n:03d}{n % 10}" for n in range(200)]
GROUP = shelves()["group"]


def has(card: str, *codes: str) -> bool:
    return [each.code for each in bought("anji", GROUP, card)] == list(codes)


MEMBER = next(each for each in CARDS if has(each, "group"))
STRANGER = next(each for each in CARDS if has(each))


@pytest.fixture
def insurer(database: Database) -> EmbeddedCommercial:
    return EmbeddedCommercial("anji", "group", database)


@pytest.fixture
def insurer_like(database: Database) -> Like:
    async def change(conduct: Conduct) -> None:
        await behave(database, conduct, COMMERCIAL)

    return change


@pytest.fixture
def member() -> Holder:
    return Holder("resident", MEMBER, "某人")


@pytest.fixture
def stranger() -> Holder:
    return Holder("resident", STRANGER, "某人")


class TestEmbedded(CommercialContract):
    async def test_a_large_claim_is_looked_at_and_answered_after_a_while(
        self, insurer: EmbeddedCommercial, member: Holder
    ) -> None:
        claim = claim_on(await self.policy(insurer, member), bill=600_000, amount=600_000, items=(
            replace(ITEMS[0], amount=600_000),
        ))
        assert (await insurer.submit(claim)).state == "pending"
        with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
            said = await insurer.ask(claim.number)
        assert said is not None and (said.state, said.pays) == ("offered", 480_000)

    async def test_it_pays_no_more_than_the_limit(self, insurer: EmbeddedCommercial, member: Holder) -> None:
        policy = await self.policy(insurer, member)
        claims = [claim_on(policy, bill=499_900, amount=499_900, items=(replace(ITEMS[0], amount=499_900),))
                  for _ in range(6)]
        said = [await insurer.submit(each) for each in claims]
        for claim, answer in list(zip(claims, said, strict=True))[:5]:
            await insurer.settle(claim.number, answer.pays)
        await refuses("terms_differ", insurer.settle(claims[5].number, said[5].pays))
        last = await insurer.submit(claim_on(policy, bill=499_900, amount=499_900, items=claims[0].items))
        assert last.pays == policy.left - 5 * said[0].pays

    async def test_a_refusal_can_be_ordered(
        self, insurer: EmbeddedCommercial, insurer_like: Like, member: Holder
    ) -> None:
        policy = await self.policy(insurer, member)
        await insurer_like(Conduct(refuse={"submit": "suspended"}))
        await refuses("suspended", insurer.submit(claim_on(policy)))


async def test_those_of_the_settings_are_connected_and_no_name_twice(database: Database) -> None:
    assert not connected(Settings(sandbox="off"), database, ()).all()
    two = connected(Settings(sandbox="on"), database, ("insurance",)).all()
    assert [each.name for each in two] == ["anji", "helin"] and all(each.title for each in two)
    own = Settings(sandbox="off", commercial={"pingan": CommercialInsurer(title="平安人家", sells="family")})
    assert connected(own, database, ())["pingan"].title == "平安人家"
    with pytest.raises(SettingsError):
        connected(own, database, ("pingan",))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 300_000), st.integers(0, 2_000_000), st.lists(st.integers(1, 200_000), min_size=1, max_size=4),
    st.integers(0, 100), st.sampled_from([each for shelf in shelves().values() for each in shelf.products]),
)
def test_what_is_paid_is_never_more_than_claimed_or_left(
    deductible: int, left: int, amounts: list[int], share: int, product: Product
) -> None:
    items = [Item("x", "西药费" if n % 2 else "美容费", "1", each, each) for n, each in enumerate(amounts)]
    bill = sum(amounts)
    amount = bill * share // 100
    found = judge(product, deductible=deductible, left=left, items=items, bill=bill, amount=amount)
    assert 0 <= found.pays <= min(amount, left) and 0 <= found.bore <= deductible
    assert bool(found.pays) != bool(found.reason)
