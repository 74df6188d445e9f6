"""What every payment channel keeps, whoever stands behind it. A test module inherits `PayChannelContract` (where asking
takes the money at once: an account) or `SheetContract` (where the payer acts on a sheet), and brings the fixtures
`channel` and `backstage`."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

import pytest

from bot import clock
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations.paying.port import Asking, PayChannel, Way
from integrations.sandbox.pay.purse import CHINA


class Backstage(Protocol):
    """What happens at the channel and no client can bring about."""

    way: Way
    payer: str

    async def pay(self, number: str) -> bool:
        """The payer types the password; False where it cannot be. Where asking took the money: whether it did."""
        ...

    async def end_refunds(self) -> None:
        """What is on its way back arrives."""
        ...

    async def held(self) -> int:
        """What the channel holds for us, in fen."""
        ...

    async def lose_next(self) -> None:
        """The next command is done, and its answer never arrives."""
        ...

    async def away(self, gone: bool) -> None:
        """Nobody takes calls there, and nothing is done."""
        ...

    async def a_day_earlier(self) -> None:
        """All that happened was yesterday."""
        ...


def asking(backstage: Backstage, amount: int = 1250, **changes: Any) -> Asking:
    """A payment nobody has asked for before."""
    facts: dict[str, Any] = {
        "number": secrets.token_hex(16), "amount": amount, "title": "门诊挂号费", "way": backstage.way,
        "expires": clock.now().replace(microsecond=0) + timedelta(minutes=15), "payer": backstage.payer,
        "address": "10.0.0.1", "back_to": "https://hospital.example/h5/payment/o",
    }
    return Asking(**(facts | changes))


async def refused(code: str, call: Any) -> None:
    with pytest.raises(OutsideRefused) as no:
        await call
    assert no.value.code == code


class PayChannelContract:
    async def paid(self, channel: PayChannel, backstage: Backstage, amount: int = 1250) -> Asking:
        wanted = asking(backstage, amount)
        await channel.ask_for(wanted)
        assert await backstage.pay(wanted.number)
        return wanted

    async def test_what_was_never_asked_for_is_absent(self, channel: PayChannel) -> None:
        assert (await channel.standing("f" * 32)).state == "absent"
        assert (await channel.refund_standing("f" * 32, "e" * 32)).state == "absent"
        await channel.close("f" * 32)
        assert (await channel.standing("f" * 32)).state == "absent"

    async def test_the_same_number_is_the_same_payment(self, channel: PayChannel, backstage: Backstage) -> None:
        wanted = asking(backstage)
        first, second = await channel.ask_for(wanted), await channel.ask_for(wanted)
        assert first.way == second.way == backstage.way and clock.now() < second.until
        await refused("number_reused", channel.ask_for(replace(wanted, amount=1251)))
        assert await backstage.pay(wanted.number)
        assert await backstage.held() == 1250

    async def test_what_is_paid_is_told_and_cannot_be_closed(self, channel: PayChannel, backstage: Backstage) -> None:
        wanted = await self.paid(channel, backstage)
        said = await channel.standing(wanted.number)
        assert (said.number, said.state, said.amount) == (wanted.number, "paid", 1250)
        assert said.channel_number and said.payer and said.paid_at
        assert abs(said.paid_at - clock.now()) < timedelta(minutes=5)
        await refused("already_paid", channel.close(wanted.number))
        assert await channel.standing(wanted.number) == said

    async def test_money_goes_back_in_parts_and_each_once(self, channel: PayChannel, backstage: Backstage) -> None:
        number = (await self.paid(channel, backstage)).number
        told = await channel.refund(number, "r" * 32, amount=250, of=1250, why="cancelled")
        assert told.refund == "r" * 32 and told.amount == 250
        await channel.refund(number, "r" * 32, amount=250, of=1250, why="cancelled")
        await backstage.end_refunds()
        back = await channel.refund_standing(number, "r" * 32)
        assert (back.state, back.amount) == ("back", 250) and back.channel_refund and back.back_at
        assert await backstage.held() == 1000
        await refused("number_reused", channel.refund(number, "r" * 32, amount=251, of=1250, why="cancelled"))
        await refused("not_enough", channel.refund(number, "s" * 32, amount=1001, of=1250, why="cancelled"))
        assert (await channel.refund_standing(number, "s" * 32)).state == "absent"
        await channel.refund(number, "t" * 32, amount=1000, of=1250, why="cancelled")
        await backstage.end_refunds()
        assert await backstage.held() == 0
        assert (await channel.standing(number)).state == "paid"

    async def test_an_answer_that_is_lost_makes_nothing_happen_twice(
        self, channel: PayChannel, backstage: Backstage
    ) -> None:
        wanted = asking(backstage)
        await backstage.lose_next()
        with pytest.raises(OutsideUnknown):
            await channel.ask_for(wanted)
        await channel.ask_for(wanted)
        await backstage.pay(wanted.number)
        await backstage.lose_next()
        with pytest.raises(OutsideUnknown):
            await channel.refund(wanted.number, "r" * 32, amount=1250, of=1250, why="cancelled")
        assert (await channel.refund_standing(wanted.number, "r" * 32)).state in ("processing", "back")
        await channel.refund(wanted.number, "r" * 32, amount=1250, of=1250, why="cancelled")
        await backstage.end_refunds()
        assert await backstage.held() == 0
        assert (await channel.refund_standing(wanted.number, "r" * 32)).state == "back"

    async def test_who_cannot_be_reached_has_done_nothing(self, channel: PayChannel, backstage: Backstage) -> None:
        wanted = asking(backstage)
        await backstage.away(True)
        for call in (channel.ask_for(wanted), channel.standing(wanted.number), channel.close(wanted.number)):
            with pytest.raises(OutsideUnavailable):
                await call
        await backstage.away(False)
        assert (await channel.standing(wanted.number)).state == "absent"

    async def test_a_bill_tells_the_day_line_by_line(self, channel: PayChannel, backstage: Backstage) -> None:
        first = await self.paid(channel, backstage, 1)
        second = await self.paid(channel, backstage, 60000)
        await channel.refund(second.number, "r" * 32, amount=100, of=60000, why="cancelled")
        await backstage.end_refunds()
        standing = await channel.standing(second.number)
        await backstage.a_day_earlier()
        today = CHINA.today()
        assert await channel.bill(today - timedelta(days=2)) is None
        bill = await channel.bill(today - timedelta(days=1))
        assert bill is not None
        lines = [line async for line in bill]
        assert {(line.number, line.amount, line.refund) for line in lines} == {
            (first.number, 1, ""), (second.number, 60000, ""), (second.number, 100, "r" * 32)
        }
        assert len(lines) == 3 and all(line.at.tzinfo for line in lines)
        assert {line.channel_number for line in lines if line.number == second.number} == {standing.channel_number}
        assert bill.totals is not None
        assert (bill.totals.lines, bill.totals.paid, bill.totals.refunded) == (3, 60001, 100)

    async def test_what_is_set_up_well_is_found_so(self, channel: PayChannel) -> None:
        assert await channel.check() == []
        assert channel.name and channel.channel in ("wechat", "alipay", "card") and channel.ways


class SheetContract(PayChannelContract):
    async def test_closed_is_for_good(self, channel: PayChannel, backstage: Backstage) -> None:
        wanted = asking(backstage)
        await channel.ask_for(wanted)
        assert (await channel.standing(wanted.number)).state == "unpaid"
        await channel.close(wanted.number)
        await channel.close(wanted.number)
        assert (await channel.standing(wanted.number)).state == "closed"
        assert not await backstage.pay(wanted.number)
        await refused("already_closed", channel.ask_for(wanted))
        assert await backstage.held() == 0

    async def test_what_is_paid_is_not_asked_for_again(self, channel: PayChannel, backstage: Backstage) -> None:
        wanted = await self.paid(channel, backstage)
        await refused("already_paid", channel.ask_for(wanted))
