"""Bills as WeChat Pay gives them out: read line by line, and believed only as far as their own sums agree."""

from __future__ import annotations

import gzip
import hashlib
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import OutsideRefused
from integrations.paying.port import BillLine
from integrations.sandbox.pay.purse import CHINA
from integrations.wechat_pay.bills import FundBill, TradeBill
from tests.integrations.wechat_pay.counter import Counter, asking, open_counter

FIXTURES = Path(__file__).parent / "fixtures"
TRADES = (FIXTURES / "tradebill__all.csv").read_bytes()
FUNDS = (FIXTURES / "fundflowbill__wrong_count.csv").read_bytes()


class Response:
    """A body in pieces, as it comes over the line."""

    def __init__(self, pieces: Sequence[bytes] | AsyncIterator[bytes], status: int = 200) -> None:
        self.status, self.closed, self._pieces = status, False, pieces

    @property
    def content(self) -> Response:
        return self

    async def iter_chunked(self, n: int) -> AsyncIterator[bytes]:
        if isinstance(self._pieces, Sequence):
            for piece in self._pieces:
                yield piece
        else:
            async for piece in self._pieces:
                yield piece

    def close(self) -> None:
        self.closed = True


def sha(text: bytes) -> str:
    return hashlib.sha1(text, usedforsecurity=False).hexdigest()


def pieces(content: bytes, size: int) -> list[bytes]:
    return [content[at:at + size] for at in range(0, len(content), size)]


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("packed", [True, False])
async def test_the_platforms_own_example(size: int, packed: bool) -> None:
    body = Response(pieces(gzip.compress(TRADES) if packed else TRADES, size))
    bill = TradeBill(body, sha(TRADES).upper())
    lines = [line async for line in bill]
    paid, back = [each for each in lines if not each.refund], [each for each in lines if each.refund]
    assert (len(paid), len(back)) == (31, 14)
    assert bill.totals is not None
    assert bill.totals.lines == len(lines) == 45
    assert bill.totals.paid == sum(each.amount for each in paid) == 47
    assert bill.totals.refunded == sum(each.amount for each in back) == 14
    assert bill.totals.fee == sum(each.fee for each in lines) == 8
    assert len({(each.number, each.refund) for each in lines}) == 45 and body.closed
    assert all(each.at.utcoffset() == timedelta(hours=8) for each in lines)


async def test_a_bill_whose_sums_are_wrong_says_so() -> None:
    bill = FundBill(Response([gzip.compress(FUNDS)]), sha(FUNDS))
    lines = [line async for line in bill]
    assert [(each.amount, each.balance, each.kind) for each in lines] == [(-1, 22, "退款"), (-1, 21, "退款")]
    assert not bill.whole and bill.said is not None
    assert (bill.said.lines, bill.counted.lines) == (3, 2)
    assert (bill.said.outs, bill.said.out, bill.counted.out) == (2, 2, 2)


@pytest.mark.parametrize(("text", "digest", "code"), [
    (TRADES, sha(TRADES + b"x"), "bill_changed_on_the_way"),
    (TRADES.rpartition("总交易单数".encode())[0], "", "bill_cut_short"),
    (b"<html>503</html>", "", "not_a_bill"), (b"", "", "bill_cut_short"), (b"\xff\xfe", "", "not_a_bill"),
    (TRADES.replace(b"`0.01", b"`0.0001"), "", "not_a_bill"), (TRADES.replace(b",`JSAPI", b"", 1), "", "not_a_bill"),
    (b"\x1f\x8bno", "", "not_a_bill"), (b"x" * 200_000, "", "not_a_bill"),
])
async def test_what_is_no_bill_is_not_believed(text: bytes, digest: str, code: str) -> None:
    body = Response(pieces(text, 1000))
    with pytest.raises(OutsideRefused, match=code):
        [line async for line in TradeBill(body, digest)]
    assert body.closed


async def test_no_more_is_held_than_a_piece() -> None:
    head, _, rest = TRADES.partition(b"\r\n")
    row, sums = rest.partition(b"\r\n")[0], TRADES[TRADES.rindex("总交易单数".encode()):]
    packer = zlib.compressobj(wbits=31)

    async def coming() -> AsyncIterator[bytes]:
        yield packer.compress(head + b"\r\n")
        for _ in range(50):
            yield packer.compress((row + b"\r\n") * 100)
        yield packer.compress(sums) + packer.flush()

    tracemalloc.start()
    try:
        count = 0
        async for _ in TradeBill(Response(coming()), ""):
            count += 1
        assert count == 5000 and tracemalloc.get_traced_memory()[1] < len(row) * count / 2
    finally:
        tracemalloc.stop()


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with open_counter() as made:
        yield made


async def test_both_bills_of_a_day(counter: Counter) -> None:
    yesterday = CHINA.today() - timedelta(days=1)
    assert await counter.client.fund_bill(yesterday) is None
    for amount in (1, 60000):
        wanted = asking(amount, title="挂号费,普通号")
        await counter.client.ask_for(wanted)
        counter.pay(wanted.number)
    await counter.client.refund(wanted.number, "r" * 32, amount=100, of=60000, why="cancelled")
    for trade in counter.play.purse.trades.values():
        assert trade.paid_at
        trade.paid_at -= timedelta(days=1)
        for back in trade.refunds.values():
            back.asked_at -= timedelta(days=1)
    funds, trades = await counter.client.fund_bill(yesterday), await counter.client.bill(yesterday)
    assert funds is not None and trades is not None
    assert [line.amount async for line in funds] == [1, 60000, -100] and funds.whole
    lines: list[BillLine] = [line async for line in trades]
    assert [(each.amount, bool(each.refund)) for each in lines] == [(1, False), (60000, False), (100, True)]
    assert {each.title for each in lines} == {"挂号费,普通号"}
    counter.play.purse.conduct.short = True
    short = await counter.client.bill(yesterday)
    assert short is not None and len([line async for line in short]) == 2
