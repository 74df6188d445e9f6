"""One code for both: it says an address of ours, and whichever app opens it is led to its own way of paying.

The address carries the order's public id and nothing of whom or what it is for; who opens it may be anybody's family,
so a page there shows the amount and the bill's title alone, and takes the payer's id from the app's own sign-in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from integrations.paying.port import PayChannel, Way

App = Literal["wechat", "alipay", "browser"]
ADDRESS = "/h5/payment/code/{order}"
MARKS: tuple[tuple[str, App], ...] = (("alipayclient/", "alipay"), ("micromessenger/", "wechat"))
"""What the apps' own browsers put into their User-Agent."""
WAYS: dict[App, tuple[Way, ...]] = {"wechat": ("inside",), "alipay": ("inside", "page"), "browser": ("page",)}
"""How a channel can be paid where this app has opened the page, the best first. WeChat opens no other app's page, nor
its own for browsers (H5); Alipay opens its page for phones also within itself, where nobody is known by id."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`known`: the payer has to be known by the channel's id first, so the app's sign-in comes before."""

    account: str
    channel: str
    way: Way
    known: bool


def address(base_url: str, order: str) -> str:
    """What the code says. `order` is the order's public id."""
    return base_url.rstrip("/") + ADDRESS.format(order=order)


def seen_by(user_agent: str) -> App:
    """Which app has opened the address. It decides what is offered and no more: who lies gets what does not work."""
    said = user_agent.lower()
    return next((app for mark, app in MARKS if mark in said), "browser")


def choices(app: App, channels: Sequence[PayChannel], signed_in: Sequence[str]) -> tuple[Choice, ...]:
    """How it can be paid there, the best first: one where the app is a channel's own, else one for each channel.

    :param channels: merchants, the usual first
    :param signed_in: channels whose sign-in this installation has; without it nobody is known inside that app
    """
    found: dict[str, Choice] = {}
    for channel in channels:
        if app != "browser" and channel.channel != app:
            continue
        for way in WAYS[app]:
            if way not in channel.ways or (way == "inside" and channel.channel not in signed_in):
                continue
            found.setdefault(channel.channel, Choice(channel.name, channel.channel, way, way == "inside"))
    return tuple(found.values())
