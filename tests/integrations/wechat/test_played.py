"""The client against the played server: what a patient's phone then shows, and the rules that stop it."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import pytest
import time_machine

from bot import clock
from bot.context import Contact
from bot.errors import OutsideUnavailable
from bot.talk import channel
from bot.talk.messages import Message
from integrations.wechat import errors
from integrations.wechat.accounts import WeChatClients
from integrations.wechat.channel import WeChatChannels
from integrations.wechat.port import Article, MenuChoice
from tests.integrations.playing import Play, play_account


async def _follow(play: Play) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})


async def test_words_arrive(play: Play) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})
    await play.post("/phones/1/send", {"text": "挂号"})
    client = play.client()
    await client.send_text(play.openid, "约好了")
    await client.send_article(play.openid, Article("王静", "http://h/doctor", "呼吸内科"))
    await client.send_menu(play.openid, "满意吗", [MenuChoice("101", "满意")])
    shown = [{key: entry[key] for key in entry if key not in ("id", "at", "way", "account")}
             for entry in play.seen("customer")]
    assert shown == [
        {"type": "text", "text": "约好了"},
        {"type": "news", "articles": [
            {"title": "王静", "description": "呼吸内科", "url": "http://h/doctor", "picture": ""}]},
        {"type": "menu", "head": "满意吗", "choices": [{"id": "101", "label": "满意"}], "tail": ""}]


async def test_five_messages_in_two_days(play: Play) -> None:
    client = play.client()
    with pytest.raises(errors.WindowClosed) as closed:
        await client.send_text(play.openid, "x")
    assert type(closed.value) is errors.WindowClosed
    await _follow(play)
    start = clock.now()
    with time_machine.travel(start + timedelta(seconds=70), tick=True):
        with pytest.raises(errors.WindowClosed):  # following opens it for a minute
            await client.send_text(play.openid, "x")
        await play.post("/phones/1/send", {"text": "你好"})
        for _ in range(5):
            await client.send_text(play.openid, "x")
        with pytest.raises(errors.WindowUsedUp):
            await client.send_text(play.openid, "x")
        await play.post("/phones/1/event", {"event": "CLICK", "EventKey": "flow:booking"})
        for _ in range(3):
            await client.send_text(play.openid, "x")
        with pytest.raises(errors.WindowUsedUp):
            await client.send_text(play.openid, "x")
    with time_machine.travel(start + timedelta(hours=49), tick=True):
        with pytest.raises(errors.WindowClosed) as closed:
            await client.send_text(play.openid, "x")
        assert type(closed.value) is errors.WindowClosed
    assert len(play.seen("customer")) == 8


async def test_the_window_that_ends_first_is_used_first(play: Play) -> None:
    await _follow(play)
    await play.post("/phones/1/send", {"text": "你好"})
    client, start = play.client(), clock.now()
    for _ in range(3):
        await client.send_text(play.openid, "x")
    with time_machine.travel(start + timedelta(minutes=5), tick=True):
        for _ in range(5):
            await client.send_text(play.openid, "x")
        with pytest.raises(errors.WindowUsedUp):
            await client.send_text(play.openid, "x")


@pytest.mark.parametrize(("text", "kind"), [("", errors.MessageRefused), ("长" * 683, errors.MessageRefused)])
async def test_limits_of_a_text(play: Play, text: str, kind: type[Exception]) -> None:
    await _follow(play)
    with pytest.raises(kind):
        await play.client().send_text(play.openid, text)
    await play.client().send_text(play.openid, "长" * 682)


async def test_a_conversations_words_go_as_one_message(play: Play) -> None:
    await _follow(play)
    channels = WeChatChannels(WeChatClients(play.settings.accounts, play.session), play.settings)
    contact = Contact(1, "public", "main", "wechat", play.openid)
    messages = (Message("一"), Message("请选择科室", options=((1, "内科"), (2, "外科"))))
    await channels.of("main").say(contact, messages)
    [shown] = play.seen("customer")
    assert shown["text"].startswith("一\n\n请选择科室\n<a href=\"weixin://bizmsgmenu?")
    gone = Contact(2, "public", "main", "wechat", play.phones[2].seat(play.account.app_id).openid)
    with pytest.raises(channel.WindowClosed):
        await channels.of("main").say(gone, messages)


async def test_template_messages(play: Play) -> None:
    client, template = play.client(), play.account.templates["booked"]
    with pytest.raises(errors.NotFollowing):
        await client.send_template(play.openid, template, {"thing1": "x"})
    await _follow(play)
    play.hook.calls.clear()
    first = await client.send_template(play.openid, template, {"thing1": "呼吸内科", "time2": "2027-03-02 09:30"},
                                       url="http://h/1", client_msg_id="a1")
    again = await client.send_template(play.openid, template, {"thing1": "呼吸内科"}, client_msg_id="a1")
    other = await client.send_template(play.openid, template, {"thing1": "呼吸内科"}, client_msg_id="a2")
    assert first == again != other
    shown = play.seen("template")
    assert len(shown) == 2
    assert shown[0]["kind"] == "booked" and shown[0]["url"] == "http://h/1"
    assert shown[0]["values"] == {"thing1": "呼吸内科", "time2": "2027-03-02 09:30"}
    await play.settle()
    assert len(play.hook.calls) == 2  # told of each by a callback
    with pytest.raises(errors.TemplateUnknown):
        await client.send_template(play.openid, "nobody's", {"thing1": "x"})
    with pytest.raises(errors.ContactUnreachable):
        await client.send_template("nobody", template, {"thing1": "x"})


@pytest.mark.parametrize("values", [
    {}, {"thing1": ""}, {"thing1": "字" * 21}, {"phrase2": "这个词太长了"}, {"phrase2": "abc"}, {"amount3": "二十五"},
    {"character_string4": "中文"}, {"number5": "12a"},
])
async def test_values_of_a_template(play: Play, values: dict[str, str]) -> None:
    await _follow(play)
    with pytest.raises(errors.TemplateRefused):
        await play.client().send_template(play.openid, play.account.templates["booked"], values)


async def test_values_that_fit(play: Play) -> None:
    await _follow(play)
    await play.client().send_template(play.openid, play.account.templates["booked"], {
        "thing1": "字" * 20, "phrase2": "已预约", "amount3": "25.00元", "character_string4": "A-012", "name5": "张*明",
        "first": "old names have no type, and may be as long as they like"})


async def test_subscription_notices(play: Play) -> None:
    client, template = play.client(), play.account.subscriptions["booked"]
    await _follow(play)
    with pytest.raises(errors.SubscriptionRefused):
        await client.send_subscription(play.openid, template, {"thing1": "x"})
    await play.post("/phones/1/event", {"event": "answer", "template_id": template, "accept": True})
    assert await client.send_subscription(play.openid, template, {"thing1": "x"}, page="http://h/1")
    with pytest.raises(errors.SubscriptionRefused):  # one yes, one message
        await client.send_subscription(play.openid, template, {"thing1": "x"})
    await play.post("/phones/1/event", {"event": "answer", "template_id": template, "accept": True, "always": True})
    for _ in range(3):
        await client.send_subscription(play.openid, template, {"thing1": "x"})
    await play.post("/phones/1/event", {"event": "answer", "template_id": template, "accept": False})
    with pytest.raises(errors.SubscriptionRefused):
        await client.send_subscription(play.openid, template, {"thing1": "x"})
    assert len(play.seen("subscription")) == 4


async def test_a_code_brings_its_scene(play: Play) -> None:
    client = play.client()
    qr = await client.qr_code("doctor:17", 600)
    async with aiohttp.ClientSession() as session, session.get(qr.image_url) as picture:
        assert picture.content_type == "image/png" and (await picture.read()).startswith(b"\x89PNG")
    await play.post("/phones/1/event", {"event": "scan", "code": qr.url})
    profile = await client.profile(play.openid)
    assert profile.following and profile.scene == "doctor:17"
    with time_machine.travel(clock.now() + timedelta(seconds=601), tick=True):
        answer = await play.post("/phones/2/event", {"event": "scan", "code": qr.ticket})
        assert answer["delivered"] is None


async def test_files(play: Play) -> None:
    await _follow(play)
    client = play.client()
    media_id = await client.upload("image", "a.png", b"\x89PNG...", "image/png")
    await client.send_image(play.openid, media_id)
    media = await client.download(media_id)
    assert (media.content, media.content_type, media.filename) == (b"\x89PNG...", "image/png", "a.png")
    video = await client.download(await client.upload("video", "v.mp4", b"mp4", "video/mp4"))
    assert video.url.startswith("http://video.sandbox/") and video.content == b""
    with pytest.raises(errors.MediaRefused):
        await client.upload("thumb", "a.jpg", b"x" * 70_000, "image/jpeg")
    with time_machine.travel(clock.now() + timedelta(days=4), tick=True), pytest.raises(errors.MediaRefused):
        await client.download(media_id)


async def test_tokens_are_checked(play: Play) -> None:
    await _follow(play)
    client, account = play.client(), play_account(play)
    await client.send_text(play.openid, "x")
    assert account.fetches == 1
    account.stable_token(True)  # somebody else forced a new one: ours is refused and renewed
    await client.send_text(play.openid, "y")
    assert account.fetches == 3
    wrong = play.account.model_copy(update={"app_secret": "wrong"})
    with pytest.raises(errors.AccountRefused):
        await WeChatClients({"main": wrong}, play.session)["main"].send_text(play.openid, "x")
    nobody = play.account.model_copy(update={"app_id": "wx0000000000"})
    with pytest.raises(errors.AccountRefused):
        await WeChatClients({"main": nobody}, play.session)["main"].send_text(play.openid, "x")


async def test_a_token_of_two_hours(play: Play) -> None:
    await _follow(play)
    client = play.client()
    await client.send_text(play.openid, "x")
    with time_machine.travel(clock.now() + timedelta(hours=2, minutes=1), tick=True):
        with pytest.raises(errors.WindowClosed):  # and not a refused token: a new one was fetched
            await client.send_text(play.openid, "x")
    assert play_account(play).fetches == 2


async def test_the_page_signature_uses_the_played_ticket(play: Play) -> None:
    config = await play.client().js_config("http://h/1")
    assert config.app_id == play.account.app_id and len(config.signature) == 40


async def test_busy_servers(play: Play) -> None:
    await play.post("/misbehave", {"api": "wechat/cgi-bin/stable_token", "errcode": -1})
    with pytest.raises(OutsideUnavailable):
        await play.client().send_text(play.openid, "x")
