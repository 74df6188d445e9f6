"""WeChat Pay's own keys: fetched, changed without a gap, and never for whoever knocks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import time_machine

from bot import clock
from bot.errors import BadInput, OutsideRefused
from integrations.sandbox.pay.wechat_seal import certified
from integrations.wechat_pay.accounts import WeChatPayMerchants
from tests.integrations.wechat_pay.counter import MERCHANT, PUBLIC, THEIRS, Counter, asking, open_counter


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with open_counter(certified()) as made:
        yield made


async def told(counter: Counter) -> int:
    """A payment, and which of the notices tells of it."""
    wanted = asking()
    await counter.client.ask_for(wanted)
    counter.pay(wanted.number)
    return len(counter.told) - 1


async def test_certificates_change_without_a_gap(counter: Counter) -> None:
    old = counter.play.seal.keys[0]
    assert counter.keys.due and len(counter.keys) == 0
    first = await told(counter)
    assert list(counter.keys) == [old.serial]
    assert counter.hear(first)
    new = certified(days=4000)
    counter.play.seal.rotate(new)
    with pytest.raises(BadInput, match="unknown_serial"):
        counter.hear(first)  # a notice fetches nothing, whoever sends it
    assert list(counter.keys) == [old.serial]
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        second = await told(counter)  # our own question does, once the answer is signed by a key we do not know
        assert set(counter.keys) == {old.serial, new.serial}
        assert counter.hear(second)
        counter.play.seal.keys.append(counter.play.seal.keys.pop(0))
        assert counter.hear(first)  # what was signed with the old one before is still believed
        counter.play.seal.keys.append(counter.play.seal.keys.pop(0))


async def test_what_is_not_listed_any_more_ends(counter: Counter) -> None:
    await counter.api.fetch_certificates()
    old = counter.play.seal.keys[0]
    counter.play.seal.keys[:] = [certified()]
    now = clock.now()
    with time_machine.travel(now + timedelta(hours=12), tick=False):
        await counter.api.fetch_certificates()
        assert counter.keys.get(old.serial) is not None
    with time_machine.travel(now + timedelta(hours=37), tick=False):
        assert counter.keys.get(old.serial) is None and counter.keys.due
    with time_machine.travel(now + timedelta(days=2000), tick=False):
        assert all(counter.keys.get(serial) is None for serial in counter.keys)


async def test_certificates_of_somebody_else_are_not_believed(counter: Counter) -> None:
    counter.play.seal._api_key = b"another key of thirty-two bytes."
    with pytest.raises(OutsideRefused, match="bad-certificates"):
        await counter.api.fetch_certificates()
    assert await counter.client.check() == ["wechat_pay:api_key"]


async def test_both_modes_while_a_merchant_moves() -> None:
    certificate = certified(THEIRS)
    async with open_counter(PUBLIC, certificates=True) as counter:
        counter.play.seal.rotate(certificate)
        await counter.api.fetch_certificates()
        assert set(counter.keys) == {PUBLIC.serial, certificate.serial}
        first = await told(counter)
        assert counter.hear(first)
        counter.play.seal.keys.pop()
        assert counter.hear(first)
    async with open_counter(PUBLIC) as counter:
        counter.play.seal.rotate(certificate)
        wanted = asking()
        with pytest.raises(Exception, match="unknown_serial"):
            await counter.client.ask_for(wanted)


async def test_they_are_followed_by_a_timer(counter: Counter) -> None:
    settings = MERCHANT.model_copy(update={"gateway": counter.play.url, "public_key": "", "public_key_id": ""})
    merchants, waits = WeChatPayMerchants({"main": settings}, "https://h", counter.session), []
    counter.switch("/v3/certificates", http=503)

    async def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await merchants.keep_fresh(pause)
    assert waits[0] == 60 and all(9 * 3600 < each <= 12 * 3600 for each in waits[1:])
    assert list(merchants["main"].keys) == [counter.play.seal.keys[0].serial]


@pytest.mark.parametrize(("change", "slugs"), [
    ({}, []), ({"serial": "AAAA"}, ["wechat_pay:merchant_key"]), ({"private_key": THEIRS}, ["wechat_pay:merchant_key"]),
    ({"public_key_id": "PUB_KEY_ID_02"}, ["wechat_pay:platform_key"]),
    ({"public_key": certified().key.public_key()}, ["wechat_pay:platform_key"]),
    ({"gateway": "http://127.0.0.1:9"}, ["wechat_pay:unreachable"]),
    ({"certificate": "/nowhere.pem"}, ["wechat_pay:certificate_ends"]),
])
async def test_each_wrong_key_has_its_slug(change: dict[str, object], slugs: list[str]) -> None:
    async with open_counter(PUBLIC, **change) as counter:
        assert await counter.client.check() == slugs
