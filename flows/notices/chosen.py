"""A push that a worker holds: what `choice` decides, `delivery` sends and `outcome` writes down."""

from __future__ import annotations

from dataclasses import dataclass

from bot.context import Contact
from flows.notices.kinds import PushKind
from flows.notices.words import Words


@dataclass(frozen=True, slots=True)
class Chosen:
    """`way` is how it goes now, `mobile` the number for a text message, `attempts` counts this try as well."""

    id: int
    public_id: str
    kind: PushKind
    contact: Contact
    words: Words
    way: str
    mobile: str
    attempts: int
