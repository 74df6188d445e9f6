"""Sealing, opening, hashing; what an attacker or an operator may do wrong."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from bot import keys
from bot.errors import KeysError, SettingsError
from bot.keys import OVERHEAD, KeyRing, derived, fingerprint, new_wrapped, rewrapped

OLD, NEW = "the old secret, long enough for us", "the new secret, long enough for us"
START = datetime(2027, 3, 1, 8, tzinfo=UTC)
ROWS = [new_wrapped("data", OLD, active_from=START), new_wrapped("index", OLD, active_from=START)]
RING = KeyRing.from_wrapped([OLD], ROWS)
ABOUT = "person.mobile"


@given(st.text())
def test_what_is_sealed_opens_again(text: str) -> None:
    blob = RING.seal(text, ABOUT)
    assert RING.open(blob, ABOUT) == text
    assert len(blob) == OVERHEAD + len(text.encode())


def test_the_format() -> None:
    """version | key id | nonce | AES-256-GCM, bound to header and place: opened here by the library alone."""
    row = ROWS[0]
    plain = AESGCM(derived(OLD, "master")).decrypt(row.wrapped[:12], row.wrapped[12:], f"data:{row.id}".encode())
    blob = RING.seal("13800138000", ABOUT)
    assert blob[:5] == b"\x01" + row.id.to_bytes(4, "big")
    assert AESGCM(plain).decrypt(blob[5:17], blob[17:], blob[:5] + ABOUT.encode()) == b"13800138000"


def test_the_same_text_is_never_sealed_alike() -> None:
    assert len({RING.seal("x", ABOUT) for _ in range(1000)}) == 1000


def test_every_changed_byte_is_noticed() -> None:
    blob = RING.seal("13800138000", ABOUT)
    for place in range(len(blob)):
        forged = blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :]
        with pytest.raises(KeysError):
            RING.open(forged, ABOUT)


def test_every_cut_is_noticed() -> None:
    blob = RING.seal("13800138000", ABOUT)
    for length in range(len(blob)):
        with pytest.raises(KeysError):
            RING.open(blob[:length], ABOUT)


def test_moved_to_another_column_it_does_not_open() -> None:
    with pytest.raises(KeysError, match="moved") as caught:
        RING.open(RING.seal("13800138000", ABOUT), "person.name")
    assert "13800138000" not in str(caught.value)


def test_hashes_find_and_tell_nothing() -> None:
    found = RING.hash("13800138000", ABOUT)
    assert len(found) == 32
    assert found == RING.hash("13800138000", ABOUT)
    assert found != RING.hash("13800138000", "person.document")
    assert found != RING.hash("13800138001", ABOUT)
    assert found != hashlib.sha256(b"13800138000").digest()
    assert found != hmac.digest(derived(OLD, "master"), ABOUT.encode() + b"\0" + b"13800138000", "sha256")


def test_a_wrong_secret_is_named_at_start() -> None:
    with pytest.raises(SettingsError, match=rf"DAOYI_SECRET_KEY.*{fingerprint(OLD)}") as caught:
        KeyRing.from_wrapped([NEW], ROWS)
    assert NEW not in str(caught.value)


def test_a_forged_row_is_named() -> None:
    row = ROWS[0]
    forged = keys.WrappedKey(row.id, row.purpose, 1, row.master, row.wrapped[:-1] + b"x", row.active_from)
    with pytest.raises(KeysError, match="damaged"):
        KeyRing.from_wrapped([OLD], [forged, ROWS[1]])


def test_a_key_row_under_another_name_is_not_believed() -> None:
    """An index key put in as data key would let whoever writes the table mix the two."""
    index = ROWS[1]
    moved = keys.WrappedKey(index.id, "data", 2, index.master, index.wrapped, index.active_from)
    with pytest.raises(KeysError, match="damaged"):
        KeyRing.from_wrapped([OLD], [*ROWS, moved])


@pytest.mark.parametrize("rows", [[], ROWS[:1], ROWS[1:]])
def test_an_incomplete_table_is_refused(rows: list[keys.WrappedKey]) -> None:
    with pytest.raises(KeysError, match="lacks"):
        KeyRing.from_wrapped([OLD], rows)


def test_rotation_waits_for_its_moment_and_old_values_open() -> None:
    later = START + timedelta(minutes=5)
    rows = [*ROWS, new_wrapped("data", OLD, 2, later)]
    with time_machine.travel(START, tick=False) as traveller:
        ring = KeyRing.from_wrapped([OLD], rows)
        before = ring.seal("x", ABOUT)
        assert ring.current_id == ROWS[0].id
        traveller.move_to(later)
        after = ring.seal("x", ABOUT)
        assert ring.current_id == rows[2].id
        assert (ring.is_current(before), ring.is_current(after)) == (False, True)
        assert (ring.open(before, ABOUT), ring.open(after, ABOUT)) == ("x", "x")
        assert ring.hash("x", ABOUT) == RING.hash("x", ABOUT)
        with pytest.raises(KeysError, match="unknown key"):
            RING.open(after, ABOUT)


def test_a_clock_that_is_behind_still_has_a_key() -> None:
    with time_machine.travel(START - timedelta(days=1), tick=False):
        ring = KeyRing.from_wrapped([OLD], ROWS)
        assert ring.open(ring.seal("x", ABOUT), ABOUT) == "x"


def test_a_new_secret_in_three_steps() -> None:
    """Put the new one before the old one, rewrap, drop the old one: everything opens at each step."""
    blob = RING.seal("x", ABOUT)
    both = [NEW, OLD]
    assert KeyRing.from_wrapped(both, ROWS).open(blob, ABOUT) == "x"
    anew = [rewrapped(row, both) for row in ROWS]
    assert [row.master for row in anew] == [fingerprint(NEW)] * 2
    assert [rewrapped(row, both) for row in anew] == anew
    ring = KeyRing.from_wrapped([NEW], anew)
    assert ring.open(blob, ABOUT) == "x"
    assert ring.hash("x", ABOUT) == RING.hash("x", ABOUT)


def test_purposes_have_their_own_keys() -> None:
    assert (
        len({derived(OLD, purpose) for purpose in ("master", "fingerprint", "session")} | {derived(NEW, "master")}) == 4
    )
    assert len(derived(OLD, "session", 64)) == 64


def test_nothing_installed_is_said_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_installed", None)
    assert not keys.installed()
    with pytest.raises(KeysError, match="no key ring is installed"):
        keys.ring()
    keys.install(RING)
    assert keys.ring() is RING


def test_nothing_of_a_key_is_shown() -> None:
    assert "wrapped=" not in repr(ROWS[0])
    assert ROWS[0].wrapped.hex() not in repr(RING)
