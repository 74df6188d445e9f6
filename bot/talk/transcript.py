"""How a conversation is written down to be read: one line a message. Tests play what is written so (tests/support).

``> words`` of the contact, ``>> scan doctor:D12`` what else they did, ``< words`` the answer, ``^ words`` what we sent
of our own accord, ``sms …`` a text message. Inside a line ` / ` stands for a new line of the text; ` | ` comes before
each option, ` ~ ` before the hint, ` @ ` before a link.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.talk.messages import Message

ACTS = {"scan": "scene", "subscribe": "scene", "click": "key"}
"""Kind of event -> which of its data a transcript has."""


def written(message: Message) -> str:
    """One message as one line."""
    parts = [" / ".join(line.strip() for line in message.text.split("\n") if line.strip())]
    parts += [f"| {number} {label}" for number, label in message.options]
    if message.hint:
        parts.append("~ " + message.hint.replace("\n", " / "))
    parts += [f"@ {title}" for title, _ in message.links]
    return " ".join(part for part in parts if part)


def heard(kind: str, text: str, data: Mapping[str, Any]) -> str:
    """What came from the contact, as one line."""
    if kind == "text":
        return "> " + " / ".join(text.split("\n"))
    rest = text if kind == "voice" else str(data.get(ACTS.get(kind, ""), ""))
    return f">> {kind} {rest}".rstrip()


def texted(mobile: str, template: str, params: Mapping[str, str]) -> str:
    """A text message as one line."""
    return " ".join(["sms   ", mobile, template, *params.values()])
