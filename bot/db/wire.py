"""MySQL's text protocol for the hot path: a script's literals, and its answers read in one go.

aiomysql awaits twice for every packet and describes every column of every result. A turn's scripts know their columns
beforehand, so what comes is taken from the stream as it comes, definitions are stepped over, and rows are read by the
shapes that `Prepared` knows. Used for scripts of prepared statements; everything else goes through the driver's cursor.

Protocol: mariadb.com/kb/en/clientserver-protocol (result set packets, OK, ERR, EOF).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from aiomysql.connection import COMMAND, Connection
from pymysql.constants import CR
from pymysql.converters import escape_string
from pymysql.err import OperationalError, raise_mysql_exception

Shape = tuple[Callable[[bytes], Any] | None, ...]
"""How each column of a row is read; None leaves its bytes."""

OK, LOCAL_FILE, EOF, ERROR = 0x00, 0xFB, 0xFE, 0xFF
NULL = 0xFB
MORE_RESULTS = 0x0008
LONGEST = 0xFFFFFF
KEPT = 4096
_lengths: dict[int, int] = {}
"""By the shape of a statement's rows (its id): how many bytes the definitions of its columns took last."""
_SPECIAL = re.compile("[\0\n\r\x1a\"'\\\\]")


def text(value: str | None) -> str:
    """Text as it stands in SQL. Backslash escapes are on in our sessions (see sql_mode in engine.py)."""
    if value is None:
        return "NULL"
    return f"'{escape_string(value)}'" if _SPECIAL.search(value) else f"'{value}'"


def blob(value: bytes | None) -> str:
    return "NULL" if value is None else f"x'{value.hex()}'"


def whole(value: int | None) -> str:
    return "NULL" if value is None else str(int(value))


def moment(value: datetime | None) -> str:
    """A moment as the database keeps it: UTC, without saying so."""
    if value is None:
        return "NULL"
    if value.tzinfo is not None:
        raise TypeError("a moment with a time zone has no literal")
    return f"'{value.isoformat(' ')}'"


def day(value: date | None) -> str:
    return "NULL" if value is None else f"'{value.isoformat()}'"


LITERALS: dict[type, Callable[[Any], str]] = {
    str: text, bytes: blob, int: whole, bool: whole, datetime: moment, date: day,
}
"""By the type that a column has in Python: how its values stand in SQL."""

READERS: dict[type, Callable[[bytes], Any]] = {
    str: bytes.decode,
    int: int,
    float: float,
    bool: lambda value: value != b"0",
    datetime: lambda value: datetime.fromisoformat(value.decode()).replace(tzinfo=UTC),
    date: lambda value: date.fromisoformat(value.decode()),
    time: lambda value: time.fromisoformat(value.decode()),
}
"""And how they are read, a moment with its zone."""


async def run(driver: Connection, sql: str, shapes: Sequence[Shape]) -> list[Any]:
    """Send one packet of statements and read all their answers: a list of rows, or how many rows were met.

    `shapes` has one entry a statement, empty where it gives no rows.

    :raises pymysql.err.Error: what the server says, or a lost connection
    """
    await driver._execute_command(COMMAND.COM_QUERY, sql.encode("utf-8", "surrogateescape"))
    reader, buffer = driver._reader, b""
    so_far: list[Any] = []
    while True:
        try:
            got = await reader.read(65536)
        except OSError as error:
            raise OperationalError(CR.CR_SERVER_LOST, f"Lost connection to MySQL server ({error})") from error
        if not got:
            raise OperationalError(CR.CR_SERVER_LOST, "Lost connection to MySQL server during query")
        buffer += got
        out = read(buffer, shapes, so_far)
        if out is not None:
            return out
        buffer = buffer[so_far.pop() :]


def read(buffer: bytes, shapes: Sequence[Shape], so_far: list[Any] | None = None) -> list[Any] | None:
    """The answers to a script, or None while they are not all there. One long function on purpose: it runs twice for
    every message of every patient, and calls are what costs.

    A list of thousands comes in dozens of pieces: how far it was read by one piece is left in `so_far` for the next
    one, and behind it how much of `buffer` need not be given again."""
    start: Sequence[Any] = so_far or ([], 1, 0, 0, None)
    # What is read; the next packet's number; definitions to step over, and where they began; the rows of the result
    # set that is being read.
    out, sequence, skip, begun, rows = start
    end, size = 0, len(buffer)
    while end + 4 <= size:
        place = end + 4
        after = place + int.from_bytes(buffer[end : end + 3], "little")
        if buffer[place - 1] != sequence & 0xFF:
            # A server that shuts down says so with number 0; anything else is somebody else's answer on our line.
            raise OperationalError(CR.CR_SERVER_LOST, "Lost connection to MySQL server during query")
        if after > size:
            break
        end, sequence = after, sequence + 1
        if end - place == LONGEST:
            raise OperationalError(CR.CR_COMMANDS_OUT_OF_SYNC, "an answer of a script is longer than 16 MB")
        if skip:
            skip -= 1
            if not skip:
                if len(_lengths) >= KEPT:
                    _lengths.clear()
                _lengths[id(shapes[len(out)])] = place - 4 - begun
            continue
        first = buffer[place]
        if first == ERROR:
            raise_mysql_exception(buffer[place:end])
        if rows is None:
            if first == LOCAL_FILE:
                raise OperationalError(CR.CR_COMMANDS_OUT_OF_SYNC, "the server asked for a file")
            if first != OK:
                rows, skip, begun = [], number(buffer, place)[0] + 1, end  # and the packet that ends the definitions
                # They are most of an answer, and the same each time: where they end as they did last (the packet that
                # ends them stands there, with its own number), they are stepped over at once.
                last = end + _lengths.get(id(shapes[len(out)]), size)
                if last + 9 <= size and buffer[last : last + 5] == bytes((5, 0, 0, sequence + skip - 1 & 0xFF, EOF)):
                    end, sequence, skip = last + 9, sequence + skip, 0
                continue
            met, place = number(buffer, place + 1)
            place = number(buffer, place)[1]
            out.append(met)
        elif first == EOF and end - place < 9:
            out.append(rows)
            rows, place = None, place + 3
        else:
            row: list[Any] = []
            for convert in shapes[len(out)]:
                length = buffer[place]
                place += 1
                if length == NULL:
                    row.append(None)
                    continue
                if length > NULL:
                    length, place = number(buffer, place - 1)
                value = buffer[place : place + length]
                place += length
                row.append(value if convert is None else convert(value))
            rows.append(tuple(row))
            continue
        if not int.from_bytes(buffer[place : place + 2], "little") & MORE_RESULTS:
            return out
    if so_far is not None:
        so_far[:] = out, sequence, skip, begun - end, rows, end
    return None


def number(buffer: bytes, place: int) -> tuple[int, int]:
    """A length-encoded whole number, and where it ends."""
    first = buffer[place]
    if first < NULL:
        return first, place + 1
    size = {0xFC: 2, 0xFD: 3, 0xFE: 8}[first]
    return int.from_bytes(buffer[place + 1 : place + 1 + size], "little"), place + 1 + size
