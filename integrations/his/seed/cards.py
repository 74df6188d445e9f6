"""The money on the seed's cards: two of five patients have put some on theirs, the first one in any case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

FIRST = 50_000  # fen


def balances(patients: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(patient's key, fen) each, always the same ones. People put whole hundreds on a card, and spend uneven sums."""
    lot = Random("the cards of 清梧市人民医院")
    for n, patient in enumerate(patients):
        has, put, spent = lot.random() < 0.4, lot.choice((100, 200, 200, 300, 500, 1000)), lot.random()
        if n == 0:
            yield patient, FIRST
        elif has:
            yield patient, put * 100 - round(put * spent) * 100 + lot.choice((0, 0, 50, 80))
