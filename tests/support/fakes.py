"""The outside as a transcript needs it: it records what reached whom, and can be told to refuse."""

from __future__ import annotations

from collections.abc import Mapping

from bot.context import Contact
from bot.errors import OutsideError
from bot.talk.channel import WindowClosed
from bot.talk.messages import Message
from integrations.sms.port import SmsReceipt
from integrations.speech.port import Clip


class RecordingChannels:
    """Every account's channel. `sent`: (external id, message) in order of arrival; `templates` and `subscriptions`:
    (external id, kind, values); `onces` the ids given along. `closed` shuts the window; `errors` are raised, one a
    call, before anything else; a template with an id that was given before is not shown again, as WeChat has it.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.templates: list[tuple[str, str, dict[str, str]]] = []
        self.subscriptions: list[tuple[str, str, dict[str, str]]] = []
        self.onces: list[str] = []
        self.closed = False
        self.errors: list[OutsideError] = []

    def of(self, account: str) -> RecordingChannels:
        return self

    def cost(self, messages: tuple[Message, ...]) -> int:
        return 1 if messages else 0

    async def say(self, contact: Contact, messages: tuple[Message, ...]) -> None:
        self._fail()
        if self.closed:
            raise WindowClosed("45015", "out of the window")
        self.sent.extend((contact.external_id, message) for message in messages)

    async def voice(self, contact: Contact, audio: bytes) -> None:
        self._fail()
        if self.closed:
            raise WindowClosed("45015", "out of the window")
        self.sent.append((contact.external_id, Message(f"(语音 {audio.decode()})")))

    async def template(
        self, contact: Contact, kind: str, values: Mapping[str, str], *, url: str = "", once: str = ""
    ) -> str:
        self._fail()
        if once and once in self.onces:
            return f"template-{self.onces.index(once) + 1}"
        self.onces.append(once)
        self.templates.append((contact.external_id, kind, dict(values)))
        return f"template-{len(self.onces)}"

    async def subscription(self, contact: Contact, kind: str, values: Mapping[str, str], *, url: str = "") -> str:
        self._fail()
        self.subscriptions.append((contact.external_id, kind, dict(values)))
        return f"subscription-{len(self.subscriptions)}"

    def _fail(self) -> None:
        if self.errors:
            raise self.errors.pop(0)


class PlayedSpeech:
    """A voice whose sound is its words. `errors` are raised, one a clip."""

    def __init__(self, most: int = 140) -> None:
        self.most = most
        self.said: list[str] = []
        self.errors: list[OutsideError] = []

    async def speak(self, text: str) -> Clip:
        assert 0 < len(text) <= self.most, text
        if self.errors:
            raise self.errors.pop(0)
        self.said.append(text)
        return Clip(text.replace("\n", " / ").encode(), len(text) / 4)


class RecordingSms:
    """(mobile, template, params), in order."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, dict[str, str]]] = []

    async def send(self, mobile: str, template: str, params: Mapping[str, str], *, request_id: str) -> SmsReceipt:
        self.sent.append((mobile, template, dict(params)))
        return SmsReceipt(f"sms-{len(self.sent)}")
