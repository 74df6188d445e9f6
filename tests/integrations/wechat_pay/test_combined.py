"""Several orders paid in one go: all or none, and each goes back alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.errors import OutsideRefused
from tests.integrations.wechat_pay.counter import Counter, asking, open_counter

WHOLE = "w" * 32


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with open_counter() as made:
        yield made


async def test_paid_together_and_given_back_alone(counter: Counter) -> None:
    parts = [asking(1250), asking(6000)]
    combined = counter.client.combined
    assert await combined.standings(WHOLE) == ()
    assert (await combined.ask_for(WHOLE, parts)).inside["package"].startswith("prepay_id=wx")
    assert [each.state for each in await combined.standings(WHOLE)] == ["unpaid", "unpaid"]
    assert counter.pay(parts[1].number)
    said = await combined.standings(WHOLE)
    assert [(each.number, each.state, each.amount) for each in said] == [
        (parts[0].number, "paid", 1250), (parts[1].number, "paid", 6000)
    ]
    assert said[0].payer == "o-1" and said[0].channel_number != said[1].channel_number
    assert counter.hear() == said and len(counter.told) == 1
    assert await counter.client.standing(parts[0].number) == said[0]
    back = await counter.client.refund(parts[0].number, "r" * 32, amount=1250, of=1250, why="cancelled")
    assert back.state == "back"
    with pytest.raises(OutsideRefused, match="already_paid"):
        await combined.close(WHOLE, [each.number for each in parts])


async def test_closed_together(counter: Counter) -> None:
    for way in ("code", "page"):
        parts, whole = [asking(way=way) for _ in range(3)], way * 8
        assert (await counter.client.combined.ask_for(whole, parts)).address
        numbers = [each.number for each in parts]
        await counter.client.combined.close(whole, numbers)
        assert {each.state for each in await counter.client.combined.standings(whole)} == {"closed"}
        assert not counter.pay(numbers[0])
    await counter.client.combined.close("nobody" * 3, ["f" * 32])


async def test_one_alone_or_too_many_are_not_together(counter: Counter) -> None:
    for parts in ([asking()], [asking() for _ in range(11)], [asking(way="scanned"), asking(way="scanned")]):
        with pytest.raises(OutsideRefused, match="not_set_up"):
            await counter.client.combined.ask_for(WHOLE, parts)
