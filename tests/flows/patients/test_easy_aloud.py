"""What is read aloud in the chat, chosen on the page of easy mode."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.context import ALWAYS, NEVER, SPOKEN
from bot.db.contacts import contact
from bot.db.engine import Database
from bot.talk.channel import Narrator
from tests.flows.patients.family import with_hospital
from tests.flows.patients.test_pages import Reader
from tests.sandbox.stage import stage
from tests.support.fakes import PlayedSpeech
from tests.support.world import World

EASY = "/h5/patients/easy"
CHOSEN = 'value="{}" aria-pressed="true"'


@pytest.fixture
async def reader(sqlite_database: Database) -> AsyncIterator[Reader]:
    world = World(sqlite_database)
    with_hospital(world)
    world.ports.put(Narrator, PlayedSpeech())
    async with stage(sqlite_database, world.ports) as on:
        yield Reader(on, world)


async def kept(reader: Reader) -> str:
    async with reader.world.database.reading() as tx:
        return str(await tx.scalar(select(contact.c.aloud)))


async def test_what_is_heard_is_chosen_by_one_tap(reader: Reader) -> None:
    await reader.get(EASY)
    assert "念给我听，就把刚才的念给您听" in reader.text and 'name="aloud"' not in reader.text
    await reader.post(EASY, on="1")
    assert CHOSEN.format(SPOKEN) in reader.text and reader.text.count('aria-pressed="true"') == 1
    for which in (ALWAYS, NEVER, SPOKEN):
        await reader.post(EASY, aloud=which)
        assert CHOSEN.format(which) in reader.text and await kept(reader) == which
        assert "换回普通模式" in reader.text, "easy mode stays as it was"
    await reader.post(EASY, aloud="loud", on="1")
    assert await kept(reader) == SPOKEN


async def test_a_hospital_without_a_voice_offers_none(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    with_hospital(world)
    async with stage(sqlite_database, world.ports) as on:
        reader = Reader(on, world)
        await reader.get(EASY)
        await reader.post(EASY, on="1")
        assert "换回普通模式" in reader.text and "念给" not in reader.text
