"""What stands between the address that WeChat Pay calls and the keys of its merchants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from integrations.paying.port import Back, Standing


@dataclass(frozen=True, slots=True)
class Notice:
    """`id` is the same when it is sent again; `said` is empty for an event that says nothing of money, and holds more
    than one where several orders were paid together."""

    id: str
    event: str
    said: tuple[Standing | Back, ...]


class WeChatPayGate(Protocol):
    def open(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """:raises BadInput: forged, stale, malformed, of an unknown key, or for another merchant or app"""
        ...


class WeChatPayGates(Protocol):
    """Name of a merchant in the settings -> its gate. Nothing of it ever calls anybody."""

    def __getitem__(self, name: str) -> WeChatPayGate:
        """:raises LookupError: no such merchant is set"""
        ...
