"""What stands between the address that Alipay calls and the keys of its merchants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from integrations.paying.port import Back, Standing


@dataclass(frozen=True, slots=True)
class Notice:
    """`id` is the same when it is sent again. `said` is None where it tells nothing that may be acted upon."""

    id: str
    event: str
    said: Standing | Back | None


class AlipayPayGate(Protocol):
    def open(self, body: bytes) -> Notice:
        """:raises BadInput: forged, malformed, of an unknown key, or for another app or seller"""
        ...


class AlipayPayGates(Protocol):
    """Name of a merchant in the settings -> its gate. Nothing of it ever calls anybody."""

    def __getitem__(self, name: str) -> AlipayPayGate:
        """:raises LookupError: no such merchant is set"""
        ...
