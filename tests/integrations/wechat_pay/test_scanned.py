"""A payer's code is scanned: paid at once, asked for, or taken back; never half of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.errors import OutsideRefused, OutsideUnknown
from integrations.wechat_pay import scanned
from tests.integrations.wechat_pay.counter import Counter, asking, open_counter

VECTOR = {
    "appid": "wxd930ea5d5a258f4f", "mch_id": "10000100", "device_info": "1000", "body": "test",
    "nonce_str": "ibuaiVcKdpRxkhJA", "sign": "left out", "empty": "",
}
KEY = "192006250b4c09247ec02edce69f6a2d"


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with open_counter() as made:
        yield made


def test_the_signature_of_the_platforms_own_example() -> None:
    assert scanned.signature(VECTOR, KEY) == "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6"


def test_what_is_read_cannot_swell() -> None:
    assert scanned.read(b"<xml><a>1</a><b/></xml>") == {"a": "1", "b": ""}
    for body in (b"", b"<xml>", b'<!DOCTYPE x [<!ENTITY a "b">]><xml><a>&a;</a></xml>', b"<a>" * 200_000):
        with pytest.raises(ValueError, match="not xml"):
            scanned.read(body)


async def test_small_amounts_are_paid_at_once(counter: Counter) -> None:
    wanted = asking(way="scanned", code=counter.play.codes.show("o-9"))
    assert (await counter.client.ask_for(wanted)).way == "scanned"
    said = await counter.client.standing(wanted.number)
    assert (said.state, said.amount, said.payer) == ("paid", 1250, "o-9")
    assert counter.waited == [] and counter.told == []
    with pytest.raises(OutsideRefused, match="payer_refused"):
        await counter.client.ask_for(asking(way="scanned", code=wanted.code))


async def test_who_types_the_password_in_time_has_paid(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = asking(200_000, "scanned", code=counter.play.codes.show("o-9"))
    asked = []
    counter.play.codes.asks = lambda payer, trade: asked.append((payer, trade.number))
    ask = counter.client.standing

    async def typing(number: str) -> object:
        if len(counter.waited) == 3:
            counter.pay(number, "o-9")
        return await ask(number)

    monkeypatch.setattr(counter.client, "standing", typing)
    await counter.client.ask_for(wanted)
    assert asked == [("o-9", wanted.number)]
    assert counter.waited == [5.0] * 3 and (await ask(wanted.number)).state == "paid"


async def test_who_does_not_is_not_waited_for(counter: Counter) -> None:
    wanted = asking(200_000, "scanned", code=counter.play.codes.show("o-9"))
    await counter.client.ask_for(wanted)
    assert sum(counter.waited) == 30
    assert (await counter.client.standing(wanted.number)).state == "closed"
    assert not counter.pay(wanted.number, "o-9")


@pytest.mark.parametrize("how", [{"cut": "after"}, {"late": 500}])
async def test_an_answer_that_is_lost_is_asked_for(counter: Counter, how: dict[str, object]) -> None:
    wanted = asking(way="scanned", code=counter.play.codes.show("o-9"))
    counter.switch("/pay/micropay", **how)
    await counter.client.ask_for(wanted)
    assert (await counter.client.standing(wanted.number)).state == "paid" and counter.waited == [5.0]
    await counter.client.ask_for(wanted)
    assert len(counter.play.purse.trades) == 1


async def test_taking_back_is_safe_to_say_again(counter: Counter) -> None:
    wanted = asking(way="scanned", code=counter.play.codes.show("o-9"))
    await counter.client.ask_for(wanted)
    counter.switch("/secapi/pay/reverse", cut="after")
    with pytest.raises(OutsideUnknown):
        await counter.client.reverse(wanted.number)
    await counter.client.reverse(wanted.number)
    trade = counter.play.purse.trades[wanted.number]
    assert trade.given_back == 1250 and len(trade.refunds) == 1
    assert (await counter.client.standing(wanted.number)).state == "closed"
    await counter.client.reverse("f" * 32)


async def test_a_wrong_key_is_found_by_the_check() -> None:
    async with open_counter(code_key="x" * 32) as counter:
        with pytest.raises(OutsideRefused, match="not_set_up"):
            await counter.client.ask_for(asking(way="scanned", code="13" + "0" * 16))
        assert await counter.client.check() == ["wechat_pay:code_key"]
    async with open_counter(code_key="") as counter:
        assert "scanned" not in counter.client.ways and await counter.client.check() == []
