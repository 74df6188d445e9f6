"""What Daoyi asks of a payment channel (WeChat Pay, Alipay, a hospital card), and the shapes of the answers.

Numbers: `number` is ours for one payment (at most 32 of 0-9A-Za-z), `refund` ours for one refund; a channel sees each
once for all. The same number with the same facts is the same payment or refund and never a second one; that is what
makes it safe to say anything again. Money is whole fen of CNY; moments are aware.

Errors of every verb: `OutsideUnavailable` (certainly not done), `OutsideUnknown` (commands only: perhaps done; ask
`standing` or `refund_standing`, never assume), `OutsideRefused` (a final no; codes of `REFUSALS` where one fits).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol, runtime_checkable

Way = Literal["inside", "page", "code", "scanned", "account"]
"""How the payer pays: inside the channel's own app (JSAPI, tradePay), on a page of a phone's browser (H5, wap), by a
code that is shown to them (Native, precreate), by a code of theirs that is scanned (付款码), from an account."""

State = Literal["absent", "unpaid", "paying", "paid", "closed", "failed"]
"""absent: the channel has never heard of the number. paying: the payer is typing a password. closed and failed are
final: nothing can come any more. A payment of which all or part went back is still `paid`."""

RefundState = Literal["absent", "processing", "back", "closed", "stuck"]
"""closed: nothing moved, final. stuck: the money cannot go back by itself (account closed); staff must look."""

REFUSALS = ("number_reused", "already_paid", "already_closed", "not_enough", "too_late", "payer_refused", "not_set_up")
"""Codes of `OutsideRefused` that mean the same at every channel; what fits none stays the channel's own."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One payment to be asked for. `title` is what the payer reads on the bill (it must not tell what for, where the
    clinic is discreet); `payer` is the contact's id at the channel, for `inside`; `address` the payer's IP, for `page`;
    `code` what was scanned, for `scanned`."""

    number: str
    amount: int
    title: str
    expires: datetime
    way: Way
    payer: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    back_to: str = ""
    """The page that the payer comes back to, for `page`."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the payer's phone or the screen needs. `inside`: the signed parameters that are handed to the app as they
    are. `page`: where the browser goes. `code`: what the QR code says. All are useless after `until`."""

    way: Way
    until: datetime
    inside: Mapping[str, str] = field(default_factory=dict, repr=False)
    address: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a payment stands at the channel. All but `state` is told only where it is `paid`."""

    number: str
    state: State
    amount: int = 0
    channel_number: str = ""
    """The channel's own number of the payment, which stands on its bill."""
    payer: str = field(default="", repr=False)
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """How a refund stands at the channel. `amount` and `channel_refund` are told once it knows of it."""

    refund: str
    state: RefundState
    amount: int = 0
    channel_refund: str = ""
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of the channel's bill of a day: a payment (`refund` empty) or a refund. `amount` is never negative;
    `fee` is what the channel kept, negative where it gave some back. `refund` is the payment's own number where the
    payment itself was taken back (`PayChannel.reverse`)."""

    number: str
    channel_number: str
    amount: int
    at: datetime
    refund: str = ""
    channel_refund: str = ""
    fee: int = 0
    title: str = ""
    state: str = ""
    moved: bool = True
    """False: it stands on the bill and in its sums, and no money moved by it (a refund that failed)."""


@dataclass(frozen=True, slots=True)
class BillTotals:
    """What the bill itself says of its lines; None where it says nothing."""

    lines: int | None
    paid: int | None
    refunded: int | None
    fee: int | None


class Bill(Protocol):
    """A day's bill while it is read: lines one after the other, in bounded memory, the totals after the last."""

    totals: BillTotals | None

    def __aiter__(self) -> AsyncIterator[BillLine]: ...


class PayChannel(Protocol):
    """One merchant account at one channel. Implementations pass `tests/integrations/paying/contract.py`."""

    name: str
    """As the settings call the account; it stands in ledger and orders."""
    channel: str
    """wechat, alipay, card."""
    ways: Sequence[Way]

    async def ask_for(self, asking: Asking) -> Sheet:
        """Make the payment known. Said again with the same facts it gives a sheet again.

        `scanned` tries to take the money at once and gives an empty sheet; how it ended is asked with `standing`.
        Refused: `number_reused` (other facts before), `already_paid`, `already_closed`, `payer_refused`, `not_set_up`.
        """
        ...

    async def standing(self, number: str) -> Standing: ...

    async def close(self, number: str) -> None:
        """Nothing can be paid any more; done already is the same. A payment may land before it: ask `standing` after.
        Refused: `already_paid`."""
        ...

    async def reverse(self, number: str) -> None:
        """End a `scanned` payment whatever became of it: unpaid is closed, paid goes back. Safe to say again."""
        ...

    async def refund(self, number: str, refund: str, *, amount: int, of: int, why: str) -> Back:
        """Give `amount` of a payment of `of` back. The same `refund` again is the same refund.

        Refused: `not_enough` (the merchant's balance, or more than was paid), `too_late`, `number_reused`.
        """
        ...

    async def refund_standing(self, number: str, refund: str) -> Back: ...

    async def bill(self, day: date) -> Bill | None:
        """The bill of one day of the channel's clock (China), or None while there is none yet."""
        ...

    async def check(self) -> Sequence[str]:
        """Try keys and certificates against the channel; one slug for each thing that is wrong, none where all is
        well."""
        ...


@runtime_checkable
class ReadsBills(Protocol):
    """A channel whose bills can also be fetched by hand from its own pages."""

    name: str

    def bill_in(self, content: bytes) -> Bill:
        """A bill as it was downloaded there. Reading it raises OutsideRefused where it is none."""
        ...


@dataclass(frozen=True, slots=True)
class FundLine:
    """Money into the merchant's account, or (`amount` below zero) out of it; `kind` is the channel's own word, `about`
    what of ours it is: a payment, a refund, or (fees, payouts) neither. `business` is the channel's number of the
    payment or refund, `voucher` that of the movement's paper."""

    at: datetime
    business: str
    flow: str
    kind: str
    amount: int
    balance: int
    voucher: str
    about: Literal["paid", "back", ""] = ""


class Funds(Protocol):
    """A day's fund-flow bill while it is read: lines one after the other, in bounded memory."""

    @property
    def whole(self) -> bool:
        """After the last line: whether the bill says the same of its lines as they do."""
        ...

    def __aiter__(self) -> AsyncIterator[FundLine]: ...


@runtime_checkable
class TellsFunds(Protocol):
    """A channel that tells what its merchant's account took and gave on a day, fees and payouts included."""

    name: str

    async def fund_bill(self, day: date) -> Funds | None:
        """None while there is none, or of a day on which nothing moved. Reading it raises OutsideRefused where it is
        no bill."""
        ...


class PayChannels(Protocol):
    """The merchant accounts of this installation."""

    def __getitem__(self, name: str) -> PayChannel:
        """:raises LookupError: no such account is set"""
        ...

    def offered(self, account: str) -> Sequence[PayChannel]:
        """Where the contacts of this official account can pay, the usual one first."""
        ...
