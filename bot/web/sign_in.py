"""What the pages ask of a channel to learn who has opened them. The channels' clients stand in `integrations`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who came back from a channel's sign-in. ``snapshot``: a virtual user of WeChat's snapshot page, with whom
    nothing may be done."""

    channel: str
    external_id: str = field(repr=False)
    snapshot: bool = False


class SignIn(Protocol):
    """The sign-in of one account."""

    def url(self, redirect: str, state: str) -> str:
        """Where to send the browser; it comes back to ``redirect`` with ``code`` and ``state``.

        :param state: letters and digits, at most 128
        """
        ...

    async def visitor(self, code: str) -> Visitor:
        """Redeem a code. ``OutsideRefused``: it is wrong, used or old; other ``OutsideError``: try again."""
        ...


class SignIns(Protocol):
    """The sign-ins of all accounts whose channel has one."""

    def of(self, account: str) -> SignIn | None: ...
