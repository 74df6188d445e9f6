"""Virtual patients' phones: who they are on each account, what they sent and what reached them."""

from __future__ import annotations

import asyncio
import hashlib
import tomllib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import clock
from integrations.sandbox.offstage import is_offstage
from integrations.sandbox.windows import Windows

SEED = Path(__file__).with_name("phones.toml")
HISTORY = 2000
"""So many entries are kept for each phone."""


@dataclass(frozen=True)
class Entry:
    """One thing on a phone's screen.

    ``way``: ``sent`` (by the patient), ``passive`` (answer to it), ``customer``, ``template``, ``subscription``,
    ``sms``, ``sms_sent``, ``fault`` (WeChat says that the account is broken), ``event`` (scan, tap, following ...).
    ``account`` is the account's name, "" for text messages. ``content`` depends on way and its ``type``.
    """

    id: int
    at: datetime
    way: str
    account: str
    content: dict[str, Any]

    def json(self) -> dict[str, Any]:
        return {"id": self.id, "at": self.at.isoformat(), "way": self.way, "account": self.account, **self.content}


@dataclass
class Seat:
    """A phone on one account: its openid there, whether it follows, and what it may be sent."""

    openid: str
    following: bool = False
    since: datetime | None = None
    scene: str = ""
    tags: set[int] = field(default_factory=set)
    windows: Windows = field(default_factory=Windows)
    allowed: dict[str, int] = field(default_factory=dict)
    """Subscription template id -> how many may be sent; -1 without limit (long-term)."""


class Phone:
    """One patient's phone, ``number`` 1 and up. ``snapshot``: it opens pages in snapshot mode, as a virtual account."""

    def __init__(self, number: int, nickname: str, mobile: str) -> None:
        self.number, self.nickname, self.mobile = number, nickname, mobile
        self.snapshot = False
        self.entries: list[Entry] = []
        self._last = 0
        self._seats: dict[str, Seat] = {}
        self._listeners: set[asyncio.Queue[Entry | None]] = set()

    def seat(self, app_id: str) -> Seat:
        """This phone on an account; made on first sight, always with the same openid."""
        if app_id not in self._seats:
            self._seats[app_id] = Seat(openid_of(app_id, self.number))
        return self._seats[app_id]

    def receive(self, way: str, account: str, content: dict[str, Any]) -> Entry:
        """Put something on the screen and tell everybody who watches."""
        self._last += 1
        entry = Entry(self._last, clock.now(), way, account, content)
        self.entries.append(entry)
        del self.entries[:-HISTORY]
        for listener in self._listeners:
            listener.put_nowait(entry)
        return entry

    def after(self, entry_id: int) -> list[Entry]:
        return [entry for entry in self.entries if entry.id > entry_id]

    def watch(self) -> asyncio.Queue[Entry | None]:
        """A queue of all that arrives from now on, None when the sandbox ends; give it back with ``unwatch``."""
        queue: asyncio.Queue[Entry | None] = asyncio.Queue()
        self._listeners.add(queue)
        return queue

    def unwatch(self, queue: asyncio.Queue[Entry | None]) -> None:
        self._listeners.discard(queue)

    def switch_off(self) -> None:
        """Tell everybody who watches that nothing more will come: an open stream would hold up the stop."""
        for listener in self._listeners:
            listener.put_nowait(None)

    def json(self, app_ids: dict[str, str]) -> dict[str, Any]:
        """``app_ids``: account name -> app id."""
        seats = {name: self.seat(app_id) for name, app_id in app_ids.items()}
        return {"number": self.number, "nickname": self.nickname, "mobile": self.mobile, "snapshot": self.snapshot,
                "accounts": {name: {"openid": seat.openid, "following": seat.following}
                             for name, seat in seats.items()}}


class Phones:
    """All phones; a text message to a number that is nobody's arrives at the phone that did something last. What is
    sent to people offstage is taken, as a true phone would, and shown to nobody."""

    def __init__(self, seed: Path | None = SEED) -> None:
        self._phones: dict[int, Phone] = {}
        raw = tomllib.loads(seed.read_text("utf-8")) if seed else {}
        self.fault = str(raw.get("platform", {}).get("fault", ""))
        for entry in raw.get("phone", ()):
            self.add(entry["nickname"], entry["mobile"])
        self.last: Phone | None = None

    def add(self, nickname: str = "", mobile: str = "") -> Phone:
        number = max(self._phones, default=0) + 1
        phone = Phone(number, nickname or str(number), mobile or f"138{number:08d}")
        self._phones[number] = phone
        return phone

    def __getitem__(self, number: int) -> Phone:
        return self._phones[number]

    def __contains__(self, number: object) -> bool:
        return number in self._phones

    def __iter__(self) -> Iterator[Phone]:
        return iter(self._phones.values())

    def of_openid(self, app_id: str, openid: str) -> Phone | None:
        if is_offstage(openid):
            return _offstage(app_id, openid)
        return next((phone for phone in self if phone.seat(app_id).openid == openid), None)

    def of_mobile(self, mobile: str) -> Phone | None:
        owner = next((phone for phone in self if phone.mobile == mobile), None)
        if owner is None and is_offstage(mobile):
            return Phone(0, "", mobile)
        return owner or self.last or next(iter(self), None)


def _offstage(app_id: str, openid: str) -> Phone:
    """A phone that follows the account; it is thrown away with what it was sent."""
    phone = Phone(0, "", "")
    seat = phone.seat(app_id)
    seat.openid, seat.following = openid, True
    return phone


def openid_of(app_id: str, number: int) -> str:
    """28 characters that begin with o, as WeChat's; the same after a restart, so that the database knows them."""
    digest = hashlib.sha256(f"{app_id}/{number}".encode()).digest()
    return "o" + urlsafe_b64encode(digest).decode()[:27]
