"""The client against the played WeChat Pay, over HTTP: what the contract of all channels does not say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from bot import clock
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations.paying.port import Back, Standing
from tests.integrations.wechat_pay.counter import OURS, Counter, asking, open_counter


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with open_counter() as made:
        yield made


async def test_notices_say_what_questions_say(counter: Counter) -> None:
    wanted = asking()
    await counter.client.ask_for(wanted)
    assert counter.pay(wanted.number) and not counter.pay(wanted.number)
    assert counter.hear() == (await counter.client.standing(wanted.number),)
    back = await counter.client.refund(wanted.number, "r" * 32, amount=250, of=1250, why="cancelled")
    assert back.state == "back" and counter.hear() == (back,)
    assert (await counter.client.standing(wanted.number)).amount == 1250


async def test_what_the_phone_is_handed_is_signed_by_us(counter: Counter) -> None:
    sheet = (await counter.client.ask_for(asking())).inside
    said = "".join(f"{sheet[name]}\n" for name in ("appId", "timeStamp", "nonceStr", "package"))
    assert counter.play.seal.by_merchant(said.encode(), sheet["paySign"])
    assert not counter.play.seal.by_merchant(said.encode() + b"x", sheet["paySign"])
    assert len(OURS.sign(b"", PKCS1v15(), SHA256())) == 256


async def test_codes_and_pages(counter: Counter) -> None:
    code, page = asking(way="code"), asking(way="page")
    assert (await counter.client.ask_for(code)).address.startswith("weixin://wxpay/bizpayurl?pr=wx")
    sheet = await counter.client.ask_for(page)
    assert parse_qs(urlsplit(sheet.address).query)["redirect_url"] == [page.back_to]
    assert sheet.until < page.expires
    with pytest.raises(OutsideRefused, match="not_set_up"):
        await counter.client.ask_for(asking(way="account"))


async def test_a_long_title_is_cut_between_characters(counter: Counter) -> None:
    wanted = asking(title="门诊" * 60)
    await counter.client.ask_for(wanted)
    shown = counter.play.purse.trades[wanted.number].title
    assert len(shown.encode()) <= 127 and set(shown) == {"门", "诊"}


@pytest.mark.parametrize("how", [{"cut": "after"}, {"late": 500}, {"late": 502}])
async def test_done_and_not_answered_is_unknown(counter: Counter, how: dict[str, object]) -> None:
    wanted = asking()
    counter.switch("/v3/pay/transactions/jsapi", **how)
    with pytest.raises(OutsideUnknown):
        await counter.client.ask_for(wanted)
    assert (await counter.client.standing(wanted.number)).state == "unpaid"
    await counter.client.ask_for(wanted)
    counter.pay(wanted.number)
    counter.switch("/v3/refund/domestic/refunds", **how)
    with pytest.raises(OutsideUnknown):
        await counter.client.refund(wanted.number, "r" * 32, amount=1250, of=1250, why="cancelled")
    assert (await counter.client.refund(wanted.number, "r" * 32, amount=1250, of=1250, why="cancelled")).state == "back"
    assert len(counter.play.purse.trades[wanted.number].refunds) == 1


async def test_a_question_that_nobody_answers_may_be_asked_again(counter: Counter) -> None:
    for how in ({"http": 500}, {"http": 404}, {"http": 503}):
        counter.switch("/v3/pay/transactions/out-trade-no/*", **how)
        with pytest.raises((OutsideUnavailable, OutsideRefused)):
            await counter.client.standing("f" * 32)
    assert await counter.client.standing("f" * 32) == Standing("f" * 32, "absent")


async def test_money_that_comes_after_the_close_is_told(counter: Counter) -> None:
    wanted = asking()
    await counter.client.ask_for(wanted)
    await counter.client.close(wanted.number)
    counter.play.purse.conduct.belated = True
    assert counter.pay(wanted.number)
    (said,) = counter.hear()
    assert isinstance(said, Standing) and said.state == "paid"
    assert await counter.client.standing(wanted.number) == said


async def test_a_refund_that_lies_fast(counter: Counter) -> None:
    wanted = asking()
    await counter.client.ask_for(wanted)
    counter.pay(wanted.number)
    counter.play.purse.conduct.refunds = "stuck"
    assert (await counter.client.refund(wanted.number, "r" * 32, amount=1, of=1250, why="x")).state == "stuck"
    (said,) = counter.hear()
    assert isinstance(said, Back) and said.state == "stuck"


async def test_another_payer_cannot_pay_what_is_meant_for_one(counter: Counter) -> None:
    wanted = asking()
    await counter.client.ask_for(wanted)
    assert not counter.pay(wanted.number, "o-2") and counter.pay(wanted.number, "o-1")


async def test_answers_that_say_too_little(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = asking()
    await counter.client.ask_for(wanted)
    counter.pay(wanted.number)

    async def says(*_: object, **__: object) -> dict[str, object]:
        return {"trade_state": "SUCCESS", "out_trade_no": wanted.number, "payer": None, "amount": {}}

    for verb in ("get", "post"):
        monkeypatch.setattr(counter.api, verb, says)
    for call in (
        counter.client.standing(wanted.number), counter.client.refund_standing(wanted.number, "r" * 32),
        counter.client.bill(clock.now().date()), counter.client.combined.standings("w" * 32),
    ):
        with pytest.raises(OutsideUnavailable, match="incomplete"):
            await call
    for command in (
        counter.client.ask_for(wanted), counter.client.combined.ask_for("w" * 32, [wanted, asking()]),
        counter.client.refund(wanted.number, "r" * 32, amount=1, of=1250, why="x"),
    ):
        with pytest.raises(OutsideUnknown, match="incomplete"):
            await command
