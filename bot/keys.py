"""Keys: personal data is sealed before it reaches the database, with keys that are not in it.

::

    secret_key (setting) --HKDF--> master key --wraps--> data keys   AES-256-GCM, rotated; seal and open
                                                   \\--> index key   HMAC-SHA256, never rotated; finds sealed values

The wrapped keys stand in a table (``bot.db.keys_store``), so every process has the same ones; without the secret they
are noise. A sealed value is ``version(1) | key id(4) | nonce(12) | ciphertext and tag(n+16)`` and is bound to its
place: it opens only under the ``about`` ("table.column") it was sealed for, so nobody can move a value between rows
of different meaning. NIST SP 800-38D allows 2**32 values with random nonces for one key: rotate long before.
"""

from __future__ import annotations

import hmac
import os
import secrets
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot import clock
from bot.errors import KeysError, SettingsError

Purpose = Literal["data", "index"]

VERSION = 1
HEADER = struct.Struct(">BI")
NONCE = 12
OVERHEAD = HEADER.size + NONCE + 16
"""Bytes a sealed value is longer than its UTF-8 text."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """One row of the key table. ``master`` is the fingerprint of the master key that wraps it (16 hex digits);
    ``active_from`` the moment from which new values are sealed with it, late enough for every process to know it."""

    id: int
    purpose: Purpose
    generation: int
    master: str
    wrapped: bytes = field(repr=False)
    active_from: datetime


def derived(secret: str, purpose: str, length: int = 32) -> bytes:
    """A key of its own for each purpose, from a master secret (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=b"daoyi " + purpose.encode()).derive(
        secret.encode()
    )


def fingerprint(secret: str) -> str:
    """Tells master secrets apart without telling anything about them; 16 hex digits."""
    return derived(secret, "fingerprint", 8).hex()


def new_wrapped(purpose: Purpose, secret: str, generation: int = 1, active_from: datetime | None = None) -> WrappedKey:
    """A new random key, wrapped by ``secret``; active at once unless told otherwise."""
    return _wrap(os.urandom(32), secrets.randbits(31) or 1, purpose, generation, secret, active_from or clock.now())


def rewrapped(row: WrappedKey, master_secrets: Sequence[str]) -> WrappedKey:
    """The same key under the current (first) master secret; ``row`` itself where it already is."""
    if row.master == fingerprint(master_secrets[0]):
        return row
    plain = _unwrap(row, master_secrets)
    return _wrap(plain, row.id, row.purpose, row.generation, master_secrets[0], row.active_from)


