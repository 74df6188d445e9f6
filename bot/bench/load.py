"""The load: sends letters that lie ready over keep-alive connections and notes how long each answer took.

``python -m bot.bench.load LETTERS RESULT CONNECTIONS PORT…``: a process of its own, so that its work is nobody else's.
The letters of one contact go one after the other; with several ports, contacts are spread over them.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import uvloop


class Line:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """The status and body of the answer; status 0 where the connection broke."""
        assert self._reader is not None and self._writer is not None
        try:
            self._writer.write(request)
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            body = await self._reader.readexactly(length) if length else b""
        except (OSError, asyncio.IncompleteReadError):
            await self.open()
            return 0, b""
        if b"connection: close" in head.lower():
            self._writer.close()
            await self.open()
        return int(head.split(b" ", 2)[1]), body


def request_of(letter: dict[str, str], port: int) -> bytes:
    body = letter["body"].encode()
    head = (
        f"POST {letter['target']} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: text/xml\r\n"
        f"User-Agent: Mozilla/4.0\r\nAccept: */*\r\n{letter['headers']}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def main(letters: Path, result: Path, connections: int, ports: list[int]) -> None:
    queues: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in letters.read_text(encoding="utf-8").splitlines():
        letter = json.loads(line)
        queues[letter["contact"]].append(letter)
    shares: list[list[list[dict[str, str]]]] = [[] for _ in range(connections)]
    for number, queue in enumerate(queues.values()):
        shares[number % connections].append(queue)
    lines = [Line(ports[number % len(ports)]) for number in range(connections)]
    for line_ in lines:
        await line_.open()
    ready = [
        (line_, [(letter["contact"], request_of(letter, ports[0])) for letter in _in_turn(share)])
        for line_, share in zip(lines, shares, strict=True)
    ]
    answers: list[Any] = []

    async def work(line: Line, requests: list[tuple[str, bytes]]) -> None:
        for contact, request in requests:
            begun = time.perf_counter()
            status, body = await line.send(request)
            answers.append((contact, status, time.perf_counter() - begun, body))

    begun = time.perf_counter()
    await asyncio.gather(*(work(line, requests) for line, requests in ready))
    seconds = time.perf_counter() - begun
    told = [(contact, status, took, base64.b64encode(body).decode()) for contact, status, took, body in answers]
    result.write_text(json.dumps({"seconds": seconds, "answers": told}), encoding="utf-8")


def _in_turn(share: list[list[dict[str, str]]]) -> list[dict[str, str]]:
    """One letter of each contact, then the next of each: nobody's conversation is hot in a cache."""
    longest = max((len(queue) for queue in share), default=0)
    return [queue[n] for n in range(longest) for queue in share if n < len(queue)]


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), [int(port) for port in sys.argv[4:]]))
