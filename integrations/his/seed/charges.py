"""Bills of the made-up hospital: whom it charged for what. Drawn from what the bill is for, so always the same."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from integrations.his.charges import BillKind, Item
from integrations.his.seed import book

SHARE = 0.3
"""Of the patients who owe something when the hospital is filled."""
DEPOSITS = (100_000, 200_000, 300_000, 500_000)


@dataclass(frozen=True, slots=True)
class Charged:
    kind: BillKind
    patient: int
    clinic: str
    doctor: str | None
    made_at: datetime
    items: tuple[Item, ...]


@cache
def words() -> dict[str, Any]:
    return tomllib.loads((book.FOLDER / "charges.toml").read_text(encoding="utf-8"))


def bills(patients: Sequence[int], doctors: Sequence[tuple[str, str]], now: datetime) -> Iterator[Charged]:
    """What is owed when the hospital is filled; the first patient owes in any case. `doctors`: (clinic, name)."""
    for n, patient in enumerate(patients):
        lot = Random(f"bill of {n}")
        for _ in range(max(1, lot.randint(1, 2)) if n == 0 or lot.random() < SHARE else 0):
            clinic, doctor = lot.choice(doctors)
            made = now - timedelta(hours=lot.randint(2, 70))
            yield Charged("outpatient", patient, clinic, doctor, made, items(lot))
        if n % 40 == 0:
            clinic, _ = lot.choice(doctors)
            yield Charged("deposit", patient, clinic, None, now - timedelta(hours=lot.randint(2, 20)), (deposit(lot),))


def items(lot: Random) -> tuple[Item, ...]:
    """What a doctor orders in one visit."""
    found = []
    for row in lot.sample(words()["item"], lot.randint(1, 5)):
        times = lot.choice(row["times"])
        found.append(Item(row["name"], row["category"], f"{times} {row['unit']}", row["price"], row["price"] * times))
    return tuple(found)


def deposit(lot: Random) -> Item:
    amount = lot.choice(DEPOSITS)
    return Item(words()["deposit"], words()["deposit"], "1", amount, amount)


def fees(registration: int, consultation: int) -> tuple[Item, ...]:
    """The lines of a registration's fee; what costs nothing is left out."""
    named = words()["fees"]
    both = ((named["registration"], registration), (named["consultation"], consultation))
    return tuple(Item(name, name, "1", amount, amount) for name, amount in both if amount)
