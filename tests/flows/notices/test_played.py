"""Pushes through the real clients to the played WeChat and the played gateway: what the patient's phone shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from multidict import MultiDict
from sqlalchemy import select

from bot import clock
from bot.context import Contact
from bot.db.contacts import contact, create
from bot.db.engine import Database
from bot.errors import OutsideRefused
from bot.talk.channel import Channels, WindowClosed
from bot.talk.messages import Message
from flows.notices.service import NoticesService
from integrations.sms.port import SmsPort
from integrations.wechat.accounts import WeChatClients
from integrations.wechat.channel import WeChatChannels
from tests.flows.notices.conftest import Notices, make_world
from tests.integrations.playing import Play, playing
from webhooks.wechat.gate import Gate


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    async with playing(templates=("probe.report", "notices.said"), sms_reports=False) as made:
        yield made


@pytest.fixture
def channels(play: Play) -> WeChatChannels:
    return WeChatChannels(WeChatClients(play.settings.accounts, play.session), play.settings)


def _contact(play: Play) -> Contact:
    return Contact(1, "public", "main", "wechat", play.openid)


async def test_an_account_that_is_gone_is_a_final_no(channels: WeChatChannels) -> None:
    with pytest.raises(OutsideRefused):
        channels.of("nobody")


async def test_words_too_long_for_one_message_cost_more(play: Play, channels: WeChatChannels) -> None:
    channel = channels.of("main")
    assert channel.cost((Message("一"), Message("二"))) == 1
    assert channel.cost(()) == 0
    long = (Message("长" * 600), Message("文" * 600))
    assert channel.cost(long) == 2
    await play.post("/phones/1/event", {"event": "subscribe"})
    await channel.say(_contact(play), long)
    assert [len(entry["text"]) for entry in play.seen("customer")] == [600, 600]


async def test_a_shut_window_has_the_engines_name(play: Play, channels: WeChatChannels) -> None:
    with pytest.raises(WindowClosed):
        await channels.of("main").say(_contact(play), (Message("x"),))


async def test_a_template_is_shown_once(play: Play, channels: WeChatChannels) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})
    channel, who = channels.of("main"), _contact(play)
    first = await channel.template(who, "probe.report", {"thing1": "血常规"}, url="http://h/1", once="push-1")
    again = await channel.template(who, "probe.report", {"thing1": "血常规"}, url="http://h/1", once="push-1")
    assert first and again == first
    [shown] = play.seen("template")
    assert (shown["kind"], shown["values"], shown["url"]) == ("probe.report", {"thing1": "血常规"}, "http://h/1")
    with pytest.raises(OutsideRefused, match="no-template"):
        await channel.template(who, "probe.campaign", {"thing1": "x"})


async def test_a_subscription_needs_permission(play: Play, channels: WeChatChannels) -> None:
    channel, who = channels.of("main"), _contact(play)
    with pytest.raises(OutsideRefused):
        await channel.subscription(who, "probe.report", {"thing1": "x"})
    play.phone.seat(play.account.app_id).allowed[play.account.subscriptions["probe.report"]] = 1
    assert await channel.subscription(who, "probe.report", {"thing1": "x"})
    assert len(play.seen("subscription")) == 1


@pytest.fixture
def hospital(sqlite_database: Database, tmp_path: Path, play: Play, channels: WeChatChannels) -> Notices:
    """The real clients, at the clock of the machine: the played servers look at it as well."""
    account = play.account.model_dump()
    world = make_world(sqlite_database, tmp_path / "words", **account)
    world.settings = world.dispatcher.settings = world.settings.model_copy(
        update={"sms": play.settings.sms, "push": world.settings.push.model_copy(
            update={"quiet_from": world.settings.push.quiet_to})})
    object.__setattr__(world.workshop, "settings", world.settings)
    world.ports.put(Channels, channels)
    world.ports.put(SmsPort, play.sms())
    return Notices(world, None)


async def _hears(notices: Notices, play: Play) -> None:
    """Give our dispatcher the callbacks that the played WeChat sent."""
    gate = Gate("main", play.account)
    await play.settle()
    for call in play.hook.calls:
        letter = gate.open(MultiDict(call["query"]), call["body"].encode(), clock.now().timestamp())
        await notices.world.dispatcher.turn(letter.inbound)
    play.hook.calls.clear()


async def _push(notices: Notices, play: Play, about: str, facts: dict[str, str]) -> None:
    async with notices.world.database.transaction() as tx:
        await create(tx, "main", "wechat", play.openid)
        contact_id = await tx.scalar(select(contact.c.id).where(contact.c.external_id == play.openid))
    async with notices.world.workshop.job(name="test").context(contact_id) as context:
        await NoticesService(context).push("probe.report", contact_id, about, facts)


async def test_from_the_push_to_the_phone_and_back(hospital: Notices, play: Play) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})
    await play.post("/phones/1/send", {"text": "你好"})
    await _hears(hospital, play)
    for number in range(9):
        facts = {"name": f"血常规{number}", "at": "2027-03-01 09:30", "url": "http://h/report"}
        await _push(hospital, play, about=f"report:{number}", facts=facts)
    await hospital.settle()
    said, templates = play.seen("customer"), play.seen("template")
    # Five after the message and three for following, then the template.
    assert [entry["text"].split("\n")[1] for entry in said] == [f"血常规{number}" for number in range(8)]
    assert "http://h/report" in said[0]["text"]
    assert [entry["values"] for entry in templates] == [{"thing1": "血常规8", "time2": "2027-03-01 09:30"}]
    await _hears(hospital, play)
    await hospital.settle()
    rows = await hospital.rows()
    assert [row.way for row in rows] == ["customer_service"] * 8 + ["template"]
    assert (rows[-1].delivered, rows[0].delivered) == ("delivered", None)
