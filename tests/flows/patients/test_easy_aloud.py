"""What is read aloud in the chat, chosen on the page of easy mode."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.context import ALWAYS, NEVER, SPOKEN
from bot.db.contacts import contact
from bot.db.engine import Database
from bot.talk.channel import Narrator
from flows.patients.service import PatientsService
from flows.patients.trail.store import act
from tests.flows.patients.family import LI, with_hospital
from tests.flows.patients.handing import told
from tests.flows.patients.test_help_page import link_of, phone
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


async def test_family_has_answers_read_to_whom_they_help_and_nobody_else_can(reader: Reader) -> None:
    link, giver = await link_of(reader), phone(reader, 1)
    taker, stranger = phone(reader, 2), phone(reader, 3)
    await taker.get(link)
    await taker.registered(name="李梅", document_number=LI, mobile="13800000002")
    await taker.get(link)
    await taker.post(link, relation="parent", consent="yes")
    async with reader.world.context() as context:
        await PatientsService(context).giving.allow(link.rsplit("/", 1)[1])
    assert "每次都念" not in await taker.get(EASY), "it is part of easy mode"
    whom = link.rsplit("/", 1)[1]
    await taker.post(EASY, whom=whom, aloud=ALWAYS)
    assert await heard(reader) == SPOKEN
    await taker.post(EASY, whom=whom, on="1")
    assert "给 张*国 打开每次都念" in taker.text
    for _ in range(2):
        await taker.post(EASY, whom=whom, aloud=ALWAYS)
        assert "给 张*国 关掉每次都念" in taker.text and await heard(reader) == ALWAYS
    await stranger.get(EASY)
    await stranger.post(EASY, whom=whom, aloud=SPOKEN)
    assert stranger.status == 404 and await heard(reader) == ALWAYS
    assert CHOSEN.format(ALWAYS) in await giver.get(EASY)
    await taker.get(EASY)
    await taker.post(EASY, whom=whom, aloud=SPOKEN)
    assert "给 张*国 打开每次都念" in taker.text and await heard(reader) == SPOKEN
    await giver.post(EASY, aloud=NEVER)
    await taker.get(EASY)
    await taker.post(EASY, whom=whom, aloud=SPOKEN)
    assert await heard(reader) == NEVER, "who wants none is not given some again"
    assert [kind for kind, _ in await told(reader.world)][-3:] == ["easy_on", "aloud_on", "aloud_off"]
    async with reader.world.database.reading() as tx:
        acts = [row.act for row in await tx.all(select(act.c.act).order_by(act.c.id))]
    assert acts[-3:] == ["easy_on", "aloud_on", "aloud_off"]


async def heard(reader: Reader) -> str:
    """What the first contact hears; nobody else's choice has changed."""
    async with reader.world.database.reading() as tx:
        rows = await tx.all(select(contact.c.aloud).order_by(contact.c.id))
    assert {row.aloud for row in rows[1:]} <= {SPOKEN}
    return str(rows[0].aloud)
