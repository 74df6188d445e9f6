"""The outside of a conversation in the terminal: what would go to a phone is shown, and nothing leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.context import Contact
from bot.talk.messages import Message
from bot.talk.transcript import texted, written
from integrations.sms.port import SmsReceipt

Show = Callable[[str], None]


class ShownChannels:
    """Every account's channel; everything arrives."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._count = 0

    def of(self, account: str) -> ShownChannels:
        return self

    def cost(self, messages: tuple[Message, ...]) -> int:
        return 1 if messages else 0

    async def say(self, contact: Contact, messages: tuple[Message, ...]) -> None:
        for message in messages:
            self._show(f"^ {written(message)}")

    async def voice(self, contact: Contact, audio: bytes) -> None:
        self._show(f"^ ♪ {len(audio)}")

    async def template(
        self, contact: Contact, kind: str, values: Mapping[str, str], *, url: str = "", once: str = ""
    ) -> str:
        return self._notice(kind, values)

    async def subscription(self, contact: Contact, kind: str, values: Mapping[str, str], *, url: str = "") -> str:
        return self._notice(kind, values)

    def _notice(self, kind: str, values: Mapping[str, str]) -> str:
        self._show(f"^ [{kind}] {' / '.join(values.values())}")
        self._count += 1
        return f"shown-{self._count}"


class ShownSms:
    def __init__(self, show: Show) -> None:
        self._show = show
        self._count = 0

    async def send(self, mobile: str, template: str, params: Mapping[str, str], *, request_id: str) -> SmsReceipt:
        self._show(texted(mobile, template, params))
        self._count += 1
        return SmsReceipt(f"shown-{self._count}")
