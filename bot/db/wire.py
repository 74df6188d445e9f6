"""MySQL's text protocol for the hot path: a script's literals, and its answers read in one go.

aiomysql awaits twice for every packet and describes every column of every result. A turn's scripts know their columns
beforehand, so what comes is taken from the stream as it comes, definitions are stepped over, and rows are read by the
shapes that `Prepared` knows. Used for scripts of prepared statements; everything else goes through the driver's cursor.

Protocol: mariadb.com/kb/en/clientserver-protocol (result set packets, OK, ERR, EOF).
"""

from __future__ import annotations

import re
from asyncio import StreamReader
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from aiomysql.connection import COMMAND, Connection
from pymysql.constants import CR
from pymysql.converters import escape_string
from pymysql.err import InternalError, OperationalError, raise_mysql_exception

Shape = tuple[Callable[[bytes], Any] | None, ...]
"""How each column of a row is read; None leaves its bytes."""

OK, LOCAL_FILE, EOF, ERROR = 0x00, 0xFB, 0xFE, 0xFF
NULL = 0xFB
MORE_RESULTS = 0x0008
LONGEST = 0xFFFFFF
_SPECIAL = re.compile("[\0\n\r\x1a\"'\\\\]")


def literal(value: Any) -> str:
    """A value as it stands in SQL. Backslash escapes are on in our sessions (see sql_mode in engine.py)."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return f"'{escape_string(value)}'" if _SPECIAL.search(value) else f"'{value}'"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"x'{bytes(value).hex()}'"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        return f"'{value.isoformat(' ')}'"
    raise TypeError(f"no literal for {type(value).__name__}")


async def run(driver: Connection, sql: str, shapes: Sequence[Shape]) -> list[Any]:
    """Send one packet of statements and read all their answers: a list of rows, or how many rows were met.

    `shapes` has one entry a statement, empty where it gives no rows.

    :raises pymysql.err.Error: what the server says, or a lost connection
    """
    await driver._execute_command(COMMAND.COM_QUERY, sql.encode("utf-8", "surrogateescape"))
    packets = _Packets(driver._reader)
    out: list[Any] = []
    while True:
        head = await packets.next()
        if head[0] == OK:
            met, place = _number(head, 1)
            place = _number(head, place)[1]
            status = int.from_bytes(head[place : place + 2], "little")
            out.append(met)
        elif head[0] == LOCAL_FILE:
            raise InternalError("the server asked for a file")
        else:
            await packets.skip(_number(head, 0)[0] + 1)  # the definitions and their end
            rows, status = await _rows(packets, shapes[len(out)])
            out.append(rows)
        if not status & MORE_RESULTS:
            driver.server_status = status
            return out


async def _rows(packets: _Packets, shape: Shape) -> tuple[list[tuple[Any, ...]], int]:
    rows = []
    while True:
        packet = await packets.next()
        if packet[0] == EOF and len(packet) < 9:
            return rows, int.from_bytes(packet[3:5], "little")
        row, place = [], 0
        for read in shape:
            if packet[place] == NULL:
                row.append(None)
                place += 1
                continue
            length, place = _number(packet, place)
            value = packet[place : place + length]
            place += length
            row.append(value if read is None else read(value))
        rows.append(tuple(row))


def _number(packet: bytes, place: int) -> tuple[int, int]:
    """A length-encoded whole number, and where it ends."""
    first = packet[place]
    if first < NULL:
        return first, place + 1
    size = {0xFC: 2, 0xFD: 3, 0xFE: 8}[first]
    return int.from_bytes(packet[place + 1 : place + 1 + size], "little"), place + 1 + size


class _Packets:
    """The packets of one answer, in order."""

    def __init__(self, reader: StreamReader) -> None:
        self._reader = reader
        self._buffer = b""
        self._place = 0
        self._sequence = 1

    async def next(self) -> bytes:
        """The next packet's content; an error packet is raised."""
        begin, end = await self._part()
        whole = self._buffer[begin:end]
        if end - begin == LONGEST:  # goes on in the next one
            parts = [whole]
            while len(parts[-1]) == LONGEST:
                begin, end = await self._part()
                parts.append(self._buffer[begin:end])
            whole = b"".join(parts)
        if whole[0] == ERROR:
            raise_mysql_exception(whole)
        return whole

    async def skip(self, count: int) -> None:
        """Step over packets, none of which can be an error."""
        for _ in range(count):
            await self._part()

    async def _part(self) -> tuple[int, int]:
        """Where in the buffer the content of the next packet begins and ends."""
        while len(self._buffer) < self._place + 4:
            await self._more()
        place = self._place
        if self._buffer[place + 3] != self._sequence:
            # A server that shuts down says so with number 0; anything else is somebody else's answer on our line.
            raise OperationalError(CR.CR_SERVER_LOST, "Lost connection to MySQL server during query")
        self._sequence = (self._sequence + 1) & 0xFF
        size = int.from_bytes(self._buffer[place : place + 3], "little")
        while len(self._buffer) < self._place + 4 + size:
            await self._more()
        begin = self._place + 4
        self._place = begin + size
        return begin, self._place

    async def _more(self) -> None:
        """Take what has come since. What was read is let go, so places count from the new beginning."""
        try:
            got = await self._reader.read(65536)
        except OSError as error:
            raise OperationalError(CR.CR_SERVER_LOST, f"Lost connection to MySQL server ({error})") from error
        if not got:
            raise OperationalError(CR.CR_SERVER_LOST, "Lost connection to MySQL server during query")
        self._buffer, self._place = self._buffer[self._place :] + got, 0
