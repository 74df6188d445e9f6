"""The database's address in all its spellings, and the secret that is made once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import load_settings
from bot.settings_secret import checked_secrets, normal_database, secret_from


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite:///a.db"),
        ("sqlite+aiosqlite:////var/a.db", "sqlite+aiosqlite:////var/a.db"),
        ("mysql://u:p@h/d", "mysql+aiomysql://u:p@h/d"),
        ("mariadb://u:p%40@h:3307/d?charset=utf8mb4", "mysql+aiomysql://u:p%40@h:3307/d?charset=utf8mb4"),
        ("mariadb+aiomysql://u@h/d", "mysql+aiomysql://u@h/d"),
        ("tidb://u@h:4000/d", "mysql+aiomysql://u@h:4000/d"),
        ("mysql://u@/d?unix_socket=/run/m.sock", "mysql+aiomysql://u@/d?unix_socket=/run/m.sock"),
        ("", ""),
    ],
)
def test_spellings(written: str, meant: str) -> None:
    assert normal_database(written) == meant


@pytest.mark.parametrize("wrong", ["mysql://h", "mysql://u@/d", "mysql://u@h:port/d", "postgresql://h/d", "a.db"])
def test_wrong_addresses(wrong: str) -> None:
    with pytest.raises(ValueError, match="expected sqlite:///path, or mysql://"):
        normal_database(wrong)


def test_secrets_are_long_enough_each() -> None:
    assert checked_secrets("a" * 32 + "," + "b" * 40)
    for short in ("a" * 31, "a" * 32 + ",b", "a" * 32 + ","):
        with pytest.raises(ValueError, match="32 characters"):
            checked_secrets(short)


def test_several_secrets_the_first_is_current() -> None:
    settings = load_settings({"DAOYI_SECRET_KEY": "a" * 32 + " , " + "b" * 32})
    assert settings.secret_keys == ("a" * 32, "b" * 32)


def test_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret.key"
    made = secret_from(path)
    assert len(made) == 64
    assert path.stat().st_mode & 0o777 == 0o600
    assert secret_from(path) == made
    assert [one.name for one in path.parent.iterdir()] == ["secret.key"]


def test_many_that_start_at_once_get_the_same(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: secret_from(path), range(64)))
    assert len(found) == 1


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    secret_from(path)
    os.chmod(path, 0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        secret_from(path)


@pytest.mark.parametrize("content", ["", "short", "\x00\xff"])
def test_a_damaged_secret_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secret.key"
    path.write_text(content, encoding="latin-1")
    os.chmod(path, 0o600)
    with pytest.raises(SettingsError, match=r"secret\.key"):
        secret_from(path)
