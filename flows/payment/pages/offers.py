"""Which ways of paying work where a page is open; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from flows.payment.combined import App
from integrations.paying.port import PayChannel, Way

CARD, INSURANCE, COMMERCIAL = "card", "insurance", "commercial"


@dataclass(frozen=True, slots=True)
class Offer:
    """`way` "elsewhere": this app opens no page of that channel, so the order's code is shown instead; "insured": the
    insurance is asked for its part first; "covered": a commercial one."""

    account: str
    channel: str
    way: Way | Literal["elsewhere", "insured", "covered"]

    @property
    def key(self) -> str:
        """What the form says."""
        return f"{self.account}:{self.way}"


def offers(
    app: App, home: str, channels: Sequence[PayChannel], *, card: bool, insured: bool = False, covered: bool = False
) -> list[Offer]:
    """The usual first, one for each channel.

    :param app: which app has opened the page
    :param home: the channel by which the contact is known: inside its app they are the payer
    :param card: whether there is a record whose card can pay
    :param insured: whether the insurance can be asked
    :param covered: whether a commercial one can
    """
    found: dict[str, Offer] = {}
    if insured:
        found[INSURANCE] = Offer(INSURANCE, INSURANCE, "insured")
    if covered:
        found[COMMERCIAL] = Offer(COMMERCIAL, COMMERCIAL, "covered")
    for channel in channels:
        way = _way(app, home, channel, card=card)
        if way:
            found.setdefault(channel.channel, Offer(channel.name, channel.channel, way))
    return list(found.values())


def within(found: Sequence[Offer], amount: int, ceiling: int) -> list[Offer]:
    """Those that can carry so much: above the ceiling an insurer may still leave less."""
    return [each for each in found if amount <= ceiling or each.way in ("insured", "covered")]


def _way(app: App, home: str, channel: PayChannel, *, card: bool) -> Way | Literal["elsewhere", ""]:
    if channel.channel == CARD:
        return "account" if card and "account" in channel.ways else ""
    if channel.channel == home and app in (home, "browser") and "inside" in channel.ways:
        return "inside"
    if "page" not in channel.ways:
        return ""
    return "page" if app in (channel.channel, "browser") else "elsewhere"
