"""What is said about a hand-over. Names in them are personal: templates mask them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Standing = Literal["own", "open", "linked", "asked", "given", "refused", "expired", "used"]
"""How a hand-over stands for who opens it: their own, theirs to take, of a person they look after already, waiting for
the giver, given, refused, over, or taken by somebody else."""
Verdict = Literal["given", "full", "over"]
"""What became of the giver's yes: done; the taker may not look after one more; nothing is asked any more."""


@dataclass(frozen=True, slots=True)
class Given:
    """A fresh hand-over. `code` is told once and kept only as a keyed hash."""

    public_id: str
    code: str = field(repr=False)
    hours: int


@dataclass(frozen=True, slots=True)
class Opened:
    """`name` is "" where whoever opens it has no business with it."""

    public_id: str
    standing: Standing
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the giver is asked: who (name, last four of the phone that they proved) wants to help `person`, who is the
    taker's `relation`."""

    public_id: str
    person: str = field(repr=False)
    who: str = field(repr=False)
    tail: str = field(repr=False)
    relation: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who helps by hand-over, under its public id. Name and tail are "" where they are known no more."""

    public_id: str
    who: str = field(repr=False)
    tail: str = field(repr=False)
