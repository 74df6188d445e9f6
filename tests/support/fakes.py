"""The outside as a transcript needs it: it records what reached whom, and can be told to refuse."""

from __future__ import annotations

from collections.abc import Mapping

from bot.context import Contact
from bot.talk.channel import WindowClosed
from bot.talk.messages import Message
from integrations.sms.port import SmsReceipt


class RecordingChannels:
    """Every account's channel: (external id, message) in order of arrival."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.templates: list[tuple[str, str, dict[str, str]]] = []
        self.closed = False

    def of(self, account: str) -> RecordingChannels:
        return self

    async def say(self, contact: Contact, messages: tuple[Message, ...]) -> None:
        if self.closed:
            raise WindowClosed("45015", "out of the window")
        self.sent.extend((contact.external_id, message) for message in messages)


class RecordingSms:
    """(mobile, template, params), in order."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, dict[str, str]]] = []

    async def send(self, mobile: str, template: str, params: Mapping[str, str], *, request_id: str) -> SmsReceipt:
        self.sent.append((mobile, template, dict(params)))
        return SmsReceipt(request_id, f"sms-{len(self.sent)}")
