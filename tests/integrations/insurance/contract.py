"""What every insurer must do, whatever stands behind the port."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

import pytest

from bot import clock
from bot.clock import HospitalClock
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations.his.charges import Item
from integrations.his.conduct import GOOD, Conduct
from integrations.insurance.port import Done, Identity, Insured, Insurer, Settlement, Split, Visit

Like = Callable[[Conduct], Awaitable[None]]
ITEMS = (Item("阿莫西林胶囊", "西药费", "2 盒", 1280, 2560), Item("胸部正位 X 线摄影", "检查费", "1 次", 7500, 7500))
NUMBERS = itertools.count(1)


def message(verb: str) -> str:
    return f"{next(NUMBERS):026d}{verb}"


def today() -> date:
    return HospitalClock().today()


async def refuses(code: str, asked: Awaitable[object]) -> None:
    with pytest.raises(OutsideRefused) as no:
        await asked
    assert no.value.code == code


class InsurerContract:
    """Fixtures: `insurer`, `insurer_like`, `member` (an identity of somebody who is insured), `stranger`."""

    async def visit(self, insurer: Insurer, insured: Insured, number: str = "") -> str:
        visit = Visit(number or f"v{next(NUMBERS)}", insured.code, "1101", "王静", datetime(2026, 11, 22, tzinfo=UTC))
        return await insurer.register(message("2201"), visit)

    async def charged(self, insurer: Insurer, member: Identity) -> str:
        visit = await self.visit(insurer, await insurer.identify(member))
        await insurer.charge(message("2204"), visit, ITEMS)
        return visit

    async def settled(self, insurer: Insurer, member: Identity) -> tuple[str, Settlement]:
        visit, sent = await self.charged(insurer, member), message("2207")
        return sent, await insurer.settle(sent, visit, await insurer.price(visit))

    async def test_a_person_is_known_by_card_and_by_voucher(
        self, insurer: Insurer, member: Identity, voucher: Identity, stranger: Identity
    ) -> None:
        by_card, by_voucher = await insurer.identify(member), await insurer.identify(voucher)
        assert by_card == by_voucher and by_card.code
        await refuses("not_insured", insurer.identify(stranger))
        await refuses("voucher_invalid", insurer.identify(Identity("voucher", "77", "某人")))

    async def test_a_bill_is_priced_settled_and_reversed(self, insurer: Insurer, member: Identity) -> None:
        visit = await self.charged(insurer, member)
        split = await insurer.price(visit)
        assert split.amount == sum(item.amount for item in ITEMS) and split == await insurer.price(visit)
        before, sent = (await insurer.identify(member)).balance, message("2207")
        done = await insurer.settle(sent, visit, split)
        assert done.split == split and (await insurer.identify(member)).balance == before - split.personal
        await refuses("visit_settled", insurer.price(visit))
        await refuses("visit_settled", insurer.uncharge(message("2205"), visit))
        back = await insurer.reverse(message("2208"), done.code)
        assert back.code and (await insurer.identify(member)).balance == before
        await refuses("no_settlement", insurer.reverse(message("2208"), done.code))
        await insurer.uncharge(message("2205"), visit)
        await insurer.unregister(message("2202"), visit)
        await refuses("no_visit", insurer.price(visit))

    async def test_nothing_is_settled_on_other_terms(self, insurer: Insurer, member: Identity) -> None:
        visit = await self.charged(insurer, member)
        split = await insurer.price(visit)
        other = Split(split.fund + 1, split.personal, split.own - 1)
        await refuses("split_differs", insurer.settle(message("2207"), visit, other))

    async def test_what_is_not_charged_has_no_price(self, insurer: Insurer, member: Identity) -> None:
        visit = await self.visit(insurer, await insurer.identify(member))
        await refuses("not_charged", insurer.price(visit))
        await insurer.charge(message("2204"), visit, ITEMS)
        await refuses("charged_already", insurer.charge(message("2204"), visit, ITEMS))

    async def test_a_message_is_one_deed(self, insurer: Insurer, member: Identity) -> None:
        visit = await self.charged(insurer, member)
        split, sent = await insurer.price(visit), message("2207")
        assert await insurer.settle(sent, visit, split) == await insurer.settle(sent, visit, split)
        await refuses("message_reused", insurer.reverse(sent, "J1"))

    async def test_an_answer_that_was_lost_is_asked_after(
        self, insurer: Insurer, insurer_like: Like, member: Identity
    ) -> None:
        visit = await self.charged(insurer, member)
        split, sent = await insurer.price(visit), message("2207")
        assert await insurer.ask(sent) is None
        await insurer_like(Conduct(lose_next=1))
        with pytest.raises(OutsideUnknown):
            await insurer.settle(sent, visit, split)
        known = await insurer.ask(sent)
        assert known is not None and known.settlement is not None and known.settlement.split == split
        await refuses("settled_already", insurer.void(message("2601"), sent))

    async def test_what_was_voided_is_never_done(self, insurer: Insurer, member: Identity) -> None:
        visit = await self.charged(insurer, member)
        split, sent = await insurer.price(visit), message("2207")
        await insurer.void(message("2601"), sent)
        assert await insurer.ask(sent) == Done(voided=True)
        await refuses("voided", insurer.settle(sent, visit, split))
        assert await insurer.price(visit) == split

    async def test_a_no_is_not_kept(self, insurer: Insurer, insurer_like: Like, member: Identity) -> None:
        visit = await self.charged(insurer, member)
        split, sent = await insurer.price(visit), message("2207")
        await insurer_like(Conduct(refuse={"settle": "suspended"}))
        await refuses("suspended", insurer.settle(sent, visit, split))
        await insurer_like(Conduct(unavailable=True))
        with pytest.raises(OutsideUnavailable):
            await insurer.settle(sent, visit, split)
        await insurer_like(GOOD)
        assert (await insurer.settle(sent, visit, split)).split == split

    async def test_a_day_is_told_whole(self, insurer: Insurer, member: Identity) -> None:
        first, one = await self.settled(insurer, member)
        second, two = await self.settled(insurer, member)
        undoes = message("2208")
        await insurer.reverse(undoes, one.code)
        day = HospitalClock().local(clock.now()).date()
        lines = [each async for each in insurer.details(day)]
        told = {(each.message, each.reversal, each.split.covered) for each in lines}
        assert told == {
            (first, "", one.split.covered), (second, "", two.split.covered), (first, undoes, one.split.covered)
        }
        said = await insurer.totals(day)
        assert (said.lines, said.covered, said.undone) == (
            3, one.split.covered + two.split.covered, one.split.covered
        )
