"""WeChat Pay's bill of a day, line by line: CSV with a byte order mark, every value behind a backtick, a summary at the
end. It comes packed; the digest is of the text. Columns are found by their names, as more are added now and then."""

from __future__ import annotations

import codecs
import hashlib
import zlib
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.errors import OutsideRefused
from bot.money import fen
from integrations.paying.port import BillLine, BillTotals

CHINA = ZoneInfo("Asia/Shanghai")
AT, CHANNEL, NUMBER, STATE = "交易时间", "微信订单号", "商户订单号", "交易状态"
AMOUNT, REFUNDED, REFUND, CHANNEL_REFUND = "订单金额", "申请退款金额", "商户退款单号", "微信退款单号"
FEE, TITLE, REFUND_STATE = "手续费", "商品名称", "退款状态"
LINES, PAID, GIVEN, FEES = "总交易单数", "订单总金额", "申请退款总金额", "手续费总金额"


class Body(Protocol):
    """What `aiohttp.ClientResponse` is to us."""

    status: int

    def close(self) -> None: ...


class TradeBill:
    """Iterate once; `totals` is there afterwards. Its memory is that of a line."""

    def __init__(self, response: Body, digest: str) -> None:
        self._response, self._digest = response, digest
        self.totals: BillTotals | None = None

    async def __aiter__(self) -> AsyncIterator[BillLine]:
        """:raises OutsideRefused: cut short, changed on the way, or not a bill"""
        reading = Reading()
        sha = hashlib.sha1(usedforsecurity=False)
        try:
            if self._response.status != 200:
                raise OutsideRefused(f"http-{self._response.status}", system="wechat_pay")
            async for text in _unpacked(self._response, sha):
                for line in reading.feed(text):
                    yield line
            for line in reading.end():
                yield line
        finally:
            self._response.close()
        if self._digest and sha.hexdigest() != self._digest.lower():
            raise OutsideRefused("bill_changed_on_the_way", system="wechat_pay")
        self.totals = reading.totals
        if self.totals is None:
            raise OutsideRefused("bill_cut_short", system="wechat_pay")


class Reading:
    """Lines out of pieces of text. Pure."""

    def __init__(self) -> None:
        self._rest = ""
        self._columns: list[str] = []
        self._summary: list[str] = []
        self.totals: BillTotals | None = None

    def feed(self, text: str) -> Iterator[BillLine]:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            yield from self._line(line)

    def end(self) -> Iterator[BillLine]:
        if self._rest.strip():
            yield from self._line(self._rest)

    def _line(self, text: str) -> Iterator[BillLine]:
        text = text.strip("\r\ufeff")
        if not text:
            return
        if not text.startswith("`"):
            columns = text.split(",")
            if columns[0] == LINES:
                self._summary = columns
            elif AT in columns and NUMBER in columns:
                self._columns = columns
            else:
                raise OutsideRefused("not_a_bill", system="wechat_pay")
            return
        # A title may hold a comma: what separates is a comma before a backtick.
        values = text[1:].split(",`")
        if self._summary:
            self.totals = _totals(dict(zip(self._summary, values, strict=False)))
        elif self._columns:
            yield _line_of(dict(zip(self._columns, values, strict=True)))
        else:
            raise OutsideRefused("not_a_bill", system="wechat_pay")


def _line_of(values: dict[str, str]) -> BillLine:
    back = values[STATE] in ("REFUND", "REVOKED")
    return BillLine(
        number=values[NUMBER],
        channel_number=values[CHANNEL],
        amount=fen(values[REFUNDED] if back else values[AMOUNT]),
        at=datetime.strptime(values[AT], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA),
        refund=values[REFUND] if back else "",
        channel_refund=values[CHANNEL_REFUND] if back else "",
        fee=_fee(values.get(FEE, "0")),
        title=values.get(TITLE, ""),
        state=values.get(REFUND_STATE, "") if back else values[STATE],
    )


def _totals(values: dict[str, str]) -> BillTotals:
    def money(name: str) -> int | None:
        return fen(values[name]) if name in values else None

    return BillTotals(int(Decimal(values[LINES])), money(PAID), money(GIVEN), money(FEES))


def _fee(yuan: str) -> int:
    """Fees have five decimals, of which three are always zero."""
    return int((Decimal(yuan) * 100).to_integral_exact())


async def _unpacked(response: Body, sha: hashlib._Hash) -> AsyncIterator[str]:
    content = response.content  # type: ignore[attr-defined]
    packed, decode = zlib.decompressobj(wbits=31), codecs.getincrementaldecoder("utf-8")()
    first = True
    plain = False
    async for piece in content.iter_chunked(64 * 1024):
        if first:
            first, plain = False, not piece.startswith(b"\x1f\x8b")
        text = piece if plain else packed.decompress(piece)
        sha.update(text)
        yield decode.decode(text)
    rest = b"" if plain else packed.flush()
    sha.update(rest)
    yield decode.decode(rest, final=True)

