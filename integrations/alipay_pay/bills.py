"""Alipay's bill of a day: a zip whose names and texts are GBK, with the lines in one file (or several) and their sums
in another.

The lines' file begins and ends with notes behind "#"; values are padded with tabs; a refund is told by its kind, as its
amount is below zero in one bill and above in another, and so is a fee.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from typing import IO

import aiohttp

from bot.errors import OutsideRefused, OutsideUnavailable
from bot.money import fen
from integrations.alipay_pay.errors import SYSTEM
from integrations.alipay_pay.facts import CHINA
from integrations.paying.port import BillLine, BillTotals

CHANNEL, NUMBER, KIND, TITLE, DONE = "支付宝交易号", "商户订单号", "业务类型", "商品名称", "完成时间"
AMOUNT, REFUND, FEE = "订单金额（元）", "退款批次号/请求号", "服务费（元）"
NEEDED = frozenset({CHANNEL, NUMBER, KIND, DONE, AMOUNT, REFUND})
REFUNDED, SUMS = "退款", "汇总"
SUM = re.compile(r"#(交易|退款)合计：(\d+)笔")
OF_SUM = re.compile(r"共(-?[0-9.]+)元")
MOST_BYTES = 2 * 1024**3
NOT_A_BILL = (ValueError, csv.Error, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError)
"""RuntimeError: what is packed with a password, or in a way that nobody knows."""
SWELLS = 60
"""A bill that somebody brings is at most so many times larger once it is unpacked; true ones some fifteen."""
LONGEST_LINE = 64 * 1024


class TradeBill:
    """Iterate once; `totals` is there afterwards. The zip lies in a file while it is read.

    :param address: asks for where it is
    """

    def __init__(self, session: aiohttp.ClientSession, address: Callable[[], Awaitable[str]]) -> None:
        self._session, self._address = session, address
        self.totals: BillTotals | None = None

    async def __aiter__(self) -> AsyncIterator[BillLine]:
        """:raises OutsideRefused: not a bill. :raises OutsideUnavailable: it did not come"""
        with tempfile.TemporaryFile() as file:
            await self._download(file)
            reading = Reading(file)
            while lines := await asyncio.to_thread(reading.some):
                for line in lines:
                    yield line
            self.totals = reading.totals

    async def _download(self, file: IO[bytes]) -> None:
        size, url = 0, await self._address()
        timeout = aiohttp.ClientTimeout(total=None, connect=10, sock_read=30)
        try:
            async with self._session.get(url, timeout=timeout, allow_redirects=False) as response:
                if response.status != 200:
                    raise OutsideUnavailable(f"http-{response.status}", system=SYSTEM)
                async for piece in response.content.iter_chunked(256 * 1024):
                    size += len(piece)
                    if size > MOST_BYTES:
                        raise OutsideRefused("too-large", system=SYSTEM)
                    await asyncio.to_thread(file.write, piece)
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            raise OutsideUnavailable(f"no answer ({type(error).__name__})", system=SYSTEM) from None


class GivenBill:
    """The same of a zip that somebody downloaded."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.totals: BillTotals | None = None

    async def __aiter__(self) -> AsyncIterator[BillLine]:
        """:raises OutsideRefused: not a bill"""
        reading = Reading(io.BytesIO(self._content), SWELLS * len(self._content))
        while lines := await asyncio.to_thread(reading.some):
            for line in lines:
                yield line
        self.totals = reading.totals


class Reading:
    """Lines out of the zip, some at a time; `most` bytes once it is unpacked, as it says itself, and no more."""

    AT_ONCE = 2000

    def __init__(self, file: IO[bytes], most: int = MOST_BYTES) -> None:
        self._sums: Counter[str] = Counter()
        try:
            self._packed = zipfile.ZipFile(file, metadata_encoding="gbk")
        except NOT_A_BILL:
            raise OutsideRefused("not_a_bill", system=SYSTEM) from None
        if sum(each.file_size for each in self._packed.infolist()) > most:
            raise OutsideRefused("too-large", system=SYSTEM)
        self._names = sorted(name for name in self._packed.namelist() if name.endswith(".csv") and SUMS not in name)
        if not self._names:
            raise OutsideRefused("not_a_bill", system=SYSTEM)
        self._lines = self._all()

    @property
    def totals(self) -> BillTotals | None:
        """What the files that were read say of their sums."""
        return totals_of(self._sums)

    def some(self) -> list[BillLine]:
        """The next ones, none after the last."""
        found: list[BillLine] = []
        try:
            for line in self._lines:
                found.append(line)
                if len(found) == self.AT_ONCE:
                    break
        except NOT_A_BILL:
            raise OutsideRefused("not_a_bill", system=SYSTEM) from None
        return found

    def _all(self) -> Iterator[BillLine]:
        for name in self._names:
            with io.TextIOWrapper(self._packed.open(name), encoding="gb18030", newline="") as text:
                yield from lines_of(text, self._sums)


def lines_of(text: IO[str], sums: Counter[str]) -> Iterator[BillLine]:
    """Of the text of one file; what it says of its sums is added to `sums`.

    :raises ValueError: not a bill
    """
    columns: list[str] = []
    for row in csv.reader(_short_lines(text)):
        if not row:
            continue
        if row[0].startswith("#"):
            said = ",".join(row)
            if found := SUM.match(said):
                # What the merchant got, and what the merchant gave as a discount: together what the orders say.
                amount = sum(abs(fen(each)) for each in OF_SUM.findall(said))
                sums.update({f"{found[1]}笔": int(found[2]), found[1]: amount})
        elif not columns:
            columns = [cell.strip() for cell in row]
            if not NEEDED <= set(columns):
                raise ValueError("columns are missing")
        else:
            yield _line_of(dict(zip(columns, (cell.strip() for cell in row), strict=True)))
    if not columns:
        raise ValueError("no columns")


def _short_lines(text: IO[str]) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise ValueError("a line without an end")
        yield line


def totals_of(sums: Counter[str]) -> BillTotals | None:
    """None where nothing was said."""
    if not sums:
        return None
    return BillTotals(sums["交易笔"] + sums["退款笔"], sums["交易"], sums["退款"], None)


def _line_of(values: dict[str, str]) -> BillLine:
    back = REFUNDED in values[KIND]
    refund = values[REFUND] or values[NUMBER]  # a payment that was taken back has none of its own
    fee = abs(fen(values.get(FEE) or "0"))
    return BillLine(
        number=values[NUMBER],
        channel_number=values[CHANNEL],
        amount=abs(fen(values[AMOUNT])),
        at=datetime.strptime(values[DONE], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA),
        refund=refund if back else "",
        channel_refund=refund if back else "",
        fee=-fee if back else fee,
        title=values.get(TITLE, ""),
        state=values[KIND],
    )
