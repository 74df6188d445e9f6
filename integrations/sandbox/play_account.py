"""What the played WeChat knows of one account."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot import clock
from bot.settings import Account
from integrations.sandbox.phones import Phone, Phones, Seat
from integrations.sandbox.refusal import PlayRefusal

TOKEN_LIFE = timedelta(hours=2)
EARLY = timedelta(minutes=5)
"""So long before its end a stable token is replaced, and so long the old one still serves."""


@dataclass
class Qr:
    """A code: its scene and, if temporary, its end."""

    scene: str
    url: str
    until: datetime | None


@dataclass
class Code:
    """An OAuth code: whose, for how long, spent or not."""

    phone: Phone
    scope: str
    until: datetime
    spent: bool = False


@dataclass
class File:
    """`seconds`: how long a voice lasts; 0 where that is not known (AMR)."""

    kind: str
    name: str
    content_type: str
    content: bytes
    until: datetime
    seconds: float = 0


@dataclass
class PlayAccount:
    """``name`` is the account's name in our settings; what stands below it grows as the API is used."""

    name: str
    settings: Account
    phones: Phones
    tokens: dict[str, datetime] = field(default_factory=dict)
    stable: str = ""
    forced: datetime | None = None
    fetches: int = 0
    ticket: tuple[str, datetime] | None = None
    codes: dict[str, Code] = field(default_factory=dict)
    grants: dict[str, Code] = field(default_factory=dict)
    qr: dict[str, Qr] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    menu: list[dict[str, Any]] | None = None
    conditional: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: dict[tuple[str, str], tuple[datetime, int]] = field(default_factory=dict)
    """(openid, client_msg_id) -> when, msgid."""
    _ids: int = 0

    @property
    def app_id(self) -> str:
        return self.settings.app_id

    @property
    def original_id(self) -> str:
        """The gh_ name that stands in callbacks."""
        return "gh_" + hashlib.sha256(self.app_id.encode()).hexdigest()[:12]

    def next_id(self, base: int = 0) -> int:
        """Ids grow, also over restarts, and are beyond 2**53 for messages: a float would lose their ends."""
        self._ids += 1
        return base + int(clock.now().timestamp() * 1000) * 1000 + self._ids

    def stable_token(self, force: bool) -> tuple[str, int]:
        """The token and its life in seconds. Forced at most once in 30 seconds."""
        now = clock.now()
        self.fetches += 1
        if force:
            if self.forced and now - self.forced < timedelta(seconds=30):
                raise PlayRefusal(45011, "api minute-quota reach limit, must slower, retry next minute")
            self.forced = now
        until = self.tokens.get(self.stable)
        if force or until is None or until - now <= EARLY:
            if self.stable and until:
                # A forced one ends the old at once; one that is due leaves it for five minutes more.
                self.tokens[self.stable] = now if force else min(until, now + EARLY)
            self.stable, until = self._new_token(now), now + TOKEN_LIFE
            self.tokens[self.stable] = until
        return self.stable, int((until - now).total_seconds())

    def plain_token(self) -> tuple[str, int]:
        """``/cgi-bin/token``: each fetch makes a new one; all others have five minutes left."""
        now = clock.now()
        self.fetches += 1
        for token in self.tokens:
            if token != self.stable:
                self.tokens[token] = min(self.tokens[token], now + EARLY)
        token = self._new_token(now)
        self.tokens[token] = now + TOKEN_LIFE
        return token, int(TOKEN_LIFE.total_seconds())

    def _new_token(self, now: datetime) -> str:
        self.tokens = {token: until for token, until in self.tokens.items() if until > now - TOKEN_LIFE}
        return f"{secrets.randbelow(90) + 10}_{secrets.token_urlsafe(102)}"

    def check_token(self, token: str) -> None:
        if not token:
            raise PlayRefusal(41001)
        until = self.tokens.get(token)
        if until is None:
            raise PlayRefusal(40001)
        if until <= clock.now():
            raise PlayRefusal(42001)

    def seat(self, openid: Any) -> tuple[Phone, Seat]:
        """Who has this openid here, following or not. PlayRefusal 40003."""
        phone = self.phones.of_openid(self.app_id, openid) if isinstance(openid, str) else None
        if phone is None:
            raise PlayRefusal(40003)
        return phone, phone.seat(self.app_id)
