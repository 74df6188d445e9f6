"""aiomysql's connection, reading faster: what costs is not the query but taking its answer apart.

Column definitions come with every result and are the same bytes for the same statement, so each is parsed once.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from aiomysql.connection import Connection as Slow
from pymysql.constants import CR
from pymysql.err import OperationalError
from pymysql.protocol import FieldDescriptorPacket, MysqlPacket

LONGEST = 0xFFFFFF
KEPT = 4096
"""Definitions that are kept; a program has some hundred different ones."""
# A server that loses its power says nothing: without these a turn would wait for its answer for hours. One that takes
# its time (a lock that somebody holds) still acknowledges, and is waited for.
GONE_AFTER = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 3, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 14_000}
_fields: dict[tuple[bytes, str], FieldDescriptorPacket] = {}
_head = struct.Struct("<HBB")


class Connection(Slow):
    """One connection to MariaDB, MySQL or TiDB."""

    _next_seq_id: int

    def _set_keep_alive(self) -> None:
        super()._set_keep_alive()
        wire = self._writer.transport.get_extra_info("socket")
        for name, value in GONE_AFTER.items():
            if hasattr(socket, name):  # not every system has them all
                wire.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    async def _read_packet(self, packet_type: type = MysqlPacket) -> Any:
        content = await self._content()
        if packet_type is FieldDescriptorPacket:
            known = _fields.get((content, self._encoding))
            if known is not None:
                return known
        packet = packet_type(content, self._encoding)
        if packet.is_error_packet():
            if self._result is not None and self._result.unbuffered_active is True:
                self._result.unbuffered_active = False
            packet.raise_for_error()
        if packet_type is FieldDescriptorPacket:
            if len(_fields) >= KEPT:
                _fields.clear()
            _fields[content, self._encoding] = packet
        return packet

    async def _content(self) -> bytes:
        """All of one packet; whoever is cancelled in the midst of it leaves a connection that nobody can use."""
        try:
            return await self._parts()
        except asyncio.CancelledError:
            self._close_on_cancel()
            raise

    async def _parts(self) -> bytes:
        parts = []
        while True:
            low, high, number = _head.unpack(await self._read_bytes(4))
            size = low | high << 16
            if number != self._next_seq_id:
                # A server that shuts down says so with number 0; anything else is an answer to something else.
                self.close()
                raise OperationalError(CR.CR_SERVER_LOST, "Lost connection to MySQL server during query")
            self._next_seq_id = (number + 1) & 0xFF
            parts.append(await self._read_bytes(size))
            if size < LONGEST:
                return parts[0] if len(parts) == 1 else b"".join(parts)


async def connect(*args: Any, **options: Any) -> Connection:
    """What `aiomysql.connect` does, with our connection."""
    connection = Connection(*args, **options)
    await connection._connect()
    return connection
