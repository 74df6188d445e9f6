"""Money is an int of fen everywhere inside; yuan are only for reading and for other systems."""

from __future__ import annotations

import re
from decimal import Decimal

_YUAN = re.compile(r"[+-]?\d{1,12}(\.\d{1,2})?")


def yuan(amount: int) -> str:
    """Fen as yuan with two decimals and nothing else: 2500 -> "25.00", -5 -> "-0.05"."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise TypeError("an amount is an int of fen")
    whole, rest = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:02d}"


def fen(amount: str | Decimal | int) -> int:
    """Yuan as another system writes them ("25.00", "25", Decimal) in fen.

    ValueError for anything else, a third decimal included: rounding somebody's money is not ours to do. A float raises
    TypeError, because 0.29 * 100 is 28.999999.
    """
    if isinstance(amount, bool) or not isinstance(amount, str | Decimal | int):
        raise TypeError("yuan come as text, Decimal or int")
    text = str(amount).strip()
    # ASCII alone: \d would take digits of every script.
    if not text.isascii() or not _YUAN.fullmatch(text):
        raise ValueError("not an amount in yuan")
    return int(Decimal(text) * 100)
