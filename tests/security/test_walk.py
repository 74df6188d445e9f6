"""Every address of the application: it has an entry, asks who comes, and its answers carry what guards them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.security.entries import ENTRIES
from tests.security.town import SECRETS, Town, Way, ways_of

pytestmark = pytest.mark.asyncio(loop_scope="package")

CODE_IN_PAGE = re.compile(
    r"<script(?![^>]*\ssrc=)[^>]*>(?!\s*</script>)|<style[\s>]|\son[a-z]+\s*=\s*[\"']|\sstyle\s*=\s*[\"']|javascript:",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(r"""(?:src|href|action|hx-get|hx-post)=["'](?:https?:)?//""")


async def test_every_route_has_an_entry(place: Town) -> None:
    names = {way.name for way in ways_of(place.here.server.app)}
    assert names - set(ENTRIES) == set(), "say in tests/security/entries.py what these addresses are about"
    assert set(ENTRIES) - names == set(), "these addresses are gone"
    for way in place.ways:
        known = set(way.entry.owned) | set(way.entry.open_)
        assert way.fields <= known, f"{way.name}: what is in its address?"
        assert bool(way.entry.why) == (way.access.kind == "public"), f"{way.name}: why may anybody open it?"


async def test_what_is_dear_has_a_limit_of_its_own(place: Town) -> None:
    for way in ways_of(place.here.server.app):
        if way.method == "POST" and way.path.startswith("/h5/") and way.path.endswith("/code"):
            assert way.limit == "codes", f"{way.name} sends a text message: @limited(\"codes\")"
        if way.path == "/h5/patients/aloud":
            assert way.limit == "aloud", "a voice costs time, or money"
        if way.method == "POST" and way.path.startswith("/desk/sign-in"):
            assert way.limit == "door", way.name


async def test_strangers_are_sent_to_the_door(place: Town) -> None:
    stranger = (await place.here.browser()).client
    before = await place.rows()
    for way in place.ways:
        if way.access.kind == "public":
            continue
        answer, page = await place.read(stranger, way)
        if way.access.kind == "contact":
            assert answer.status == (302 if way.method == "GET" else 401), way.name
            if way.method == "GET":
                assert answer.headers["Location"].startswith("https://channel.example/"), way.name
        else:
            assert (answer.status, answer.headers["Location"]) == (303, "/desk/sign-in"), way.name
        assert not [secret for secret in SECRETS if secret in page], way.name
    assert await place.rows() == before


async def test_a_patient_is_no_staff_and_staff_are_no_patients(place: Town) -> None:
    boss = place.staff["boss"].client
    for way in place.ways:
        if way.access.kind == "contact":
            answer, _ = await place.read(boss, way)
            assert answer.status in (302, 401), way.name
        elif way.access.kind in ("needs", "staff"):
            answer, _ = await place.read(place.a, way)
            assert (answer.status, answer.headers["Location"]) == (303, "/desk/sign-in"), way.name


async def test_every_page_is_guarded_by_its_headers(place: Town) -> None:
    seen = 0
    for way in place.ways:
        if way.method != "GET" or way.path.startswith("/webhooks"):
            continue
        client = place.a if way.path.startswith("/h5") else place.staff["boss"].client
        answer, page = await place.read(client, way)
        assert answer.status < 500 or way.path == "/readyz", (way.name, page)
        _guarded(way, answer.headers)
        if answer.content_type == "text/html":
            seen += 1
            assert not (found := CODE_IN_PAGE.search(page)), (way.name, found)
            assert not (found := ELSEWHERE.search(page)), (way.name, found)
        if way.access.kind != "public" and answer.status == 200 and answer.content_type == "text/html":
            assert answer.headers["Cache-Control"] == "no-store", way.name
        for cookie in answer.headers.getall("Set-Cookie", []):
            attributes = {part.strip().partition("=")[0].lower() for part in cookie.split(";")[1:]}
            assert {"httponly", "samesite", "path"} <= attributes or cookie.startswith("large="), (way.name, cookie)
    assert seen > 30


async def test_faults_are_guarded_like_pages(place: Town) -> None:
    boss = place.staff["boss"].client
    for path in ("/nowhere", "/h5/nowhere", "/desk/nowhere", "/h5/booking/mine/" + "x" * 22, "/static/../settings.py"):
        for client in (place.a, boss):
            answer = await client.get(path, allow_redirects=False)
            _guarded(place.ways[0], answer.headers)
            assert not CODE_IN_PAGE.search(await answer.text()), path
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "PROPFIND"):
        answer = await place.a.request(method, "/h5/booking/")
        assert answer.status == 405, method
        _guarded(place.ways[0], answer.headers)


def _guarded(way: Way, headers: Mapping[str, str]) -> None:
    found = dict(headers)
    policy = found["Content-Security-Policy"]
    assert "unsafe" not in policy and "*" not in policy, way.name
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, way.name
    assert found["X-Content-Type-Options"] == "nosniff", way.name
    assert found["X-Frame-Options"] == "DENY", way.name
    assert found["Referrer-Policy"] == "same-origin", way.name
    assert "aiohttp" not in found["Server"] and "Python" not in found["Server"], way.name

