"""What comes in and what goes out, the same for every channel."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from bot import clock
from bot.packing import pack, unpack


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event from a channel.

    `source` and `external_id` together name it once for all (`wechat:main` and the MsgId, say). `contact` is the
    address on the channel (openid). `kind` is one of text, voice, image, video, location, link, miniprogram;
    subscribe, unsubscribe, scan, click, view, position, delivery, subscription, kf, notice, other. `text` is what was
    said in words, recognised voice included; `data` holds the rest by kind (`scene`, `key`, `media_id` ...).
    """

    source: str
    external_id: str
    channel: str
    account: str
    contact: str = field(repr=False)
    kind: str
    text: str = field(default="", repr=False)
    data: dict[str, Any] = field(default_factory=dict, repr=False)
    sent_at: datetime = field(default_factory=clock.now)

    def dump(self) -> str:
        """As JSON, for the inbox and for a turn that must be done again later."""
        return pack(asdict(self) | {"sent_at": self.sent_at.isoformat()})

    @classmethod
    def load(cls, raw: str) -> Inbound:
        fields = unpack(raw)
        return cls(**fields | {"sent_at": datetime.fromisoformat(fields["sent_at"])})


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said: text, then numbered options, then a hint, then links to pages that do the same.

    `options` are (number, label) as shown; a channel with buttons or tappable text makes them so.
    """

    text: str
    options: tuple[tuple[int, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a turn answers; nothing at all is a proper answer to some events."""

    messages: tuple[Message, ...] = ()
    duplicate: bool = False

    def dump(self) -> str:
        return dump_messages(self.messages)

    @classmethod
    def load(cls, raw: str, *, duplicate: bool = False) -> Answer:
        return cls(load_messages(raw), duplicate)


def dump_messages(messages: tuple[Message, ...]) -> str:
    return pack([[m.text, m.options, m.links, m.hint] for m in messages])


def load_messages(raw: str) -> tuple[Message, ...]:
    return tuple(
        Message(text, tuple((n, label) for n, label in options), tuple((t, u) for t, u in links), hint)
        for text, options, links, hint in unpack(raw)
    )
