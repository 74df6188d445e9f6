"""When WeChat lets an account write to somebody: the windows of customer-service messages.

Source: the table of https://developers.weixin.qq.com/doc/service/guide/product/message/
(five in 48 hours after a message, three in a minute after a tap, a scan, following).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

RULES = {
    "message": (5, timedelta(hours=48)),
    "menu": (3, timedelta(minutes=1)),
    "follow": (3, timedelta(minutes=1)),
    "scan": (3, timedelta(minutes=1)),
}


@dataclass
class _Window:
    left: int
    until: datetime


class Windows:
    """The windows of one contact on one account."""

    def __init__(self) -> None:
        self._open: dict[str, _Window] = {}

    def opened(self, kind: str, now: datetime) -> None:
        """The contact did something of ``kind`` (a name in ``RULES``): its allowance begins anew."""
        count, length = RULES[kind]
        self._open[kind] = _Window(count, now + length)

    def close(self) -> None:
        self._open.clear()

    def take(self, now: datetime) -> int:
        """Use one message, of the window that ends first. The errcode: 0, 45015 (none open), 45047 (all used)."""
        alive = [window for window in self._open.values() if window.until > now]
        usable = [window for window in alive if window.left > 0]
        if usable:
            min(usable, key=lambda window: window.until).left -= 1
        return 0 if usable else 45047 if alive else 45015

    def left(self, now: datetime) -> int:
        return sum(window.left for window in self._open.values() if window.until > now)
