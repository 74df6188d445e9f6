"""How a message that we start reaches a contact on the channel of their account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.context import Contact
from bot.errors import OutsideRefused
from bot.talk.messages import Message


class WindowClosed(OutsideRefused):
    """The channel lets us say nothing more to this contact now: the message must go another way."""


class Channel(Protocol):
    """One account on a channel. What sends raises OutsideUnavailable, OutsideUnknown or OutsideRefused."""

    def cost(self, messages: tuple[Message, ...]) -> int:
        """How many of the messages that the contact may still be sent `say` would use."""

    async def say(self, contact: Contact, messages: tuple[Message, ...]) -> None:
        """Send a conversation's words, in order, as few messages as the channel's limits allow.

        :raises WindowClosed: the contact did nothing for too long, or was sent as much as is allowed
        """

    async def template(
        self, contact: Contact, kind: str, values: Mapping[str, str], *, url: str = "", once: str = ""
    ) -> str:
        """Send the account's template for this kind of push; the channel's id of the message, "" where it gives none.

        `values` are by the template's keywords. `once` (up to 64 characters) keeps the channel from sending it twice.
        """

    async def subscription(self, contact: Contact, kind: str, values: Mapping[str, str], *, url: str = "") -> str:
        """The same by the subscription template, for which the contact must have given permission."""


    async def voice(self, contact: Contact, audio: bytes) -> None:
        """Send a voice message: MP3 of less than a minute and less than two megabytes.

        :raises WindowClosed: as of `say`; OutsideUnavailable: it was certainly not sent
        """


class Narrator(Protocol):
    """The hospital's voice, as far as a conversation has to know of it; in the ports where there is one."""

    @property
    def most(self) -> int:
        """Characters that it reads at once."""


class Channels(Protocol):
    """Account name -> its channel."""

    def of(self, account: str) -> Channel:
        """:raises OutsideRefused: there is no such account any more"""
