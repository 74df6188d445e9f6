"""A bill that finance brings by hand: read as the one that is fetched, and in force once it was read to its end."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from aiohttp import FormData

from bot.db.engine import Database
from bot.errors import OutsideUnavailable
from integrations.alipay_pay.bills import GivenBill
from integrations.paying.port import Bill, BillLine
from integrations.sandbox.pay import alipay_bill, wechat_bills
from integrations.sandbox.pay.purse import PlayRefund, Purse, Trade
from integrations.wechat_pay.bills import TradeBill
from tests.flows.payment.reconciling.town import DAY, NOON, Day
from tests.flows.payment.test_desk import CHIEF, CLERK, HOME, NEXT_MORNING, till_of
from tests.support.desk import Desk, desk

PATH = f"{HOME}bills"
CHINA = ZoneInfo("Asia/Shanghai")


def trade(number: str, at: datetime, amount: int = 2500) -> Trade:
    return Trade(
        number=number, amount=amount, title="测试，费", way="jsapi", expires=at, facts="", handle="", made_at=at,
        state="paid", channel_number=f"42{number[:10]}", payer="o-x", paid_at=at,
    )


def wechat(*trades: Trade) -> bytes:
    made = wechat_bills.Bills(Purse("42"), "1900000001", "wx1")
    return made._trade_text([(each, None) for each in trades]).encode()


def alipay(*lines: tuple[Trade, PlayRefund | None]) -> bytes:
    return alipay_bill.packed("2088000000000000", DAY, lines)


async def bring(browser: Any, content: bytes, account: str = "wx", day: str = str(DAY)) -> str:
    await browser.get(PATH)
    form = FormData()
    for name, value in (("csrf", browser.token), ("account", account), ("day", day)):
        form.add_field(name, value)
    form.add_field("file", content, filename="账单.csv", content_type="application/octet-stream")
    return str(await browser._took(await browser.client.post(PATH, data=form, allow_redirects=False)))


def reads(here: Desk, bill_in: Any) -> Day:
    """A counter whose channel cannot be reached for its bill, and reads those that are brought."""
    counter = till_of(here)
    day = Day(counter)

    async def silent(day: Any) -> Bill:
        raise OutsideUnavailable("away", system="till")

    vars(counter.till).update(bill=silent, bill_in=bill_in)
    return day


async def test_a_bill_is_brought_held_against_the_rest_and_brought_again(database: Database) -> None:
    async with desk(database) as here:
        with time_machine.travel(NOON, tick=True):
            day = reads(here, TradeBill.given)
            order = await day.counter.paid_order()
            day.bill = {}
            await day.learn()
        (number,) = day.counter.till.accounts
        at = NOON.astimezone(CHINA)
        here.clock.move_to(NEXT_MORNING)
        await day.run()
        assert await day.state() == "no_bill"
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        assert "手工传账单" in await clerk.get(f"{HOME}days")
        for content in (wechat(trade(number, at)), gzip.compress(wechat(trade(number, at)))):
            await bring(clerk, content)
            assert clerk.status == 303, clerk.page
            await day.counter.work()
            assert (await day.state(), await day.found()) == ("balanced", []), order
        await bring(clerk, wechat(trade(number, at), trade("ffff", at, 700)))
        await day.counter.work()
        assert [(row.kind, row.channel_amount) for row in await day.found()] == [("only_channel", 700)]
        assert (await here.acts()).count("payment.bill_brought") == 3


async def test_what_is_no_bill_of_that_day_changes_nothing(database: Database) -> None:
    async with desk(database) as here:
        here.clock.move_to(NEXT_MORNING)
        day = reads(here, TradeBill.given)
        clerk = await here.enter(await here.hire("clerk", role=CLERK))
        at = NOON.astimezone(CHINA)
        whole = wechat(trade("aa", at))
        for content, said in (
            (b"", "请选账单文件"), (b"MZ\x90\0" * 50, "不是这个商户的账单"), (whole[:-60], "不是这个商户的账单"),
            (gzip.compress(whole)[:-30], "不是这个商户的账单"), (gzip.compress(b"\n" * 10_000_000), "解开以后太大"),
            (wechat(trade("aa", at - timedelta(days=1))), "别的日子"), (wechat(), "没有一笔"),
            (whole.decode().encode("gbk", "ignore"), "不是这个商户的账单"),
        ):
            assert said in await bring(clerk, content), (content[:40], clerk.page)
            assert clerk.status == 422
        for account, on in (("nobody", str(DAY)), ("wx", "2027-03-02"), ("wx", "2020-01-01"), ("wx", "x")):
            assert "请选商户和账期" in await bring(clerk, whole, account, on) and clerk.status == 422
        await day.run()
        assert await day.found() == [] and "payment.bill_brought" not in await here.acts()
        chief = await here.enter(await here.hire("chief", role=CHIEF))
        await chief.get(PATH)
        assert chief.status == 403


async def read(content: bytes) -> list[BillLine]:
    return [line async for line in GivenBill(content)]


async def test_alipays_zip_is_read_and_hostile_ones_are_not() -> None:
    at = NOON.astimezone(CHINA)
    paid = trade("aa", at)
    back = PlayRefund("r1", 500, "c", at, "back", at)
    lines = await read(alipay((paid, None), (paid, back)))
    assert [(line.number, line.amount, line.refund) for line in lines] == [("aa", 2500, ""), ("aa", 500, "r1")]
    for content in (b"", b"PK\x03\x04" * 20, alipay((paid, None))[:-40], swollen(b"0" * 30_000_000), swollen(b"#\n"),
                    swollen(("列" * 70_000).encode("gbk"))):
        with pytest.raises(Exception, match="not_a_bill|too-large"):
            await read(content)


def swollen(text: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packing:
        packing.writestr("a.csv", text)
    return file.getvalue()
