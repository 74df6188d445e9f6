"""What every commercial insurer must do, whatever stands behind the port."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.clock import HospitalClock
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations.commercial.port import Answer, Claim, Commercial, Holder, Policy, Way
from integrations.his.charges import Item
from integrations.his.conduct import GOOD, Conduct

Like = Callable[[Conduct], Awaitable[None]]
ITEMS = (Item("阿莫西林胶囊", "西药费", "2 盒", 2500, 5000), Item("美容", "美容费", "1 次", 5000, 5000))
NUMBERS = itertools.count(1)


def today() -> date:
    return HospitalClock().today()


async def refuses(code: str, asked: Awaitable[object]) -> None:
    with pytest.raises(OutsideRefused) as no:
        await asked
    assert no.value.code == code


def claim_on(policy: Policy, way: Way = "direct", **changes: Any) -> Claim:
    made = Claim(
        f"{next(NUMBERS):026d}", policy.code, way, "1101", "王静", datetime(2026, 11, 22, tzinfo=UTC), 10_000, 10_000,
        ITEMS,
    )
    return replace(made, **changes)


class CommercialContract:
    """Fixtures: `insurer`, `insurer_like`, `member` (somebody with a policy for both ways), `stranger`."""

    async def policy(self, insurer: Commercial, member: Holder, way: Way = "direct") -> Policy:
        return next(each for each in await insurer.policies(member) if way in each.ways)

    async def offered(self, insurer: Commercial, member: Holder) -> tuple[Claim, Answer]:
        claim = claim_on(await self.policy(insurer, member))
        return claim, await insurer.submit(claim)

    async def test_a_person_is_known_and_a_stranger_is_not(
        self, insurer: Commercial, member: Holder, stranger: Holder
    ) -> None:
        first = await insurer.policies(member)
        assert first and list(first) == list(await insurer.policies(member))
        assert all(each.product and each.percent and each.left > 0 for each in first)
        await refuses("not_insured", insurer.policies(stranger))

    async def test_a_direct_claim_is_offered_then_settled_then_reversed(
        self, insurer: Commercial, member: Holder
    ) -> None:
        before = await self.policy(insurer, member)
        claim, said = await self.offered(insurer, member)
        assert said.state == "offered" and 0 < said.pays <= 5000 and said.code
        assert await insurer.ask(claim.number) == said
        await refuses("terms_differ", insurer.settle(claim.number, said.pays + 1))
        done = await insurer.settle(claim.number, said.pays)
        assert (done.state, done.pays) == ("settled", said.pays) and done.at
        assert await insurer.settle(claim.number, said.pays) == done == await insurer.ask(claim.number)
        assert (await self.policy(insurer, member)).left == before.left - said.pays
        await refuses("settled_already", insurer.withdraw(claim.number))
        back = await insurer.reverse(claim.number)
        assert back.state == "reversed" and await insurer.reverse(claim.number) == back
        assert (await self.policy(insurer, member)).left == before.left

    async def test_the_same_number_is_the_same_claim(self, insurer: Commercial, member: Holder) -> None:
        claim, said = await self.offered(insurer, member)
        assert await insurer.submit(claim) == said
        await refuses("number_reused", insurer.submit(replace(claim, amount=9_999)))

    async def test_what_is_withdrawn_never_counts_not_even_when_it_comes_later(
        self, insurer: Commercial, member: Holder
    ) -> None:
        claim, said = await self.offered(insurer, member)
        assert (await insurer.withdraw(claim.number)).state == "withdrawn"
        assert (await insurer.withdraw(claim.number)).state == "withdrawn"
        await refuses("withdrawn", insurer.settle(claim.number, said.pays))
        late = claim_on(await self.policy(insurer, member))
        await insurer.withdraw(late.number)
        await refuses("withdrawn", insurer.submit(late))
        assert (await insurer.ask(late.number)) is not None

    async def test_what_it_does_not_cover_is_answered_with_the_reason(
        self, insurer: Commercial, member: Holder
    ) -> None:
        claim = claim_on(await self.policy(insurer, member), items=ITEMS[1:], bill=5000, amount=5000)
        said = await insurer.submit(claim)
        assert (said.state, said.reason, said.pays) == ("refused", "not_covered", 0)
        await refuses("not_offered", insurer.settle(claim.number, 0))

    async def test_strange_numbers_are_known_to_nobody(self, insurer: Commercial, member: Holder) -> None:
        assert await insurer.ask("nothing") is None
        await refuses("no_claim", insurer.settle("nothing", 1))
        await refuses("no_claim", insurer.reverse("nothing"))
        await refuses("no_claim", insurer.supply("nothing", "1", "x"))
        policy = await self.policy(insurer, member)
        stray = claim_on(replace(policy, code="P1"))
        await refuses("no_policy", insurer.submit(stray))
        assert await insurer.ask(stray.number) is None

    async def test_it_pays_of_what_the_public_insurance_leaves(self, insurer: Commercial, member: Holder) -> None:
        policy = await self.policy(insurer, member)
        whole = await insurer.submit(claim_on(policy))
        half = await insurer.submit(claim_on(policy, amount=5_000))
        assert half.pays == whole.pays // 2

    async def test_what_is_missing_is_sent_after_once(self, insurer: Commercial, member: Holder) -> None:
        claim = claim_on(await self.policy(insurer, member, "after"), "after", bill=400_000, amount=400_000, items=(
            replace(ITEMS[0], amount=400_000),
        ))
        said = await insurer.submit(claim)
        assert said.state == "wanting" and said.wants
        after = await insurer.supply(claim.number, "1", "发票")
        assert after.state in ("pending", "settled") and not after.wants
        assert (await insurer.supply(claim.number, "1", "发票")).state == after.state

    async def test_a_day_has_a_line_for_each_and_totals(self, insurer: Commercial, member: Holder) -> None:
        claims = [await self.offered(insurer, member) for _ in range(3)]
        for claim, said in claims:
            await insurer.settle(claim.number, said.pays)
        await insurer.reverse(claims[0][0].number)
        lines = [each async for each in insurer.lines(today())]
        assert [each.number for each in lines if not each.reversal] == [claim.number for claim, _ in claims]
        assert [each.number for each in lines if each.reversal] == [claims[0][0].number]
        totals = await insurer.totals(today())
        paid = sum(said.pays for _, said in claims)
        assert (totals.lines, totals.paid, totals.undone) == (4, paid, claims[0][1].pays)

    async def test_an_answer_that_is_lost_was_done(
        self, insurer: Commercial, insurer_like: Like, member: Holder
    ) -> None:
        claim = claim_on(await self.policy(insurer, member))
        for verb in ("submit", "settle", "reverse"):
            await insurer_like(Conduct(lose_next=1))
            with pytest.raises(OutsideUnknown):
                if verb == "submit":
                    await insurer.submit(claim)
                elif verb == "settle":
                    said = await insurer.ask(claim.number)
                    assert said is not None
                    await insurer.settle(claim.number, said.pays)
                else:
                    await insurer.reverse(claim.number)
            known = await insurer.ask(claim.number)
            assert known is not None
            assert known.state == {"submit": "offered", "settle": "settled", "reverse": "reversed"}[verb]
        await insurer_like(GOOD)

    async def test_one_that_is_away_takes_nothing(
        self, insurer: Commercial, insurer_like: Like, member: Holder
    ) -> None:
        policy = await self.policy(insurer, member)
        claim = claim_on(policy)
        await insurer_like(Conduct(unavailable=True))
        with pytest.raises(OutsideUnavailable):
            await insurer.submit(claim)
        assert await insurer.check()
        await insurer_like(GOOD)
        assert await insurer.ask(claim.number) is None and not await insurer.check()
