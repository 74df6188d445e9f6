"""Heard first, whatever the conversation is about."""

from __future__ import annotations

from bot.talk.area import Area
from flows.emergency import rules


def alarm(text: str) -> str | None:
    """The template for this kind of danger: what to do until help is there differs."""
    found = rules.alarm(text)
    return f"emergency/chat/{found}" if found else None


AREA = Area(name="emergency", title="急救提示", alarm=alarm)
