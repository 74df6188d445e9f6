"""What the contract does not ask: Alipay's own ways of paying, and its ways of not answering."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bot import clock
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations.paying.port import Asking, Back
from integrations.sandbox.pay.alipay_wire import No
from tests.integrations.alipay_pay.counter import BASE, BUYER, Counter
from tests.integrations.paying.contract import asking, refused

CODE = "281234567890123456"


def wanted(counter: Counter, way: str, **changes: object) -> Asking:
    return asking(counter, way=way, **changes)


async def test_a_code_that_is_shown_becomes_a_trade_when_it_is_scanned(counter: Counter) -> None:
    asked = wanted(counter, "code")
    sheet = await counter.client.ask_for(asked)
    assert (await counter.client.standing(asked.number)).state == "absent"
    await counter.client.close(asked.number)  # there is nothing to close yet
    trade = counter.play.scanned(sheet.address)
    assert trade is not None and (await counter.client.standing(asked.number)).state == "unpaid"
    assert counter.play.pay(trade, BUYER) and not counter.play.pay(trade, BUYER)
    said = await counter.client.standing(asked.number)
    assert (said.state, said.payer) == ("paid", BUYER) and counter.hear() == said


async def test_a_phones_browser_brings_what_was_signed(counter: Counter) -> None:
    asked = wanted(counter, "page")
    sheet = await counter.client.ask_for(asked)
    brought = {name: values[0] for name, values in parse_qs(urlsplit(sheet.address).query).items()}
    assert brought["return_url"] == asked.back_to and brought["notify_url"] == f"{BASE}/webhooks/alipay-pay/main"
    with pytest.raises(No):
        counter.play.opened(brought | {"biz_content": brought["biz_content"].replace("12.50", "0.01")})
    assert (await counter.client.standing(asked.number)).state == "absent"
    assert counter.play.pay(counter.play.opened(brought), BUYER)
    assert (await counter.client.standing(asked.number)).amount == 1250


async def test_in_alipay_by_either_kind_of_id(counter: Counter) -> None:
    for payer in (BUYER, "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5"):
        asked = wanted(counter, "inside", payer=payer)
        sheet = await counter.client.ask_for(asked)
        assert sheet.inside == {"tradeNO": counter.play.purse.trades[asked.number].handle}
    with pytest.raises(OutsideRefused):
        await counter.client.ask_for(wanted(counter, "inside", payer=""))


async def test_a_scanned_code_is_paid_at_once(counter: Counter) -> None:
    counter.play.payers[CODE] = BUYER
    asked = wanted(counter, "scanned", code=CODE)
    counter.play.faults.lose = 1
    with pytest.raises(OutsideUnknown):
        await counter.client.ask_for(asked)
    assert (await counter.client.ask_for(asked)).way == "scanned"  # paid already is no refusal here
    assert (await counter.client.standing(asked.number)).state == "paid" and await counter.held() == 1250
    await refused("payer_refused", counter.client.ask_for(wanted(counter, "scanned", code="280000000000000000")))


@pytest.mark.parametrize("typed", [False, True])
async def test_a_scanned_code_whose_payer_is_asked_is_reversed(counter: Counter, typed: bool) -> None:
    """However it ended, nothing stays with us, and it is told as never paid."""
    counter.play.payers[CODE] = BUYER
    counter.play.purse.conduct.password = True
    asked = wanted(counter, "scanned", code=CODE)
    await counter.client.ask_for(asked)
    assert (await counter.client.standing(asked.number)).state == "unpaid"
    if typed:
        await counter.pay(asked.number)
    counter.play.faults.lose = 1
    with pytest.raises(OutsideUnknown):
        await counter.client.reverse(asked.number)
    await counter.client.reverse(asked.number)
    assert (await counter.client.standing(asked.number)).state == "closed" and await counter.held() == 0
    await counter.client.reverse("f" * 32)


async def test_what_went_back_by_refunds_is_still_paid(counter: Counter) -> None:
    asked = wanted(counter, "inside")
    await counter.client.ask_for(asked)
    await counter.pay(asked.number)
    await counter.client.refund(asked.number, "r" * 32, amount=1250, of=1250, why="stopped")
    assert (await counter.client.standing(asked.number)).state == "paid"
    assert counter.hear() == Back("r" * 32, "processing", channel_refund="r" * 32)


@pytest.mark.parametrize("fault", ["lose", "fail", "vague"])
async def test_done_and_answered_wrongly_is_unknown_and_safe_to_repeat(counter: Counter, fault: str) -> None:
    asked = wanted(counter, "inside")
    for call in (
        lambda: counter.client.ask_for(asked),
        lambda: counter.client.refund(asked.number, "r" * 32, amount=250, of=1250, why="stopped"),
    ):
        setattr(counter.play.faults, fault, 1)
        with pytest.raises(OutsideUnknown):
            await call()
        await call()
        await counter.pay(asked.number)
    assert await counter.held() == 1000


async def test_a_refund_whose_end_cannot_be_asked_is_on_its_way(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was taken: "certainly not done" would be a lie."""
    asked = wanted(counter, "inside")
    await counter.client.ask_for(asked)
    await counter.pay(asked.number)

    async def away(*_: object) -> Back:
        raise OutsideUnavailable(system="alipay_pay")

    monkeypatch.setattr(counter.client, "refund_standing", away)
    said = await counter.client.refund(asked.number, "r" * 32, amount=250, of=1250, why="stopped")
    assert said == Back("r" * 32, "processing", 250, "r" * 32) and await counter.held() == 1000


