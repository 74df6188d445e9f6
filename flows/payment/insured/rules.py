"""A claim on the insurance and its states; pure.

asked (being priced) -> offered -> agreed -> claimed -> reversed; refused by the insurance, or ended: given up before it
came to a settlement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ClaimState = Literal["asked", "offered", "agreed", "claimed", "reversed", "refused", "ended"]
ALIVE: tuple[ClaimState, ...] = ("asked", "offered", "agreed", "claimed")
OPEN: tuple[ClaimState, ...] = ("asked", "offered", "agreed")
"""Nothing was settled yet."""
KINDS = ("outpatient", "registration")
"""What the insurance takes from here (2201 to 2207 are of a visit to a clinic). A deposit is no cost yet: what it pays
for is settled when the patient leaves (2304), so the insurance pays nothing of it."""
CONSENT = "2026-11"
"""Version of what is agreed to (templates/payment/h5/insured.html.j2)."""
Verb = Literal["2201", "2202", "2204", "2205", "2207", "2208", "2601"]


def message(number: str, verb: Verb) -> str:
    """The one message by which this is done for a claim; 30 characters."""
    return f"{number}{verb}"


@dataclass(frozen=True, slots=True)
class Wish:
    """Whether an order can be paid with the insurance."""

    kind: str
    known: bool
    """The payer has proved who the person is."""
    state: str = "created"
    claim: str = ""
    """State of the latest claim."""

    @property
    def possible(self) -> bool:
        waits = self.claim in ("", "refused", "ended")
        return self.kind in KINDS and self.known and self.state in ("created", "paying") and waits
