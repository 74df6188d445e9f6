"""From what somebody says to what sounds on their phone: the real voice, the real client, the played WeChat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine

from bot import clock
from bot.db.engine import Database
from bot.settings_speech import PROGRAM
from bot.talk.channel import Channels, Narrator
from integrations.speech import mp3
from integrations.speech.embedded import Espeak
from integrations.speech.port import SECONDS, Speech
from integrations.wechat.accounts import WeChatClients
from integrations.wechat.channel import WeChatChannels
from tests.integrations.playing import Play, playing
from tests.support.patience import LONG_S
from tests.support.programs import find
from tests.support.world import World


@dataclass
class OnPhone(World):
    """Everybody here is the owner of one phone."""

    openid: str = ""

    def address(self, who: str) -> str:
        return self.openid


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    async with playing(templates=("notices.said",)) as made:
        yield made


@pytest.fixture
def world(play: Play, sqlite_database: Database) -> World:
    made = OnPhone(sqlite_database, openid=play.openid)
    voice = Espeak(find(PROGRAM, package=PROGRAM), pace=0.9, seconds=LONG_S)
    made.ports.put(Speech, voice)
    made.ports.put(Narrator, voice)
    made.ports.put(Channels, WeChatChannels(WeChatClients(play.settings.accounts, play.session), play.settings))
    return made


async def test_who_speaks_hears_the_answer_on_the_phone(play: Play, world: World) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})
    await play.post("/phones/1/send", {"text": "大字"})  # what the played WeChat counts
    await world.said("a", "大字")
    await world.said("a", "帮助", "voice")
    with time_machine.travel(clock.now() + timedelta(seconds=2), tick=True):
        await world.drain.once()
    voice = play.seen("customer")[-1]
    assert voice["type"] == "voice" and 3 < voice["seconds"] < SECONDS
    media = await play.client().download(voice["media_id"])
    assert media.content_type == "audio/mpeg" and mp3.seconds(media.content) == voice["seconds"]
    assert [each["type"] for each in play.seen("customer")] == ["voice"]