class KeyRing:
    """All keys of the installation, opened. Immutable but for a pending data key, which takes over at its moment."""

    def __init__(self, data: Iterable[tuple[WrappedKey, bytes]], index: bytes) -> None:
        ordered = sorted(data, key=lambda pair: pair[0].generation)
        self._ciphers = {row.id: AESGCM(plain) for row, plain in ordered}
        self._index = index
        moment = clock.now()
        self._pending = [row for row, _ in ordered if row.active_from > moment]
        active = [row for row, _ in ordered if row.active_from <= moment]
        if not active:
            # Only a clock behind the other machines' gets here; the oldest key is known to all of them.
            active, self._pending = [self._pending[0]], self._pending[1:]
        self._use(active[-1])

    @classmethod
    def from_wrapped(cls, master_secrets: Sequence[str], rows: Iterable[WrappedKey]) -> KeyRing:
        """Open the rows of the key table.

        :param master_secrets: ``settings.secret_keys``, the current one first
        :raises SettingsError: where a key was wrapped by none of them; starting anyway would write values that
            nobody else can read
        """
        data: list[tuple[WrappedKey, bytes]] = []
        index: bytes | None = None
        for row in rows:
            plain = _unwrap(row, master_secrets)
            if row.purpose == "index":
                index = plain
            else:
                data.append((row, plain))
        if index is None or not data:
            raise KeysError("the key table lacks a data key or the index key")
        return cls(data, index)

    @property
    def current_id(self) -> int:
        """Id of the data key that new values are sealed with."""
        self._promote()
        return self._current_id

    def seal(self, text: str, about: str) -> bytes:
        """Encrypt ``text`` for the place ``about`` ("table.column"); ``OVERHEAD`` bytes longer than its UTF-8."""
        if self._pending:
            self._promote()
        nonce = os.urandom(NONCE)
        return self._header + nonce + self._current.encrypt(nonce, text.encode(), self._header + about.encode())

    def open(self, blob: bytes, about: str) -> str:
        """The text that was sealed for ``about``.

        :raises KeysError: forged, cut short, sealed for another place, or its key is not in the ring
        """
        try:
            version, key_id = HEADER.unpack_from(blob)
        except struct.error:
            raise KeysError("not a sealed value", about) from None
        cipher = self._ciphers.get(key_id)
        if version != VERSION or cipher is None:
            raise KeysError(f"sealed with an unknown key {key_id}", about)
        head = HEADER.size
        try:
            plain = cipher.decrypt(blob[head : head + NONCE], blob[head + NONCE :], blob[:head] + about.encode())
        except (InvalidTag, ValueError):
            raise KeysError("forged, damaged or moved from another place", about) from None
        return plain.decode()

    def hash(self, text: str, about: str) -> bytes:
        """32 bytes that are the same for the same ``text`` at the same ``about``: to find what is sealed.

        The caller normalises (capital X, no spaces, +86 away) before, or equal things are not found.
        """
        return hmac.digest(self._index, about.encode() + b"\0" + text.encode(), "sha256")

    def is_current(self, blob: bytes) -> bool:
        """Whether ``blob`` is sealed with the current data key."""
        return bytes(blob[: HEADER.size]) == HEADER.pack(VERSION, self.current_id)

    def _use(self, row: WrappedKey) -> None:
        self._current_id, self._current = row.id, self._ciphers[row.id]
        self._header = HEADER.pack(VERSION, row.id)

    def _promote(self) -> None:
        while self._pending and self._pending[0].active_from <= clock.now():
            self._use(self._pending.pop(0))


def _wrap(
    plain: bytes, key_id: int, purpose: Purpose, generation: int, secret: str, active_from: datetime
) -> WrappedKey:
    nonce = os.urandom(NONCE)
    sealed = AESGCM(derived(secret, "master")).encrypt(nonce, plain, _place(key_id, purpose))
    return WrappedKey(key_id, purpose, generation, fingerprint(secret), nonce + sealed, active_from)


def _unwrap(row: WrappedKey, master_secrets: Sequence[str]) -> bytes:
    for secret in master_secrets:
        if fingerprint(secret) != row.master:
            continue
        try:
            master = AESGCM(derived(secret, "master"))
            return master.decrypt(row.wrapped[:NONCE], row.wrapped[NONCE:], _place(row.id, row.purpose))
        except InvalidTag:
            raise KeysError(f"key {row.id} of the key table is damaged") from None
    raise SettingsError(
        f"DAOYI_SECRET_KEY (secret_key): expected the secret that the keys of this database are wrapped with "
        f"(fingerprint {row.master}); to change it, write the new one, a comma, the old one, "
        "then run `daoyi keys rewrap`"
    )


def _place(key_id: int, purpose: Purpose) -> bytes:
    return f"{purpose}:{key_id}".encode()


_installed: KeyRing | None = None


def install(ring: KeyRing) -> None:
    """Use ``ring`` in this process from now on; a reload installs the next one over it."""
    global _installed
    _installed = ring


def installed() -> bool:
    """Whether ``ring()`` has something to give."""
    return _installed is not None


def ring() -> KeyRing:
    """The installed ring.

    :raises KeysError: where the composition root (or a test) has not installed one
    """
    if _installed is None:
        raise KeysError("no key ring is installed: call bot.db.keys_store.load at start, or keys.install in a test")
    return _installed
