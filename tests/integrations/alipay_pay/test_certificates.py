"""Certificate mode: numbers as Alipay's own SDK makes them, and changes of certificate that are followed or not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import time_machine

from bot import clock
from bot.errors import BadInput, OutsideUnavailable
from integrations.alipay_pay import certificates
from tests.integrations.alipay_pay.authority import Authority, authority, number
from tests.integrations.alipay_pay.counter import BUYER, Counter, opened
from tests.integrations.paying.contract import asking


@pytest.fixture
def made() -> Authority:
    return authority()


@pytest.fixture
async def counter(made: Authority) -> AsyncIterator[Counter]:
    async with opened(made) as counter:
        yield counter


async def test_another_certificate_of_alipays_is_followed(counter: Counter, made: Authority) -> None:
    asked = asking(counter)
    await counter.client.ask_for(asked)
    before = counter.merchant.theirs.copy()
    counter.play.wire.own_key, counter.play.wire.certificate = made.next_key, number(made.next)
    trade = counter.play.purse.trades[asked.number]
    assert counter.play.pay(trade, BUYER)
    with pytest.raises(BadInput, match="bad_signature"):
        counter.hear()  # not yet known, and nobody is called on account of a notice
    assert (await counter.client.standing(asked.number)).state == "paid"
    assert counter.hear() is not None
    assert before.items() <= counter.merchant.theirs.items()
    assert await counter.client.check() == []


@pytest.mark.parametrize("whose", ["foreign", "unvouched"])
async def test_what_is_not_alipays_is_not_believed(counter: Counter, made: Authority, whose: str) -> None:
    """Another merchant's, under the very same root; and one whose root did not sign it."""
    counter.play.wire.own_key = getattr(made, f"{whose}_key")
    counter.play.wire.certificate = number(getattr(made, whose))
    with pytest.raises(OutsideUnavailable):
        await counter.client.standing("f" * 32)
    assert len(counter.merchant.theirs) == 1
    assert await counter.client.check() == ["alipay_pay:answer_forged"]


async def test_a_certificate_that_ends_is_told_before(counter: Counter) -> None:
    for days, slug in ((280, "certificate_ends"), (301, "certificate_over")):
        with time_machine.travel(clock.now() + timedelta(days=days)):
            assert await counter.client.check() == [f"alipay_pay:{slug}"]


async def test_without_our_certificates_number_nothing_is_answered(counter: Counter) -> None:
    counter.play.wire._numbers["app_cert_sn"] = "0" * 32
    assert await counter.client.check() == ["alipay_pay:certificate_refused"]


def test_who_vouches(made: Authority) -> None:
    roots = certificates.read(made.roots)
    following, wild = certificates.read(made.next)[0], certificates.read(made.unvouched)[0]
    assert certificates.vouched(following, [], roots) and not certificates.vouched(wild, [], roots)
    assert not certificates.vouched(wild, [wild, wild], roots)
