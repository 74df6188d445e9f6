"""Bills: the sample as its own sums say, large ones in bounded memory, broken ones refused."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.errors import OutsideRefused, OutsideUnavailable
from integrations.alipay_pay.bills import Reading, TradeBill, lines_of, totals_of
from integrations.paying.port import BillLine, BillTotals
from integrations.sandbox.pay.alipay_bill import Member
from integrations.sandbox.pay.purse import CHINA
from tests.integrations.alipay_pay.counter import Counter as Till
from tests.integrations.paying.contract import asking

SAMPLE = (Path(__file__).parent / "fixtures" / "bill__two_sums.gbk.csv").read_bytes()


def packed(*files: bytes, name: str = "业务明细") -> io.BytesIO:
    """A zip as Alipay makes it: names GBK, the sums beside the lines."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packing:
        for n, content in enumerate(files):
            packing.writestr(Member(f"2088_20190916_{name}_{n}.csv"), content, zipfile.ZIP_DEFLATED)
        packing.writestr(Member("2088_20190916_业务明细(汇总).csv"), b"#\r\n")
    return file


def all_of(reading: Reading) -> list[BillLine]:
    found: list[BillLine] = []
    while some := reading.some():
        found += some
    return found


def test_the_sample_counts_as_its_own_sums_say() -> None:
    reading = Reading(packed(SAMPLE))
    lines = all_of(reading)
    paid, back = [line for line in lines if not line.refund], [line for line in lines if line.refund]
    assert reading.totals == BillTotals(10, 6, 4, None)
    assert (len(lines), sum(line.amount for line in paid), sum(line.amount for line in back)) == (10, 6, 4)
    assert back[0] == BillLine(
        "service_1568601259302", "2019091622001458860515315453", 1, back[0].at, "re_test_1568602607356",
        "re_test_1568602607356", 0, "下单测试", "退款",
    )
    assert back[0].at.isoformat() == "2019-09-16T10:56:48+08:00"


def test_several_files_are_one_bill() -> None:
    reading = Reading(packed(SAMPLE, SAMPLE))
    assert len(all_of(reading)) == 20 and reading.totals == BillTotals(20, 12, 8, None)


def test_sums_that_do_not_fit_are_told_as_they_stand() -> None:
    more = SAMPLE.decode("gbk").replace("：6笔，商家实收共0.06", "：7笔，商家实收共0.07")
    reading = Reading(packed(more.encode("gbk")))
    assert len(all_of(reading)) == 10 and reading.totals == BillTotals(11, 7, 4, None)


def test_signs_say_nothing_kinds_do() -> None:
    """Refunds are below zero in one bill and above in another; what the merchant gave counts with what it got."""
    text = SAMPLE.decode("gbk").replace(",-0.01,-0.01,", ",0.01,0.01,")
    text = text.replace(",0.00,0.00,下单测试", ",-0.02,0.00,下单测试").replace("商家优惠共0.00元", "商家优惠共0.03元")
    sums: Counter[str] = Counter()
    lines = list(lines_of(io.StringIO(text), sums))
    assert [line.amount for line in lines] == [1] * 10
    assert (lines[0].fee, lines[1].fee) == (2, -2)
    assert totals_of(sums) == BillTotals(10, 9, 4, None)


@pytest.mark.parametrize("file", [
    io.BytesIO(b"no zip"), packed(), packed(b""), packed(b"a,b\r\n1,2\r\n"), packed(SAMPLE[:1400]),
    packed(SAMPLE.replace(b",0.01,", b",0.011,", 1)), packed(SAMPLE.replace(b"2019-09-16 10:55:23", b"x")),
    packed(SAMPLE, name="汇总"), packed(b"\xff\xff\xff" + SAMPLE), packed(b'"' + b"x" * 200_000),
    io.BytesIO(packed(SAMPLE).getvalue().replace(b"\x00\x08", b"\x00\x63")),
])
def test_what_is_no_bill_is_refused(file: io.BytesIO) -> None:
    with pytest.raises(OutsideRefused, match="not_a_bill"):
        all_of(Reading(file))


def test_a_large_bill_is_read_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reading, "AT_ONCE", 100)
    first = SAMPLE.index(b"2019091622001458860515315453")
    line = SAMPLE[first:SAMPLE.index(b"\n", first) + 1]
    large, count = packed(SAMPLE[:first] + line * 2500), 0
    assert len(line) * 2500 > 500_000
    all_of(Reading(packed(SAMPLE)))  # what is made once is made
    tracemalloc.start()
    reading = Reading(large)
    while some := reading.some():
        count += len(some)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 2500 and peak < 350_000


async def test_its_address_is_asked_for_when_it_is_read(counter: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lasts for 30 s: who asked for the bill may come to read it later."""
    wanted = asking(counter)
    await counter.client.ask_for(wanted)
    await counter.pay(wanted.number)
    await counter.a_day_earlier()
    bill = await counter.client.bill(CHINA.today() - timedelta(days=1))
    assert bill is not None
    counter.play._bills._made.clear()
    assert [line.number async for line in bill] == [wanted.number]
    counter.play.faults.away = True
    with pytest.raises(OutsideUnavailable):
        await counter.client.bill(CHINA.today())


@pytest.fixture
async def elsewhere() -> AsyncIterator[str]:
    """Answers that are no bill: an error, a redirect."""
    app = web.Application()

    async def gone(_: web.Request) -> web.Response:
        return web.Response(status=403)

    async def moved(_: web.Request) -> web.Response:
        raise web.HTTPFound("/gone")

    app.router.add_get("/gone", gone)
    app.router.add_get("/moved", moved)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


@pytest.mark.parametrize("path", ["gone", "moved", None])
async def test_a_bill_that_does_not_come(elsewhere: str, path: str | None) -> None:
    async def address() -> str:
        return f"{elsewhere}{path}" if path else ""

    async with ClientSession() as session:
        with pytest.raises(OutsideUnavailable):
            [line async for line in TradeBill(session, address)]
