"""Values that are checked or made by themselves: the database's address and the master secret."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bot.errors import SettingsError

SHORTEST_SECRET = 32
MYSQL = re.compile(r"^(mysql|mariadb|tidb)(\+(aiomysql|pymysql))?://")
SQLITE = re.compile(r"^sqlite(\+aiosqlite)?:///")


def normal_database(url: str) -> str:
    """Every way to write one of our two drivers -> the one SQLAlchemy is given.

    >>> normal_database("mariadb://daoyi@127.0.0.1/daoyi")
    'mysql+aiomysql://daoyi@127.0.0.1/daoyi'
    >>> normal_database("sqlite:///var/daoyi.sqlite")
    'sqlite+aiosqlite:///var/daoyi.sqlite'

    :raises ValueError: with what is expected
    """
    if not url:
        return url
    if SQLITE.match(url):
        return SQLITE.sub("sqlite+aiosqlite:///", url)
    if MYSQL.match(url):
        url = MYSQL.sub("mysql+aiomysql://", url)
        try:
            parts = urlsplit(url)
            whole = len(parts.path) > 1 and bool(parts.hostname or "unix_socket" in parse_qs(parts.query))
            whole = whole and parts.port != 0
        except ValueError:
            whole = False
        if whole:
            return url
    raise ValueError("expected sqlite:///path, or mysql://user:password@host/database (also mariadb://, tidb://)")


def checked_secrets(value: str) -> str:
    """One or several master secrets with commas between, each long enough; the text unchanged.

    :raises ValueError: with what is expected, not with the value
    """
    if value and any(len(one.strip()) < SHORTEST_SECRET for one in value.split(",")):
        raise ValueError(f"expected {SHORTEST_SECRET} characters or more, for each of those between commas")
    return value


def secret_from(path: Path) -> str:
    """The secret in ``path``; made there, readable by its owner only, the first time.

    Several processes may start at the same moment: the file appears whole or not at all, and all read the same one.

    :raises SettingsError: where it cannot be written, is too short, or others may read it
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _make(path)
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"{path}: expected to be readable by its owner only (chmod 600)")
        found = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a secret"
        raise SettingsError(f"{path}: cannot be used: {reason}; set DAOYI_SECRET_KEY or mend the file") from None
    try:
        return checked_secrets(found or "empty")
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from None


def read_secret(path: Path) -> str:
    """What ``secret_from`` made earlier; "" where there is nothing that can be read."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _make(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
