"""By what the embedded commercial insurers pay; pure. Much simpler than real terms, and of the same kind: a share of
each category, of the part that was claimed, after the year's deductible and up to the year's limit."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

from integrations.commercial.port import Way
from integrations.his.charges import Item


@dataclass(frozen=True, slots=True)
class Product:
    """As products.toml has it."""

    code: str
    name: str
    share: float
    ways: tuple[Way, ...]
    deductible: int
    limit: int
    review: int
    papers: int
    percent: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one insurer sells."""

    title: str
    products: tuple[Product, ...]

    def product(self, code: str) -> Product:
        return next(each for each in self.products if each.code == code)


@cache
def shelves() -> Mapping[str, Shelf]:
    """By the name under which the settings choose one."""
    told = tomllib.loads(files("integrations.commercial").joinpath("products.toml").read_text("utf-8"))
    return {
        name: Shelf(each["title"], tuple(Product(**row | {"ways": tuple(row["ways"])}) for row in each["products"]))
        for name, each in told.items()
    }


def bought(insurer: str, shelf: Shelf, document: str) -> list[Product]:
    """What somebody has with an insurer; always the same."""
    return [
        each for each in shelf.products if Random(f"{insurer} {each.code} {document}").random() < each.share
    ]


@dataclass(frozen=True, slots=True)
class Judged:
    """`bore`: how much of the deductible it uses up. `reason` where nothing is paid."""

    pays: int
    bore: int
    reason: str = ""


def judge(
    product: Product, *, deductible: int, left: int, items: Sequence[Item], bill: int, amount: int
) -> Judged:
    """What is paid of `amount`, which is what of the whole bill was claimed."""
    eligible = sum(item.amount * product.percent.get(item.category, 0) // 100 for item in items)
    # Of every item the public insurance has left the same share.
    eligible = eligible * amount // bill if bill else 0
    if not eligible:
        return Judged(0, 0, "not_covered")
    bore = min(deductible, eligible)
    pays = min(eligible - bore, left, amount)
    if pays:
        return Judged(pays, bore)
    return Judged(0, 0, "used_up" if left <= 0 else "below_deductible")
