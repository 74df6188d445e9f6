"""WeChat Pay's bills of a day: what was paid and given back (交易账单), and what the merchant's account took and gave
(资金账单)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeVar

from bot.errors import OutsideRefused
from bot.money import fen
from integrations.paying.port import BillLine, BillTotals, FundLine
from integrations.wechat_pay.api import SYSTEM
from integrations.wechat_pay.facts import CHINA
from integrations.wechat_pay.table import MOST_BYTES, SWELLS, Body, Given, Reading, Row, rows

AT, CHANNEL, NUMBER, STATE = "交易时间", "微信订单号", "商户订单号", "交易状态"
AMOUNT, REFUNDED, REFUND, CHANNEL_REFUND = "订单金额", "申请退款金额", "商户退款单号", "微信退款单号"
FEE, TITLE, REFUND_STATE = "手续费", "商品名称", "退款状态"
NONE, FAILED = ("", "0"), "FAIL"
"""As the bill says that there is no number of a refund, and that one came to nothing."""
LINES, PAID, GIVEN, FEES = "总交易单数", "订单总金额", "申请退款总金额", "手续费总金额"

BOOKED, BUSINESS, FLOW, KIND, DIRECTION = "记账时间", "微信支付业务单号", "资金流水单号", "业务类型", "收支类型"
MOVED, BALANCE, VOUCHER = "收支金额(元)", "账户结余(元)", "业务凭证号"
FLOWS, INS, IN, OUTS, OUT = "资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额"
INTO = "收入"
ABOUT: dict[str, Literal["paid", "back"]] = {"交易": "paid", "退款": "back"}
T = TypeVar("T")


class TradeBill:
    """Iterate once; `totals` is there afterwards, and tells what the bill itself says, right or not."""

    def __init__(self, response: Body, digest: str, most: int = MOST_BYTES) -> None:
        self._response, self._digest, self._most = response, digest, most
        self.totals: BillTotals | None = None

    @classmethod
    def given(cls, content: bytes) -> TradeBill:
        """One that somebody downloaded; nothing tells whether it is whole but its own sums."""
        return cls(Given(content), "", SWELLS * len(content))

    async def __aiter__(self) -> AsyncIterator[BillLine]:
        reading = Reading(AT, LINES)
        async with aclosing(rows(self._response, self._digest, reading, self._most)) as found:
            async for row in found:
                yield _read(_line_of, row)
        assert reading.sums is not None
        self.totals = _read(_totals, reading.sums)


@dataclass(frozen=True, slots=True)
class FundTotals:
    """What a bill says of its lines, or what its lines amount to; fen, both above zero."""

    ins: int
    into: int
    outs: int
    out: int

    @property
    def lines(self) -> int:
        return self.ins + self.outs


class FundBill:
    """Iterate once. Afterwards `said` is what the bill tells of itself, `counted` what came, and `whole` whether these
    agree: a bill that does not is told to finance, not believed."""

    def __init__(self, response: Body, digest: str) -> None:
        self._response, self._digest = response, digest
        self.said: FundTotals | None = None
        self.counted = FundTotals(0, 0, 0, 0)
        self._lines_said = 0

    @property
    def whole(self) -> bool:
        return self.said == self.counted and self._lines_said == self.counted.lines

    async def __aiter__(self) -> AsyncIterator[FundLine]:
        reading = Reading(BOOKED, FLOWS)
        async with aclosing(rows(self._response, self._digest, reading)) as found:
            async for row in found:
                line = _read(_fund_line_of, row)
                self._count(line)
                yield line
        assert reading.sums is not None
        self.said = _read(_fund_totals, reading.sums)
        self._lines_said = _whole(reading.sums[FLOWS])

    def _count(self, line: FundLine) -> None:
        was, amount = self.counted, line.amount
        if amount >= 0:
            self.counted = FundTotals(was.ins + 1, was.into + amount, was.outs, was.out)
        else:
            self.counted = FundTotals(was.ins, was.into, was.outs + 1, was.out - amount)


def _read(read: Callable[[Row], T], row: Row) -> T:
    """:raises OutsideRefused: a column is missing, or holds what it cannot"""
    try:
        return read(row)
    except (KeyError, ValueError, ArithmeticError) as error:
        raise OutsideRefused("not_a_bill", type(error).__name__, system=SYSTEM) from None


def _line_of(values: Row) -> BillLine:
    back = values[STATE] in ("REFUND", "REVOKED")
    refund = values[REFUND] if back else ""
    return BillLine(
        number=values[NUMBER],
        channel_number=values[CHANNEL],
        amount=fen(values[REFUNDED] if back else values[AMOUNT]),
        at=_moment(values[AT]),
        refund=refund if refund not in NONE or not back else values[NUMBER],
        channel_refund=values[CHANNEL_REFUND] if back else "",
        fee=_fee(values.get(FEE, "0")),
        title=values.get(TITLE, ""),
        state=values.get(REFUND_STATE, "") if back else values[STATE],
        moved=not back or values.get(REFUND_STATE) != FAILED,
    )


def _totals(values: Row) -> BillTotals:
    def money(name: str) -> int | None:
        return fen(_two(values[name])) if name in values else None

    return BillTotals(_whole(values[LINES]), money(PAID), money(GIVEN), money(FEES))


def _fund_line_of(values: Row) -> FundLine:
    amount = fen(values[MOVED])
    return FundLine(
        at=_moment(values[BOOKED]), business=values[BUSINESS], flow=values[FLOW], kind=values[KIND],
        amount=amount if values[DIRECTION] == INTO else -amount, balance=fen(values[BALANCE]),
        voucher=values.get(VOUCHER, ""), about=ABOUT.get(values[KIND], ""),
    )


def _fund_totals(values: Row) -> FundTotals:
    return FundTotals(_whole(values[INS]), fen(_two(values[IN])), _whole(values[OUTS]), fen(_two(values[OUT])))


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)


def _whole(text: str) -> int:
    """A count; some bills write 45.0."""
    return int(Decimal(text))


def _two(yuan: str) -> Decimal:
    """Yuan with more or fewer zeros than two decimals. ValueError where they are not zeros."""
    found = Decimal(yuan).quantize(Decimal("0.01"))
    if found != Decimal(yuan):
        raise ValueError("a fraction of a fen")
    return found


def _fee(yuan: str) -> int:
    """Fees have five decimals, of which three are always zero; they may be below zero."""
    return fen(_two(yuan))
