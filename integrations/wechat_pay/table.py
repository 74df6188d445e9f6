"""WeChat Pay's tables: CSV with a byte order mark, every value behind a backtick, then a line of sums. They come
packed; the digest is of the text. Columns are found by their names, as more are added now and then."""

from __future__ import annotations

import asyncio
import codecs
import hashlib
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Protocol

import aiohttp

from bot.errors import OutsideRefused, OutsideUnavailable
from integrations.wechat_pay.api import SYSTEM

PIECE = 64 * 1024
GZIP = b"\x1f\x8b"
LONGEST_LINE = 64 * 1024
MOST_BYTES = 2 * 1024**3
SWELLS = 60
"""A bill that somebody brings is at most so many times larger once it is unpacked; true ones some fifteen."""
Row = dict[str, str]


class Content(Protocol):
    def iter_chunked(self, n: int) -> AsyncIterator[bytes]: ...


class Given:
    """What somebody brought, as if it came over the line."""

    status = 200

    def __init__(self, content: bytes) -> None:
        self._content = content

    @property
    def content(self) -> Content:
        return self

    async def iter_chunked(self, n: int) -> AsyncIterator[bytes]:
        for at in range(0, len(self._content), n):
            await asyncio.sleep(0)  # others have their turn
            yield self._content[at:at + n]

    def close(self) -> None: ...


class Body(Protocol):
    """What `aiohttp.ClientResponse` is to us."""

    @property
    def status(self) -> int: ...

    @property
    def content(self) -> Content: ...

    def close(self) -> None: ...


async def rows(
    response: Body, digest: str, reading: Reading, most: int = MOST_BYTES
) -> AsyncGenerator[Row, None]:
    """Line by line, in the memory of one piece; the sums are in `reading` after the last. `most` bytes of text.

    :raises OutsideRefused: `not_a_bill`, `too-large`, `bill_changed_on_the_way`, `bill_cut_short`, `http-…`
    :raises OutsideUnavailable: the connection ended
    """
    sha = hashlib.sha1(usedforsecurity=False)
    try:
        if response.status != 200:
            raise OutsideRefused(f"http-{response.status}", system=SYSTEM)
        async for text in _unpacked(response, sha, most):
            for row in reading.feed(text):
                yield row
        for row in reading.end():
            yield row
    except (zlib.error, UnicodeDecodeError):
        raise OutsideRefused("not_a_bill", system=SYSTEM) from None
    except (TimeoutError, aiohttp.ClientError) as error:
        raise OutsideUnavailable(f"bill ({type(error).__name__})", system=SYSTEM) from None
    finally:
        response.close()
    if digest and sha.hexdigest() != digest.lower():
        raise OutsideRefused("bill_changed_on_the_way", system=SYSTEM)
    if reading.sums is None:
        raise OutsideRefused("bill_cut_short", system=SYSTEM)


class Reading:
    """Rows out of pieces of text; pure. `first` is the name of the first column, `sums_first` of the first sum."""

    def __init__(self, first: str, sums_first: str) -> None:
        self._first, self._sums_first = first, sums_first
        self._rest = ""
        self._columns: list[str] = []
        self._names: list[str] = []
        self.sums: Row | None = None

    def feed(self, text: str) -> Iterator[Row]:
        *lines, self._rest = (self._rest + text).split("\n")
        if len(self._rest) > LONGEST_LINE:
            raise OutsideRefused("not_a_bill", system=SYSTEM)
        for line in lines:
            yield from self._line(line)

    def end(self) -> Iterator[Row]:
        if self._rest.strip():
            yield from self._line(self._rest)

    def _line(self, text: str) -> Iterator[Row]:
        text = text.strip("\r\ufeff")
        if not text:
            return
        if not text.startswith("`"):
            self._head(text.split(","))
            return
        # A title may hold a comma: what separates is a comma before a backtick.
        values = text[1:].split(",`")
        names = self._names or self._columns
        if len(values) != len(names):
            raise OutsideRefused("not_a_bill", system=SYSTEM)
        row = dict(zip(names, values, strict=True))
        if self._names:
            self.sums = row
        else:
            yield row

    def _head(self, names: list[str]) -> None:
        if names[0] == self._sums_first and self._columns:
            self._names = names
        elif names[0] == self._first and not self._columns:
            self._columns = names
        else:
            raise OutsideRefused("not_a_bill", system=SYSTEM)


async def _unpacked(response: Body, sha: hashlib._Hash, most: int) -> AsyncIterator[str]:
    """Text as it comes. What is packed is unpacked by the piece: a small answer could swell to any size."""
    packed, decode = zlib.decompressobj(wbits=31), codecs.getincrementaldecoder("utf-8")()
    plain: bool | None = None
    head = b""
    async for piece in response.content.iter_chunked(PIECE):
        if plain is None:
            head = piece = head + piece
            if len(head) < len(GZIP):
                continue
            plain = not head.startswith(GZIP)
        while piece:
            text = piece if plain else packed.decompress(piece, PIECE)
            piece = b"" if plain else packed.unconsumed_tail
            sha.update(text)
            if (most := most - len(text)) < 0:
                raise OutsideRefused("too-large", system=SYSTEM)
            yield decode.decode(text)
    rest = head if plain is None else b"" if plain else packed.flush()
    sha.update(rest)
    yield decode.decode(rest, final=True)
