"""The reach ledger: how many messages a contact may still be sent on their channel, and until when.

What a contact does opens windows (WeChat: 5 messages in 48 hours after a message, 3 in a minute after a menu click, a
scan or following). The table is a setting, because the platform changes it. Kept as small JSON beside the
conversation, so that every turn can note it without another statement: {"message": [left, until as epoch seconds]}.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.packing import pack, unpack

WINDOW_OF = {
    **dict.fromkeys(("text", "voice", "image", "video", "location", "link", "miniprogram"), "message"),
    "click": "menu",
    "scan": "scan",
    "subscribe": "follow",
}


def opened(raw: str, kind: str, now: datetime, windows: Mapping[str, tuple[int, int]]) -> str:
    """The ledger after an event of `kind`; `windows` gives (messages, seconds) by window."""
    window = WINDOW_OF.get(kind)
    if window is None or window not in windows:
        return raw
    ledger = _alive(raw, now)
    count, seconds = windows[window]
    ledger[window] = [count, int(now.timestamp()) + seconds]
    return pack(ledger)


def left(raw: str, now: datetime) -> int:
    """How many messages may be sent at this moment."""
    return sum(count for count, _ in _alive(raw, now).values())


def taken(raw: str, now: datetime) -> str | None:
    """The ledger after one message, from the window that closes first; None when no message may be sent."""
    ledger = _alive(raw, now)
    open_ones = [(until, name) for name, (count, until) in ledger.items() if count > 0]
    if not open_ones:
        return None
    ledger[min(open_ones)[1]][0] -= 1
    return pack(ledger)


def closed(raw: str) -> str:
    """The channel said that its window is shut: believe it rather than our own count."""
    return "{}"


def _alive(raw: str, now: datetime) -> dict[str, list[int]]:
    moment = now.timestamp()
    return {name: entry for name, entry in unpack(raw or "{}").items() if entry[1] > moment}
