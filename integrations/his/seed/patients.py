"""The seed's patients: two thousand people who are nobody. Region codes are of no prefecture that exists, phone numbers
of no prefix that was ever given out, so that none of them is anybody's by chance; both pass every check of form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from bot.documents import Sex, checksum
from integrations.his.port import NewPatient
from integrations.his.seed import book

COUNT = 2000
AS_OF = date(2026, 11, 1)
"""Ages are counted to this day; nobody is born after it."""
REGIONS = ("361702", "361703", "361721", "361722", "361723", "361724")
PHONES = ("160", "161", "163", "164", "168")


def patients(count: int = COUNT) -> Iterator[NewPatient]:
    """The first `count` patients, always the same ones, ages 0 to 95. A third of the children and some of the very old
    have no phone."""
    lot = Random("the patients of 清梧市人民医院")
    seen: set[str] = set()
    while len(seen) < count:
        sex: Sex = lot.choice(("male", "female"))
        birth_date = AS_OF - timedelta(days=int(_age(lot) * 365.25))
        number = resident_number(lot.choice(REGIONS), birth_date, lot.randrange(1000), sex)
        name, phone = _name(lot, sex, birth_date.year), _phone(lot, birth_date)
        if number not in seen:
            seen.add(number)
            yield NewPatient(name, sex, birth_date, "resident", number, phone)


def resident_number(region: str, birth_date: date, order: int, sex: Sex) -> str:
    """Eighteen characters. `order` (0 to 999) is made odd for men and even for women."""
    body = f"{region}{birth_date:%Y%m%d}{order | 1 if sex == 'male' else order & ~1:03d}"
    return body + checksum(body)


def _age(lot: Random) -> float:
    """Years. A hospital sees the young and the old more often than a street does."""
    low, high = lot.choices(((0, 3), (3, 14), (14, 30), (30, 50), (50, 70), (70, 95.9)), (9, 14, 14, 23, 25, 15))[0]
    return lot.uniform(low, high)


def _name(lot: Random, sex: Sex, born: int) -> str:
    material = book.names()
    if lot.random() < 0.008:
        return lot.choice(material[f"whole_{sex}"])
    surname = lot.choice(material["compound"]) if lot.random() < 0.01 else lot.choice(material["surnames"])
    era: dict[str, Any] = next(each for each in material["era"] if born <= each["until"])
    # Two-character names were the fashion of the seventies to the nineties.
    letters = 1 if lot.random() < (0.35 if 1965 <= born < 2000 else 0.12) else 2
    return surname + "".join(lot.sample(era[sex], letters))


def _phone(lot: Random, birth_date: date) -> str | None:
    age = (AS_OF - birth_date).days / 365.25
    without = 0.33 if age < 14 else 0.08 if age > 80 else 0.0
    number = f"{lot.choice(PHONES)}{lot.randrange(10**8):08d}"
    return None if lot.random() < without else number
