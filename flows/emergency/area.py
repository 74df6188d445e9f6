"""Heard first, whatever the conversation is about."""

from __future__ import annotations

from bot.talk.area import Area
from flows.emergency import rules

TEMPLATES = {"emergency": "emergency/chat/emergency", "self_harm": "emergency/chat/self_harm"}


def alarm(text: str) -> str | None:
    found = rules.alarm(text)
    return TEMPLATES[found] if found else None


AREA = Area(name="emergency", title="急救提示", alarm=alarm)
