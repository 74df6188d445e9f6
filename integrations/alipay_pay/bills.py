"""Alipay's bill of a day: a zip whose names and texts are GBK, with the lines in one file and their sums in another.

The lines' file begins and ends with notes behind "#"; values are padded with tabs; a refund is told by its kind, as its
amount is below zero in one bill and above in another.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import IO
from zoneinfo import ZoneInfo

import aiohttp

from bot.errors import OutsideRefused, OutsideUnavailable
from bot.money import fen
from integrations.paying.port import BillLine, BillTotals

CHINA = ZoneInfo("Asia/Shanghai")
CHANNEL, NUMBER, KIND, TITLE, DONE = "支付宝交易号", "商户订单号", "业务类型", "商品名称", "完成时间"
AMOUNT, REFUND, FEE = "订单金额（元）", "退款批次号/请求号", "服务费（元）"
REFUNDED, DETAIL = "退款", "业务明细"
SUM = re.compile(r"#(交易|退款)合计：(\d+)笔，[^0-9-]*(-?[0-9.]+)元")
MOST_BYTES = 2 * 1024**3


class TradeBill:
    """Iterate once; `totals` is there afterwards. The zip lies in a file while it is read."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url
        self.totals: BillTotals | None = None

    async def __aiter__(self) -> AsyncIterator[BillLine]:
        """:raises OutsideRefused: not a bill. :raises OutsideUnavailable: it did not come; its address lasts 30 s"""
        with tempfile.TemporaryFile() as file:
            await self._download(file)
            reading = Reading(file)
            while lines := await asyncio.to_thread(reading.some):
                for line in lines:
                    yield line
            self.totals = reading.totals

    async def _download(self, file: IO[bytes]) -> None:
        size = 0
        timeout = aiohttp.ClientTimeout(total=None, connect=10, sock_read=30)
        try:
            async with self._session.get(self._url, timeout=timeout, allow_redirects=False) as response:
                if response.status != 200:
                    raise OutsideUnavailable(f"http-{response.status}", system="alipay_pay")
                async for piece in response.content.iter_chunked(256 * 1024):
                    size += len(piece)
                    if size > MOST_BYTES:
                        raise OutsideRefused("too-large", system="alipay_pay")
                    await asyncio.to_thread(file.write, piece)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise OutsideUnavailable(f"no answer ({type(error).__name__})", system="alipay_pay") from None


class Reading:
    """Lines out of the zip, some at a time."""

    AT_ONCE = 2000

    def __init__(self, file: IO[bytes]) -> None:
        try:
            packed = zipfile.ZipFile(file, metadata_encoding="gbk")
        except zipfile.BadZipFile:
            raise OutsideRefused("not_a_bill", system="alipay_pay") from None
        names = [name for name in packed.namelist() if name.endswith(".csv") and "汇总" not in name]
        if len(names) != 1:
            raise OutsideRefused("not_a_bill", system="alipay_pay")
        self.totals: BillTotals | None = None
        self._lines = lines_of(io.TextIOWrapper(packed.open(names[0]), encoding="gb18030", newline=""), self)

    def some(self) -> list[BillLine]:
        found: list[BillLine] = []
        for line in self._lines:
            found.append(line)
            if len(found) == self.AT_ONCE:
                break
        return found


def lines_of(text: IO[str], reading: Reading | None = None) -> Iterator[BillLine]:
    """Of the text of the lines' file; what it says of its sums goes into `reading.totals`."""
    columns: list[str] = []
    counts: dict[str, tuple[int, int]] = {}
    for row in csv.reader(text):
        if not row:
            continue
        if row[0].startswith("#"):
            if found := SUM.match("，".join(row)):
                counts[found[1]] = (int(found[2]), abs(fen(found[3])))
        elif not columns:
            columns = [cell.strip() for cell in row]
            if CHANNEL not in columns or KIND not in columns:
                raise OutsideRefused("not_a_bill", system="alipay_pay")
        else:
            yield _line_of(dict(zip(columns, (cell.strip() for cell in row), strict=True)))
    if not columns:
        raise OutsideRefused("not_a_bill", system="alipay_pay")
    if reading is not None and counts:
        paid, back = counts.get("交易", (0, 0)), counts.get("退款", (0, 0))
        reading.totals = BillTotals(paid[0] + back[0], paid[1], back[1], None)


def _line_of(values: dict[str, str]) -> BillLine:
    back = values[KIND] == REFUNDED
    return BillLine(
        number=values[NUMBER],
        channel_number=values[CHANNEL],
        amount=abs(fen(values[AMOUNT])),
        at=datetime.strptime(values[DONE], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA),
        refund=values.get(REFUND, "") if back else "",
        channel_refund=values.get(REFUND, "") if back else "",
        fee=abs(fen(values.get(FEE) or "0")),
        title=values.get(TITLE, ""),
        state=values[KIND],
    )
