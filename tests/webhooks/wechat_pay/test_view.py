"""What WeChat Pay tells is believed once, whoever repeats it; what is forged, stale or foreign changes nothing."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bot import clock
from bot.db.engine import Database
from flows.payment import notices
from flows.payment.odd import store as odd
from integrations.sandbox.pay.wechat_seal import OwnKey, Seal
from tests.integrations.wechat_pay.counter import API_KEY, MCHID, OURS, PUBLIC, SERIAL, THEIRS
from tests.support.world import World
from tests.webhooks.wechat_pay.caller import Till, till, transaction

SEAL = Seal(MCHID, SERIAL, OURS.public_key(), API_KEY, PUBLIC)


def made(facts: Mapping[str, Any], event: str = "TRANSACTION.SUCCESS", seal: Seal = SEAL) -> dict[str, Any]:
    body = seal.notice(event, event.partition(".")[0].lower(), facts)
    return {"headers": seal.headers(body), "body": body}


def refunded(number: str, refund: str, amount: int, **changes: Any) -> dict[str, Any]:
    return {
        "mchid": MCHID, "out_trade_no": number, "out_refund_no": refund, "refund_id": "50", "refund_status": "SUCCESS",
        "success_time": clock.now().isoformat(timespec="seconds"), "transaction_id": "42",
        "amount": {"total": 1250, "refund": amount, "payer_total": 1250, "payer_refund": amount}, **changes,
    }


@pytest.fixture
async def ours(database: Database) -> AsyncIterator[Till]:
    async with till(World(database)) as opened:
        yield opened


async def test_however_often_it_is_told(ours: Till) -> None:
    payment = await ours.open()
    told = made(transaction(payment.number, 1250))
    assert await asyncio.gather(*(ours.post(told) for _ in range(4))) == [204] * 4
    again = made(transaction(payment.number, 1250))  # the same said anew, as another notice
    assert await ours.post(again) == 204
    assert await ours.notices() == [(payment.number, "apply"), (payment.number, "nothing")]
    assert await ours.waiting("payment.settle") == 1


async def test_a_refund_is_heard(ours: Till) -> None:
    payment = await ours.open()
    await ours.post(made(transaction(payment.number, 1250)))
    assert await ours.post(made(refunded(payment.number, "e" * 32, 1250), "REFUND.SUCCESS")) == 204
    assert (await ours.notices())[-1] == ("e" * 32, "unknown")


async def test_several_orders_in_one_notice(ours: Till) -> None:
    payments = [await ours.open("a"), await ours.open("b")]
    parts = [transaction(each.number, 1250) for each in payments]
    facts = {
        "combine_appid": parts[0]["appid"], "combine_mchid": MCHID, "combine_payer_info": {"openid": "o-a"},
        "combine_out_trade_no": "w" * 32,
        "sub_orders": [each | {"amount": {"total_amount": 1250, "currency": "CNY"}} for each in parts],
    }
    told = made(facts)
    assert [await ours.post(told), await ours.post(told)] == [204, 204]
    assert await ours.notices() == [(each.number, "apply") for each in payments]


WRONG: tuple[tuple[dict[str, Any], int, list[str]], ...] = (
    ({"appid": "wx9999999999"}, 403, []), ({"mchid": "1900000009"}, 403, []), ({"amount": {}}, 400, []),
    ({"amount": {"total": 1, "currency": "CNY"}}, 204, ["wrong_amount"]),
    ({"amount": {"total": 1250, "currency": "USD"}}, 400, []), ({"amount": {"total": "1250"}}, 400, []),
    ({"amount": None}, 400, []), ({"transaction_id": ""}, 204, ["wrong_amount"]), ({"success_time": "soon"}, 400, []),
    ({"out_trade_no": "f" * 32}, 204, ["unknown"]), ({"payer": "o"}, 400, []), ({"sub_orders": {}}, 204, ["none"]),
    ({"trade_state": "NOTPAY"}, 204, ["nothing"]), ({"trade_state": ["?"]}, 204, ["nothing"]),
)


async def test_what_is_signed_and_wrong(ours: Till) -> None:
    payment = await ours.open()
    for changes, status, became in WRONG:
        before = len(await ours.notices())
        assert await ours.post(made(transaction(payment.number, 1250, **changes))) == status, changes
        assert [each for _, each in (await ours.notices())[before:]] == became, changes
        found = await ours.payment(payment.number)
        assert found.state == "open" and found.channel_number is None


FORGED = (
    ({"Wechatpay-Signature": "WECHATPAY/SIGNTEST/abcdef"}, 403), ({"Wechatpay-Signature": ""}, 403),
    ({"Wechatpay-Signature": "不"}, 403), ({"Wechatpay-Timestamp": "1"}, 403), ({"Wechatpay-Timestamp": "٣"}, 403),
    ({"Wechatpay-Timestamp": "9" * 20}, 403), ({"Wechatpay-Serial": "7A" * 20}, 403), ({"Wechatpay-Nonce": "x"}, 403),
    ({"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}, 403),
)


async def test_forgeries_change_nothing(ours: Till) -> None:
    payment = await ours.open()
    told = made(transaction(payment.number, 1250))
    for headers, status in FORGED:
        assert await ours.post(told, **headers) == status, headers
    assert await ours.post(told, account="other") == 404
    packed = {**told, "body": gzip.compress(told["body"])}
    assert await ours.post(packed, **{"Content-Encoding": "gzip"}) == 415
    async with ours.world.database.reading() as tx:
        rows = await odd.refusals(tx, clock.now().date() - timedelta(days=1), limit=20)
    assert {row.reason for row in rows} >= {"bad_signature", "unknown_serial", "stale", "unknown_account"}
    assert sum(row.many for row in rows) == len(FORGED) + 2
    assert await ours.notices() == [] and (await ours.payment(payment.number)).state == "open"


async def test_other_keys_do_not_open_it(ours: Till) -> None:
    payment = await ours.open()
    facts = transaction(payment.number, 1250)
    ours_signed = Seal(MCHID, SERIAL, OURS.public_key(), API_KEY, OwnKey(PUBLIC.serial, OURS))
    sealed_for_others = Seal(MCHID, SERIAL, OURS.public_key(), b"x" * 32, PUBLIC)
    assert await ours.post(made(facts, seal=ours_signed)) == 403
    assert await ours.post(made(facts, seal=sealed_for_others)) == 400
    assert await ours.notices() == []


async def test_five_minutes_and_no_more(ours: Till) -> None:
    payment = await ours.open()
    told, now = made(transaction(payment.number, 1250)), clock.now()
    for seconds, status in ((302, 403), (-302, 403), (298, 204)):
        with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
            assert await ours.post(told) == status


NOISE = (
    b"", b"{}", b"[]", b"\xff\xfe", b'{"a":' * 4000, b'{"id": 5, "event_type": "TRANSACTION.SUCCESS"}',
    b'{"id": "1", "event_type": "TRANSACTION.SUCCESS", "resource": "x"}',
    b'{"id": "1", "event_type": "REFUND.SUCCESS", "resource": {"nonce": 1}}',
)


async def test_noise_with_a_right_signature_is_refused(ours: Till) -> None:
    for body in NOISE:
        assert await ours.post({"headers": SEAL.headers(body), "body": body}) == 400, body[:40]
    assert await ours.notices() == []


async def test_a_self_test_is_taken_and_says_nothing(ours: Till) -> None:
    body = json.dumps({"id": "echo-1", "event_type": "SECURITY_ECHO.SUCCESS"}).encode()
    assert await ours.post({"headers": SEAL.headers(body), "body": body}) == 204
    assert await ours.notices() == [("", "none")]


async def test_too_long_or_too_slow(ours: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"x" * 70_000
    assert await ours.post({"headers": SEAL.headers(body), "body": body}) == 413
    monkeypatch.setattr("webhooks.wechat_pay.view.SECONDS", 0.05)
    come = asyncio.Event()

    async def trickle() -> AsyncIterator[bytes]:
        yield b" "
        await come.wait()

    try:
        assert await ours.post({"headers": {}, "body": trickle()}) == 408
    finally:
        come.set()


async def test_what_cannot_be_kept_comes_again(ours: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = await ours.open()
    told = made(transaction(payment.number, 1250))

    async def fails(*_: Any) -> str:
        raise RuntimeError("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(notices, "hear", fails)
        assert await ours.post(told) == 503
    assert await ours.notices() == [] and await ours.post(told) == 204
    assert (await ours.payment(payment.number)).state == "paid"


async def test_nobody_is_called_on_account_of_a_notice(ours: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    async def calls(*_: Any, **__: Any) -> None:
        raise AssertionError("an outbound call")

    monkeypatch.setattr("integrations.outside.ask", calls)
    told = made({"x": "y"}, seal=Seal(MCHID, SERIAL, OURS.public_key(), API_KEY, OwnKey("4D" * 20, THEIRS)))
    assert await ours.post(told) == 403
