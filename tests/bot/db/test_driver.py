"""Our connection to MariaDB over a network."""

from __future__ import annotations

import asyncio
import socket

from bot.db.engine import Database
from tests.support.mariadb import MariaDB


async def test_a_server_that_vanished_is_not_waited_for_by_the_hour(mariadb_server: MariaDB) -> None:
    """A host that fails without a word closes nothing; whoever waits for its answer must notice within seconds."""
    path = str(Database(mariadb_server.url("mysql")).url.query["unix_socket"])

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            writer.write(piece)
        writer.close()

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_unix_connection(path)
        await asyncio.gather(carry(reader, outer), carry(inner, writer))

    between = await asyncio.start_server(join, "127.0.0.1", 0)
    port = between.sockets[0].getsockname()[1]
    database = Database(f"mysql+aiomysql://root@127.0.0.1:{port}/mysql")
    try:
        async with database.reading() as tx:
            wire = tx.link._driver._writer.transport.get_extra_info("socket")  # type: ignore[attr-defined]
            assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 10
            assert 0 < wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 20_000
    finally:
        await database.close()
        between.close()
