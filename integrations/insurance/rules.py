"""By what the embedded insurer pays; pure. Much simpler than a region's rules, and of the same kind: what the catalogue
does not have is borne alone, of some of it a tenth first, then the year's deductible; of the rest the fund pays a
share, and what remains inside the catalogue comes from the insured's own account while it lasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from integrations.his.charges import Item
from integrations.insurance.port import Scheme, Split

INSURED = 0.85
"""Of people with an identity card."""
DEDUCTIBLE: dict[Scheme, int] = {"employee": 20_000, "resident": 10_000}
PERCENT: dict[Scheme, int] = {"employee": 70, "resident": 50}
BALANCES = (0, 2_500, 12_000, 60_000, 250_000)
FIRST_OWN: dict[str, int] = {
    "西药费": 0, "检验费": 0, "治疗费": 0, "挂号费": 0, "诊察费": 0, "中成药费": 10, "检查费": 10,
}
"""Percent that is borne alone of what the catalogue has; what is not listed it does not have."""


@dataclass(frozen=True, slots=True)
class Member:
    """`borne`: of this year's deductible, so far."""

    scheme: Scheme
    balance: int
    borne: int


def member_of(document: str) -> Member | None:
    """How somebody is insured when the insurer first hears of them; always the same."""
    lot = Random(f"insured {document}")
    if lot.random() >= INSURED:
        return None
    scheme: Literal["employee", "resident"] = "employee" if lot.random() < 0.7 else "resident"
    borne = lot.choice((0, DEDUCTIBLE[scheme] // 2, DEDUCTIBLE[scheme], DEDUCTIBLE[scheme]))
    return Member(scheme, lot.choice(BALANCES) if scheme == "employee" else 0, borne)


def split_of(member: Member, items: Sequence[Item]) -> tuple[Split, int]:
    """Who pays what, and how much of the deductible it uses up."""
    whole = sum(item.amount for item in items)
    listed = [item for item in items if item.category in FIRST_OWN]
    inside = sum(item.amount for item in listed)
    eligible = sum(item.amount - item.amount * FIRST_OWN[item.category] // 100 for item in listed)
    bore = min(eligible, max(0, DEDUCTIBLE[member.scheme] - member.borne))
    fund = (eligible - bore) * PERCENT[member.scheme] // 100
    personal = min(member.balance, inside - fund)
    return Split(fund, personal, whole - fund - personal), bore