async def test_money_that_takes_its_time(counter: Counter) -> None:
    counter.play.purse.conduct.refunds = "slow"
    asked = wanted(counter, "inside")
    await counter.client.ask_for(asked)
    await counter.pay(asked.number)
    said = await counter.client.refund(asked.number, "r" * 32, amount=250, of=1250, why="stopped")
    assert (said.state, said.amount) == ("processing", 250)
    counter.play.finish_refunds()
    assert (await counter.client.refund_standing(asked.number, "r" * 32)).state == "back"


async def test_paid_after_it_was_closed_is_told(counter: Counter) -> None:
    asked = wanted(counter, "inside")
    await counter.client.ask_for(asked)
    await counter.client.close(asked.number)
    counter.play.purse.conduct.belated = True
    assert await counter.pay(asked.number)
    assert (await counter.client.standing(asked.number)).state == "paid"
    await refused("already_paid", counter.client.close(asked.number))


async def test_over_is_closed(counter: Counter) -> None:
    asked = wanted(counter, "inside")
    await counter.client.ask_for(asked)
    trade = counter.play.purse.trades[asked.number]
    trade.expires = clock.now() - timedelta(seconds=1)
    assert (await counter.client.standing(asked.number)).state == "closed"
    await counter.client.close(asked.number)


async def test_an_answer_that_alipay_did_not_sign_is_no_answer(counter: Counter) -> None:
    from tests.integrations.alipay_pay.counter import key

    asked = wanted(counter, "inside")
    await counter.client.ask_for(asked)
    counter.play.wire.own_key = key("somebody")
    with pytest.raises(OutsideUnavailable):
        await counter.client.standing(asked.number)
    with pytest.raises(OutsideUnavailable):
        await counter.client.standing("f" * 32)  # "no such trade" counts only where it is signed
    with pytest.raises(OutsideUnknown):
        await counter.client.ask_for(asked)
    assert await counter.client.check() == ["alipay_pay:answer_forged"]


async def test_the_check_names_what_is_wrong(counter: Counter) -> None:
    from tests.integrations.alipay_pay.counter import key

    api = counter.client._api
    api.merchant = replace(counter.merchant, private_key=key("somebody"))
    assert await counter.client.check() == ["alipay_pay:key_refused"]
    await refused("not_set_up", counter.client.ask_for(wanted(counter, "inside")))
    api.merchant = replace(counter.merchant, app_id="2021000000000009")
    assert await counter.client.check() == ["alipay_pay:app_refused"]
    counter.play.faults.away = True
    assert await counter.client.check() == ["alipay_pay:unreachable"]
