"""How a message that we start reaches a contact on the channel of their account."""

from __future__ import annotations

from typing import Protocol

from bot.context import Contact
from bot.errors import OutsideRefused
from bot.talk.messages import Message


class WindowClosed(OutsideRefused):
    """The channel lets us say nothing more to this contact now: the message must go another way."""


class Channel(Protocol):
    """One account on a channel."""

    async def say(self, contact: Contact, messages: tuple[Message, ...]) -> None:
        """Send a conversation's words, in order, as few messages as the channel's limits allow.

        :raises WindowClosed: the contact did nothing for too long, or was sent as much as is allowed
        :raises OutsideUnavailable, OutsideUnknown, OutsideRefused: see bot.errors
        """


class Channels(Protocol):
    """Account name -> its channel."""

    def of(self, account: str) -> Channel: ...
