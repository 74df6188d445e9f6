"""A page asks our voice to be read aloud, part by part."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientResponse
from structlog.testing import capture_logs

from bot.db.engine import Database
from bot.errors import OutsideError, OutsideRefused, OutsideUnavailable
from flows.patients.page_aloud import ADDRESS, LONGEST, say
from integrations.speech.port import Speech
from tests.flows.patients.family import with_hospital
from tests.flows.patients.test_pages import Reader
from tests.sandbox.stage import stage
from tests.support.fakes import PlayedSpeech
from tests.support.world import World

EASY = "/h5/patients/easy"
PUBLIC = "/h5/patients/privacy"


@pytest.fixture
async def speech() -> PlayedSpeech:
    return PlayedSpeech(most=100)


@pytest.fixture
async def reader(sqlite_database: Database, speech: PlayedSpeech) -> AsyncIterator[Reader]:
    world = World(sqlite_database)
    with_hospital(world)
    world.ports.put(Speech, speech)
    async with stage(sqlite_database, world.ports) as on:
        yield Reader(on, world)


async def asks(reader: Reader, text: str, **headers: str) -> ClientResponse:
    token = reader.text.partition('"X-CSRF-Token": "')[2].partition('"')[0]
    return await reader.on.browser.post(
        f"/sandbox/phone/1{ADDRESS}", data={"text": text},
        headers={"X-CSRF-Token": token, "HX-Request": "true", **headers},
    )


async def test_lines_become_sound(reader: Reader, speech: PlayedSpeech) -> None:
    await reader.get(EASY)
    answer = await asks(reader, "王静 主任医师\n上午 9:30–10:00 · 25.00 元\n1. 空腹")
    assert (answer.status, answer.content_type) == (200, "audio/mpeg")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert speech.said == ["王静，主任医师。\n上午九点半到十点，二十五元。\n一，空腹。"]
    assert await answer.read() == speech.said[0].replace("\n", " / ").encode()
    assert (await asks(reader, "→ · ✓")).status == 204


async def test_only_who_is_signed_in_and_only_from_a_page_of_ours(reader: Reader, speech: PlayedSpeech) -> None:
    stranger = await asks(reader, "王静")
    assert stranger.status == 204 and "HX-Refresh" in stranger.headers
    await reader.get(EASY)
    forged = await asks(reader, "王静", **{"X-CSRF-Token": "0" * 80})
    foreign = await asks(reader, "王静", Origin="https://elsewhere.example")
    assert (forged.status, foreign.status, speech.said) == (400, 400, [])


async def test_only_so_much_at_a_time(reader: Reader, speech: PlayedSpeech) -> None:
    await reader.get(EASY)
    assert (await asks(reader, "请" * LONGEST)).status == 200
    assert (await asks(reader, "请" * (LONGEST + 1))).status == 400
    speech.most = 20
    assert (await asks(reader, "请" * 40)).status == 400
    assert len(speech.said) == 1
    assert vars(say)["limit"] == "aloud"


@pytest.mark.parametrize("error", [OutsideUnavailable("away"), OutsideRefused("http-401")])
async def test_a_voice_that_is_away_is_told_kindly(reader: Reader, speech: PlayedSpeech, error: OutsideError) -> None:
    await reader.get(EASY)
    speech.errors = [error]
    with capture_logs() as logs:
        answer = await asks(reader, "张三明")
    page = await answer.text()
    assert answer.status == 503 and 'role="alert"' in page and "现在读不出来" in page
    assert "page_not_read_aloud" in [each["event"] for each in logs] and "张三明" not in str(logs)


async def test_the_button_says_where_to_ask(reader: Reader) -> None:
    assert "data-aloud" not in await reader.get(PUBLIC)
    unknown = await reader.get(f"{PUBLIC}?large=1")
    assert 'class="aloud"' in unknown and "formaction" not in unknown
    large = await reader.get(f"{EASY}?large=1")
    assert 'class="aloud"' in large and f'formaction="/sandbox/phone/1{ADDRESS}"' in large and "h5/aloud.js" in large
    known = await reader.on.browser.get(f"/sandbox/phone/1{PUBLIC}?large=1")
    assert "formaction" in await known.text() and known.headers["Cache-Control"] == "no-store"


async def test_easy_mode_is_known_on_pages_for_everybody(reader: Reader) -> None:
    await reader.get(EASY)
    await reader.post(EASY, on="1")
    reader.on.browser.session.cookie_jar.clear(lambda cookie: cookie.key == "large")
    assert 'class="large"' in await reader.get(PUBLIC)


async def test_a_hospital_without_a_voice(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    with_hospital(world)
    async with stage(sqlite_database, world.ports) as on:
        reader = Reader(on, world)
        large = await reader.get(f"{EASY}?large=1")
        assert 'class="aloud"' in large and "formaction" not in large
        assert (await asks(reader, "王静")).status == 404
