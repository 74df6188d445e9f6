"""Forms that no page of ours gave to this very session: without a token, with an old one, a foreign one, from another
site. And what a sign-in brings back that we never sent out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from aiohttp.test_utils import TestClient

from bot.web import csrf, failures
from tests.security.town import Town, Way

pytestmark = pytest.mark.asyncio(loop_scope="package")

STATE = re.compile(r"state=([0-9a-f]{80})")


def _forms(place: Town) -> Iterator[tuple[Way, TestClient[Any, Any]]]:
    for way in place.ways:
        if way.method in csrf.SAFE or way.access.kind == "public":
            continue
        if way.path.startswith("/desk/sign-in"):
            continue  # sends away who is in: tests/bot/access/test_sign_in.py
        yield way, place.a if way.access.kind == "contact" else place.staff["boss"].client


async def test_no_form_is_taken_without_a_token_of_this_session(place: Town) -> None:
    before, written, tried = await place.rows(), await place.attempts("stale_form"), 0
    others = {"contact": await place.token(place.b), "desk": await place.token(place.staff["nobody"].client)}
    for way, client in _forms(place):
        other = others["contact" if way.access.kind == "contact" else "desk"]
        for token, whose in (("", "nobody's"), ("0" * len(other), "made up"), (other, "another's")):
            answer, _ = await place.read(client, way, token=token)
            assert answer.status == 400, (way.name, whose, answer.status)
            tried += 1
    assert tried > 100
    assert await place.attempts("stale_form") == written + tried
    assert await place.rows() == before


async def test_no_form_is_taken_from_another_site_or_as_another_kind_of_body(place: Town) -> None:
    before, written, tried = await place.rows(), await place.attempts("foreign_origin"), 0
    own = {client: await place.token(client) for client in (place.a, place.staff["boss"].client)}
    for way, client in _forms(place):
        for origin in ("null", "http://127.0.0.1.evil.example"):
            answer, _ = await place.read(client, way, token=own[client], headers={"Origin": origin})
            assert answer.status == 400, (way.name, origin)
            tried += 1
        path, _ = way.address(place.things)
        for kind in ("application/json", "text/plain"):
            answer = await client.request(way.method, path, data=b'{"csrf":1}', headers={"Content-Type": kind})
            assert answer.status == 400, (way.name, kind)
    assert await place.attempts("foreign_origin") == written + tried
    assert await place.rows() == before


async def test_a_state_that_is_forged_foreign_or_old_signs_nobody_in(place: Town) -> None:
    thief = (await place.here.browser()).client
    written = await place.attempts("forged_state")
    begun = await place.b.get("/h5/sign-in/main?state=x&code=code-o-a", allow_redirects=False)
    assert begun.status == 400 and await place.attempts("forged_state") == written + 1
    victim = (await place.here.browser()).client
    state = STATE.search((await victim.get("/h5/patients/", allow_redirects=False)).headers["Location"])
    assert state is not None
    flipped = state[1][:-1] + ("0" if state[1][-1] != "0" else "1")
    for client, given, status in (
        (thief, state[1], 401), (victim, flipped, 400), (victim, "", 400), (victim, state[1][:79], 400),
        (victim, state[1] + "&state=" + "0" * 80, 401),
    ):
        answer = await client.get(f"/h5/sign-in/main?code=code-o-thief&state={given}", allow_redirects=False)
        if given.startswith(state[1]) and client is victim:
            continue  # the first of two is read, and it was right
        assert answer.status == status, (given, answer.status)
        assert (await client.get("/h5/patients/", allow_redirects=False)).status == 302


async def test_a_session_that_was_planted_is_not_taken_over(place: Town) -> None:
    """Somebody puts their own cookie, or one they know, into a browser before its owner signs in."""
    planted = next(cookie.value for cookie in place.b.session.cookie_jar if cookie.key == "contact")
    browser = (await place.here.browser()).client
    browser.session.cookie_jar.update_cookies({"contact": planted}, browser.make_url("/"))
    answer = await browser.get("/h5/patients/?account=other", allow_redirects=False)
    assert answer.status == 200, "it is b's session, openly"
    browser.session.cookie_jar.clear()
    state = STATE.search((await browser.get("/h5/patients/", allow_redirects=False)).headers["Location"])
    assert state is not None
    browser.session.cookie_jar.update_cookies({"contact": planted}, browser.make_url("/"))
    answer = await browser.get(f"/h5/sign-in/main?state={state[1]}&code=code-o-c", allow_redirects=False)
    assert answer.status == 303
    now = next(cookie.value for cookie in browser.session.cookie_jar if cookie.key == "contact")
    assert now != planted
    assert "周*勇" not in await (await browser.get("/h5/patients/")).text()


async def test_who_hammers_at_the_door_does_not_fill_the_journal(place: Town) -> None:
    written = await place.attempts("forged_state")
    with mock.patch.object(failures, "MOST", 0):
        answer = await place.b.get("/h5/sign-in/main?state=x&code=code-o-a", allow_redirects=False)
    assert answer.status == 400 and await place.attempts("forged_state") == written
