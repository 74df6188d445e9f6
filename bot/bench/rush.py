"""The load of an opening: letters that each have their moment, however long the answers to others take.

``python -m bot.bench.rush LETTERS RESULT SECONDS CONNECTIONS PORT…``: all letters come within SECONDS, most at the
beginning (half of them in the first quarter), or at once where it is 0; contacts are spread over the ports. A letter
waits where all CONNECTIONS are busy, and its time counts from the moment when it should have gone. One that is not
answered with 200 comes again after a second, three times, as WeChat does it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

from bot.bench.load import Line, request_of

TRIES = 4


def moment(number: int, count: int, seconds: float) -> float:
    """When letter `number` of `count` goes."""
    return seconds * (number / count) ** 2


async def main(letters: Path, result: Path, seconds: float, connections: int, ports: list[int]) -> None:
    ready = [json.loads(line) for line in letters.read_text(encoding="utf-8").splitlines()]
    requests = [(letter["contact"], request_of(letter, ports[0])) for letter in ready]
    free: list[asyncio.Queue[Line]] = [asyncio.Queue() for _ in ports]
    for number in range(connections):
        line = Line(ports[number % len(ports)])
        await line.open()
        free[number % len(ports)].put_nowait(line)
    answers: list[Any] = []
    again: list[str] = []
    begun = time.perf_counter() + 0.2

    async def send(number: int, contact: str, request: bytes) -> None:
        due = begun + moment(number, len(requests), seconds)
        await asyncio.sleep(due - time.perf_counter())
        own = free[number % len(ports)]
        for attempt in range(TRIES):
            line = await own.get()
            status, body = await line.send(request)
            own.put_nowait(line)
            if status == 200:
                break
            again.append(contact)
            await asyncio.sleep(1.0 if attempt < TRIES - 1 else 0)
        at = time.perf_counter()
        answers.append((contact, status, at - due, base64.b64encode(body).decode()))

    await asyncio.gather(*(send(number, *each) for number, each in enumerate(requests)))
    told = {"seconds": time.perf_counter() - begun, "answers": answers, "again": len(again)}
    result.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]),
                    [int(port) for port in sys.argv[5:]]))
