"""WeChat Pay keeps what every payment channel keeps, in both modes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from integrations.sandbox.misbehave import Switch
from integrations.sandbox.pay.wechat_seal import certified
from integrations.wechat_pay.client import WeChatPay
from tests.integrations.paying.contract import SheetContract
from tests.integrations.wechat_pay.counter import PUBLIC, THEIRS, Counter, open_counter


class Behind:
    """The played WeChat Pay's side of the contract."""

    way, payer = "inside", "o-1"

    def __init__(self, counter: Counter) -> None:
        self._counter, self._purse = counter, counter.play.purse
        counter.play.purse.conduct.refunds = "slow"

    async def pay(self, number: str) -> bool:
        return self._counter.pay(number)

    async def end_refunds(self) -> None:
        self._counter.play.finish_refunds()

    async def held(self) -> int:
        return sum(
            trade.amount - sum(back.amount for back in trade.refunds.values() if back.state == "back")
            for trade in self._purse.trades.values() if trade.state == "paid"
        )

    async def lose_next(self) -> None:
        self._counter.switch("/*", cut="after")

    async def away(self, gone: bool) -> None:
        self._counter.wrong.switches = [Switch(api="*", http=503)] if gone else []

    async def a_day_earlier(self) -> None:
        for trade in self._purse.trades.values():
            trade.paid_at = trade.paid_at and trade.paid_at - timedelta(days=1)
            for back in trade.refunds.values():
                back.asked_at -= timedelta(days=1)


@pytest.fixture(params=[PUBLIC, certified(THEIRS)], ids=["public_key", "certificates"])
async def counter(request: pytest.FixtureRequest) -> AsyncIterator[Counter]:
    async with open_counter(request.param) as made:
        if made.keys.due:  # the first question would fetch them, and they would be what goes wrong
            await made.api.fetch_certificates()
        yield made


@pytest.fixture
def channel(counter: Counter) -> WeChatPay:
    return counter.client


@pytest.fixture
def backstage(counter: Counter) -> Behind:
    return Behind(counter)


class TestWeChatPay(SheetContract):
    pass
