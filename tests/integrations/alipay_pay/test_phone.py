"""Alipay on a phone of the sandbox: what it shows for a page, a code, a browser; and codes of its own."""

from __future__ import annotations

import pytest
from yarl import URL

from bot.errors import BadInput
from integrations.sandbox.pay.alipay_phone import AlipayOnPhone, payer_of
from integrations.sandbox.phones import Phone, Phones
from tests.integrations.alipay_pay.counter import Counter
from tests.integrations.paying.contract import asking, refused


@pytest.fixture
def phones() -> Phones:
    return Phones()


@pytest.fixture
def on_phone(counter: Counter, phones: Phones) -> AlipayOnPhone:
    return AlipayOnPhone(counter.play, phones, "main", "仁济医院")


@pytest.fixture
def phone(phones: Phones) -> Phone:
    return phones[1]


async def test_every_way_leads_to_a_sheet(counter: Counter, on_phone: AlipayOnPhone, phone: Phone) -> None:
    inside = asking(counter, way="inside", payer=payer_of(phone))
    page, code = asking(counter, way="page"), asking(counter, way="code")
    shown = [
        on_phone.look({"parameters": dict((await counter.client.ask_for(inside)).inside)}, phone),
        on_phone.look({"page": (await counter.client.ask_for(page)).address}, phone),
        on_phone.look({"code": (await counter.client.ask_for(code)).address}, phone),
    ]
    assert [(each.amount, each.payee, each.back) for each in shown] == [
        (1250, "仁济医院", ""), (1250, "仁济医院", page.back_to), (1250, "仁济医院", "")
    ]
    for wanted, sheet in zip((inside, page, code), shown, strict=True):
        assert on_phone.pay(sheet.handle, phone) == "paid" and on_phone.pay(sheet.handle, phone) == "over"
        said = await counter.client.standing(wanted.number)
        assert (said.state, said.payer) == ("paid", payer_of(phone))
    with pytest.raises(BadInput, match="paid_already"):
        on_phone.look({"page": (await counter.client.ask_for(page)).address}, phone)


async def test_its_page_stands_below_the_browser_of_the_phone(
    counter: Counter, on_phone: AlipayOnPhone, phone: Phone
) -> None:
    page = URL((await counter.client.ask_for(asking(counter, way="page"))).address)
    below = f"http://127.0.0.1:9000/sandbox/phone/1{page.raw_path_qs}"
    assert on_phone.look({"page": below}, phone).amount == 1250
    with pytest.raises(BadInput, match="unknown_code"):
        on_phone.look({"page": below.replace("gateway.do", "gateway")}, phone)


async def test_what_is_somebody_elses_or_forged_is_not_shown(
    counter: Counter, on_phone: AlipayOnPhone, phone: Phone, phones: Phones
) -> None:
    inside = await counter.client.ask_for(asking(counter, way="inside", payer=payer_of(phone)))
    page = (await counter.client.ask_for(asking(counter, way="page"))).address
    for given, reason in (
        ({"parameters": dict(inside.inside)}, "other_payer"), ({"parameters": {"tradeNO": "1"}}, "unknown_code"),
        ({"page": page.replace("12.50", "00.01")}, "bad_sign"), ({"page": page.split("&")[0]}, "bad_sign"),
        ({"page": "https://else.example/"}, "unknown_code"), ({"code": "weixin://wxpay/1"}, "unknown_code"),
        ({}, "unknown_code"),
    ):
        with pytest.raises(BadInput, match=reason):
            on_phone.look(given, phones[2])


async def test_a_code_of_a_phone_is_worth_one_payment_at_a_time(
    counter: Counter, on_phone: AlipayOnPhone, phone: Phone
) -> None:
    old, new = on_phone.code(phone), on_phone.code(phone)
    await refused("payer_refused", counter.client.ask_for(asking(counter, way="scanned", code=old)))
    counter.play.purse.conduct.password = True
    wanted = asking(counter, way="scanned", code=new)
    await counter.client.ask_for(wanted)
    sheet = phone.entries[-1].json()
    assert sheet["type"] == "sheet" and sheet["amount"] == 1250
    assert on_phone.pay(sheet["handle"], phone) == "paid"
    assert (await counter.client.standing(wanted.number)).payer == payer_of(phone)
