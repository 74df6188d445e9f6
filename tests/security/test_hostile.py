"""Addresses, heads and bodies that no browser of ours would send."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient

from tests.security.town import Town, Way
from tests.support.patience import LONG_S

pytestmark = pytest.mark.asyncio(loop_scope="package")

SCRIPT = "\"'><script>alert(1)</script>"
NAMES = ("q", "next", "page", "sort", "size", "cols", "export", "open", "day", "department", "list", "person", "large",
         "date", "from", "to", "account", "doctor", "clinic", "state", "code", "done", "month", "week", "relation")
VALUES = (
    SCRIPT, "-1", "9" * 40, "\x00", "%", "' OR 1=1 --", "\u202e\ufeff", "//evil.example/", "https://evil.example/",
    "/\\evil.example", "\r\nSet-Cookie: desk=1", "x" * 3000, "{{7*7}}", "0000-00-00", "9999-12-31",
)
ROUNDS = 1
OURS = ("", "127.0.0.1:8080", "channel.example")


def _visitor(place: Town, way: Way) -> TestClient[Any, Any]:
    return place.a if way.path.startswith("/h5") else place.staff["boss"].client


def _harmless(way: Way, answer: Any, page: str, what: str) -> None:
    assert answer.status < 500 or way.path == "/readyz", (way.name, what, page[:2000])
    assert "<script>alert" not in page, (way.name, what)
    assert "evil.example" not in urlsplit(answer.headers.get("Location", "")).netloc, (way.name, what)
    assert urlsplit(answer.headers.get("Location", "")).netloc in OURS, (way.name, what)
    assert not answer.headers.get("Location", "").startswith(("//", "/\\")), (way.name, what)
    assert "desk=1" not in str(answer.headers.getall("Set-Cookie", [])), (way.name, what)
    assert "Traceback" not in page and "sqlalchemy" not in page, (way.name, what)


async def test_hostile_queries_break_nothing_and_are_said_back_harmlessly(place: Town) -> None:
    await place.a.get(f"/h5/booking/stops/{place.things['choice']}")  # who opens it has seen it, which is noted once
    before = await place.rows()
    for number, way in enumerate(place.ways):
        if way.method != "GET" or way.path.startswith(("/static", "/healthz", "/readyz", "/metrics")):
            continue
        path = way.address(place.things)[0].partition("?")[0]
        for turn in range(ROUNDS):
            # Each name gets other values on each page: all of them in as many rounds as there are values.
            chosen = [VALUES[(at + number + turn * 4) % len(VALUES)] for at in range(len(NAMES))]
            query = "&".join(f"{name}={quote(value)}" for name, value in zip(NAMES, chosen, strict=True))
            answer = await _visitor(place, way).get(f"{path}?{query}", allow_redirects=False)
            _harmless(way, answer, (await answer.read()).decode("utf-8", "replace"), query)
    assert await place.rows() == before


async def test_hostile_fields_break_nothing(place: Town) -> None:
    """All at once in every form that we take, with a good token."""
    own = {client: await place.token(client) for client in (place.a, place.staff["boss"].client)}
    before = await place.rows()
    for way in place.ways:
        if way.method == "GET" or way.access.kind == "public" or "sign-" in way.path or "account" in way.path:
            continue
        client = _visitor(place, way)
        path, form = way.address({**place.things, **dict.fromkeys(way.entry.owned.values(), "x" * 22)})
        if not way.entry.owned:
            continue  # would be taken, and change the town
        for value in (SCRIPT + "\r\nX: 1", "x" * 6000, "\x00\x01💥"):
            sent = {**dict.fromkeys(form, value), "next": "https://evil.example/", "csrf": own[client]}
            answer = await client.post(path, data=sent, allow_redirects=False)
            _harmless(way, answer, await answer.text(), value)
        answer = await client.post(path, data={"csrf": own[client], "x": "y" * 70_000}, allow_redirects=False)
        assert answer.status == 413 or way.path.endswith("/picture"), way.name
        many = {f"f{n}": "" for n in range(700)} | {"csrf": own[client]}
        assert (await client.post(path, data=many, allow_redirects=False)).status == 400, way.name
    assert await place.rows() == before


async def test_no_form_takes_a_file_that_it_did_not_ask_for(place: Town) -> None:
    own = {client: await place.token(client) for client in (place.a, place.staff["boss"].client)}
    for way in place.ways:
        if way.method == "GET" or way.access.kind == "public" or way.path.startswith("/desk/sign-in"):
            continue
        client = _visitor(place, way)
        sent = FormData()
        sent.add_field("csrf", own[client])
        sent.add_field("evil", b"<?php system($_GET['c']); ?>", filename="../../x.php", content_type="image/png")
        answer = await client.post(way.address(place.things)[0], data=sent, allow_redirects=False)
        assert answer.status == 400, (way.name, answer.status)


async def test_the_host_that_a_request_names_leads_nobody_away(place: Town) -> None:
    host, stranger = "evil.example", (await place.here.browser()).client
    for way in place.ways:
        if way.method == "GET" and way.access.kind in ("contact", "staff", "needs"):
            path = way.address(place.things)[0]
            for client in (stranger, place.a) if way.access.kind == "contact" else (place.staff["boss"].client,):
                headers = {"Host": host, "X-Forwarded-Host": host, "X-Forwarded-Proto": "https"}
                answer = await client.get(path, headers=headers, allow_redirects=False)
                assert "evil.example" not in answer.headers.get("Location", ""), way.name
                if answer.content_type == "text/html":
                    assert "evil.example" not in await answer.text(), way.name


async def test_a_method_that_an_address_does_not_know_does_nothing(place: Town) -> None:
    before = await place.rows()
    known: dict[str, set[str]] = {}
    for way in place.ways:
        known.setdefault(way.path, set()).add(way.method)
    for way in place.ways:
        if way.access.kind == "public":
            continue
        client, path = _visitor(place, way), way.address(place.things)[0]
        for method in {"GET", "POST", "PUT"} - known[way.path]:
            override = {"X-HTTP-Method-Override": way.method, "X-Method-Override": way.method}
            answer = await client.request(method, path, headers=override, allow_redirects=False)
            # 400: its last part is a name to another address, which asks for a form.
            assert answer.status in (400, 404, 405), (way.name, method, answer.status)
        if way.method == "GET":
            answer = await client.head(path, allow_redirects=False)
            assert answer.status in (200, 302, 303, 405), (way.name, answer.status)
            assert await answer.read() == b""
    assert await place.rows() == before


@pytest.mark.parametrize("name", [
    "../settings.py", "..%2fsettings.py", "%2e%2e/%2e%2e/setup.cfg", "..%5c..%5csetup.cfg", "....//setup.cfg",
    "h5/../../chat/hello.j2", "/etc/passwd", "%2fetc%2fpasswd", "h5/page.css%00.png", ".hidden", "h5/", "",
])
async def test_no_file_outside_of_the_folder_is_given(place: Town, name: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", place.here.server.port)
    try:
        writer.write(f"GET /static/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
    finally:
        writer.close()
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400")), answer[:100]
    assert b"root:" not in answer and b"[metadata]" not in answer


@pytest.mark.parametrize("head", [
    b"GET /h5/booking/ HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
    b"GET /h5/booking/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /webhooks/sms/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /webhooks/sms/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
    b"GET /h5/booking/?q=" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /h5/booking/ HTTP/1.1\r\nHost: x\r\nCookie: " + b"x" * 20_000 + b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
])
async def test_broken_heads_end_in_a_refusal(place: Town, head: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", place.here.server.port)
    try:
        writer.write(head)
        answer = await asyncio.wait_for(reader.read(2000), LONG_S)
    finally:
        writer.close()
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), answer[:200]
    assert b"Traceback" not in answer
