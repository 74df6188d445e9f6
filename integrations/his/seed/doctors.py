"""The seed's doctors: the names stand in the clinics' files, the rest is drawn by lot, the same for the same doctor."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any, cast

from integrations.his.port import Doctor
from integrations.his.seed import book


@cache
def doctors() -> tuple[Doctor, ...]:
    """Every doctor, by number. A number is that of the clinic and the place in its list."""
    made = []
    for plan in book.clinics():
        for place, (name, sex, title, education) in enumerate(plan.staff, start=1):
            number = f"{plan.clinic.code}{place}"
            lot = Random(f"doctor {number} {name}")
            skills = _skills(lot, plan.skills)
            made.append(
                Doctor(
                    code=f"D{number}",
                    number=number,
                    name=name,
                    sex=cast(Any, sex),
                    title=title,
                    education=education,
                    specialties=skills,
                    intro=_intro(lot, plan.clinic.name, title, skills),
                    clinics=(plan.clinic.code, *_visits(number)),
                    photo=None,
                )
            )
    return tuple(made)


def _visits(number: str) -> list[str]:
    return [plan.clinic.code for plan in book.clinics() if number in plan.visiting]


def _skills(lot: Random, pool: tuple[str, ...]) -> tuple[str, ...]:
    """Three to six of the clinic's, in the clinic's order."""
    chosen = lot.sample(range(len(pool)), min(len(pool), lot.randint(3, 6)))
    return tuple(pool[place] for place in sorted(chosen))


def _intro(lot: Random, field: str, title: str, skills: tuple[str, ...]) -> str:
    least, most = book.hospital()["years"][title]
    first, second = lot.sample(skills, 2)
    work = lot.choice(book.intros()["work"])
    return work.format(field=field, years=lot.randint(least, most), a=first, b=second) + lot.choice(
        book.intros()[title]
    )
