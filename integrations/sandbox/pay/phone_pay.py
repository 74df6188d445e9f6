"""Paying on a phone of the sandbox: what its payment sheet shows, and what the patient does with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from aiohttp import web

from bot.errors import BadInput
from integrations.sandbox.phones import Phone

Outcome = Literal["paid", "over"]


@dataclass(frozen=True, slots=True)
class Shown:
    """`handle` is what the sheet is paid by; `amount` in fen; `back` an address to go to afterwards."""

    channel: str
    handle: str
    amount: int
    title: str
    payee: str
    back: str = ""


class PhoneChannel(Protocol):
    """A played channel as a phone has it."""

    def look(self, given: Mapping[str, Any], phone: Phone) -> Shown:
        """:raises BadInput: forged, for somebody else, over, or nothing of this channel's"""
        ...

    def pay(self, handle: str, phone: Phone) -> Outcome:
        """The password was typed."""
        ...

    def code(self, phone: Phone) -> str:
        """A code that the phone shows to be scanned."""
        ...

    def finish_refunds(self) -> None:
        """What is on its way back arrives."""
        ...


CHANNELS: web.AppKey[dict[str, PhoneChannel]] = web.AppKey("phone_channels", dict)


def look(channels: Mapping[str, PhoneChannel], given: Mapping[str, Any], phone: Phone) -> dict[str, Any]:
    """The sheet for what a page, a code or a browser asks for; the channel is told, or whose code it is.

    :raises BadInput: nobody knows it
    """
    wanted = str(given.get("channel", ""))
    found = {wanted: channels[wanted]} if wanted in channels else {} if wanted else channels
    reason = "unknown_code"
    for channel in found.values():
        try:
            return asdict(channel.look(given, phone))
        except BadInput as bad:
            reason = bad.reason
            if reason != "unknown_code":
                break
    raise BadInput(reason)
