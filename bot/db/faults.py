"""Which database errors pass by themselves, and which mean that the connection is dead."""

from __future__ import annotations

import asyncio

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from bot.errors import SettingsError

# MariaDB/MySQL: 1205 lock wait timeout, 1213 deadlock; TiDB: 8002/8028 retryable conflicts, 9007 write conflict.
_PASSING = {1205, 1213, 8002, 8028, 9007}
# 1053 server shuts down, 1927 connection was killed, 2003 cannot connect, 2006 gone away, 2013 lost, 2014 packets.
_GONE = {1053, 1077, 1080, 1152, 1159, 1161, 1184, 1927, 2002, 2003, 2006, 2013, 2014, 2055}

_LOCKED_OUT = {
    1044: "rights on the database", 1045: "its user and password", 1049: "the name of a database that is there",
    1698: "its user and password",
}


def _number(error: BaseException) -> int | None:
    cause = getattr(error, "orig", None) or error
    args = getattr(cause, "args", ())
    return args[0] if args and isinstance(args[0], int) else None


def is_gone(error: BaseException) -> bool:
    """The connection under this error cannot be used again."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if _number(error) in _GONE and _from_driver(error):
        return True
    return isinstance(error, (ConnectionError, asyncio.IncompleteReadError))


def is_passing(error: BaseException) -> bool:
    """Doing the whole transaction again may well succeed."""
    if is_gone(error):
        return True
    if not _from_driver(error):
        return False
    text = str(getattr(error, "orig", None) or error)
    return _number(error) in _PASSING or "database is locked" in text or "database table is locked" in text


def is_duplicate(error: BaseException) -> bool:
    """A unique key holds this value already (not: a missing parent, a value too long)."""
    return _number(error) in (1062, 1586) or "UNIQUE constraint failed" in str(getattr(error, "orig", None) or error)


def not_reached(error: BaseException, url: URL) -> SettingsError | None:
    """What to say of an error at start, where nobody answers or lets us in; None for any other error. It never names
    user or password."""
    if url.get_backend_name() == "sqlite":
        if "unable to open database file" not in str(error):
            return None
        return SettingsError("DAOYI_DATABASE: its file cannot be opened; expected a folder that this user may write to")
    place = f"{url.host or 'localhost'}:{url.port or 3306}"
    number = _number(error) if _from_driver(error) else None
    if number in _LOCKED_OUT:
        wanted = _LOCKED_OUT[number]
        return SettingsError(f"DAOYI_DATABASE: the server at {place} does not let us in; expected {wanted}")
    if number in (2002, 2003) or isinstance(error, (OSError, TimeoutError)):
        return SettingsError(f"DAOYI_DATABASE: no server answers at {place}; expected one that runs and can be reached")
    return None


def _from_driver(error: BaseException) -> bool:
    module = type(getattr(error, "orig", None) or error).__module__
    return module.startswith(("pymysql", "aiomysql", "sqlite3", "aiosqlite", "sqlalchemy"))
