"""The played WeChat's callbacks, taken by our own webhook and by hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest
from aiohttp import web

from bot.errors import BadInput
from bot.talk.messages import Message
from integrations.sandbox.callbacks import signed_callback, to_xml
from integrations.sandbox.state import COURIER
from tests.integrations.playing import Play, playing
from tests.support.patience import LONG_S, until
from webhooks.wechat.gate import Gate

MODES = ["safe", "compatible", "plaintext"]


@pytest.fixture
async def hasty() -> AsyncIterator[Play]:
    """As `play`, with a WeChat that waits for a second only."""
    async with playing(patience=1) as made:
        yield made


def _open(play: Play, call: dict[str, Any]) -> Any:
    return Gate("main", play.account).open(call["query"], call["body"].encode(), time.time()).inbound


@pytest.mark.parametrize("mode", MODES)
async def test_our_webhook_opens_them(mode: str) -> None:
    async with playing(mode=mode) as play:
        await play.post("/phones/1/event", {"event": "subscribe"})
        await play.post("/phones/1/send", {"text": "挂号 <a> ]]> & \"'"})
        subscribe, text = (_open(play, call) for call in play.hook.calls)
        assert (subscribe.kind, subscribe.contact, subscribe.account) == ("subscribe", play.openid, "main")
        assert (text.kind, text.text) == ("text", "挂号 <a> ]]> & \"'")
        assert int(text.external_id) > 2**53
        clear = "挂号" in play.hook.calls[1]["body"]
        assert clear is (mode != "safe")
        assert ("encrypt_type" in play.hook.calls[1]["query"]) is (mode != "plaintext")


@pytest.mark.parametrize("mode", MODES)
async def test_our_answers_are_read(mode: str) -> None:
    async with playing(mode=mode) as play:
        async def answer(call: dict[str, Any]) -> web.Response:
            gate = Gate("main", play.account)
            letter = gate.open(call["query"], call["body"].encode(), time.time())
            body, _ = gate.answer(letter, (Message("约好了 ]]> & <b>"),), time.time())
            return web.Response(body=body, content_type="application/xml")

        play.hook.answer = answer
        await play.post("/phones/1/event", {"event": "subscribe"})
        sent = await play.post("/phones/1/send", {"text": "1"})
        assert sent["delivered"]["answer"]["text"] == "约好了 ]]> & <b>"
        assert sent["delivered"]["ok"] and sent["delivered"]["tries"] == 1
        assert [entry["text"] for entry in play.seen("passive")] == ["约好了 ]]> & <b>"] * 2


async def test_a_changed_callback_is_forged(play: Play) -> None:
    xml = to_xml({"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": 1, "MsgType": "text", "Content": "x",
                  "MsgId": 1})
    made = signed_callback(play.account, xml, "o1")
    gate, query = Gate("main", play.account), dict(parse_qsl(made.query))
    assert gate.open(query, made.body, time.time()).inbound.text == "x"
    with pytest.raises(BadInput, match="bad_signature"):
        gate.open(query | {"msg_signature": "0" * 40}, made.body, time.time())
    with pytest.raises(BadInput, match="stale"):
        gate.open(query, made.body, time.time() + 3600)


async def test_silence_is_an_answer(play: Play) -> None:
    sent = await play.post("/phones/1/event", {"event": "subscribe"})
    assert sent["delivered"] == {"tries": 1, "statuses": [200], "ok": True, "answer": None, "same": True}
    assert play.seen("passive") == play.seen("fault") == []


@pytest.mark.parametrize("status", [500, 403])
async def test_four_tries_and_the_patient_is_told(play: Play, status: int) -> None:
    async def broken(call: dict[str, Any]) -> web.Response:
        return web.Response(status=status)

    play.hook.answer = broken
    sent = await play.post("/phones/1/event", {"event": "subscribe"})
    assert sent["delivered"]["statuses"] == [status] * 4 and not sent["delivered"]["ok"]
    assert len(play.seen("fault")) == 1
    ids = {ElementTree.fromstring(call["body"]).findtext("MsgId") for call in play.hook.calls}
    assert len(ids) == 1


async def test_who_is_slow_is_asked_again(hasty: Play) -> None:
    async def slow_once(call: dict[str, Any]) -> web.Response:
        if len(hasty.hook.calls) == 1:
            hasty.app[COURIER]._patience = LONG_S
            await asyncio.sleep(LONG_S)
        return web.Response(text="success")

    hasty.hook.answer = slow_once
    sent = await hasty.post("/phones/1/event", {"event": "subscribe"})
    assert sent["delivered"]["statuses"] == [0, 200] and sent["delivered"]["ok"]
    first, second = (_open(hasty, call) for call in hasty.hook.calls)
    assert first.external_id == second.external_id


@pytest.mark.parametrize("body", [
    "{\"ok\": true}", "<xml>", "<xml></xml>", "hello", "<xml><ToUserName>somebody</ToUserName></xml>",
    "<xml><Encrypt>AAAA</Encrypt><MsgSignature>x</MsgSignature><TimeStamp>1</TimeStamp><Nonce>1</Nonce></xml>",
])
async def test_a_malformed_answer_is_a_fault_at_once(play: Play, body: str) -> None:
    async def malformed(call: dict[str, Any]) -> web.Response:
        return web.Response(text=body)

    play.hook.answer = malformed
    sent = await play.post("/phones/1/event", {"event": "subscribe"})
    assert sent["delivered"]["tries"] == 1 and not sent["delivered"]["ok"]
    assert len(play.seen("fault")) == 1


@pytest.mark.parametrize(("reply", "shown"), [
    ("<MsgType>text</MsgType><Content>x</Content>", {"type": "text", "text": "x"}),
    ("<MsgType>image</MsgType><Image><MediaId>m</MediaId></Image>", {"type": "image", "media_id": "m"}),
    ("<MsgType>news</MsgType><ArticleCount>1</ArticleCount><Articles><item><Title>t</Title><Url>http://h</Url></item>"
     "</Articles>", {"type": "news", "articles": [{"title": "t", "description": "", "picture": "", "url": "http://h"}]}),
    ("<MsgType>text</MsgType><Content></Content>", None),
    ("<MsgType>text</MsgType><Content>" + "长" * 683 + "</Content>", None),
    ("<MsgType>news</MsgType><ArticleCount>2</ArticleCount><Articles><item/><item/></Articles>", None),
    ("<MsgType>hologram</MsgType>", None),
])
async def test_kinds_of_answers(reply: str, shown: dict[str, Any] | None) -> None:
    async with playing(mode="plaintext") as play:
        async def answer(call: dict[str, Any]) -> web.Response:
            return web.Response(text=f"<xml><ToUserName>{play.openid}</ToUserName><FromUserName>gh</FromUserName>"
                                     f"<CreateTime>1</CreateTime>{reply}</xml>")

        play.hook.answer = answer
        await play.post("/phones/1/event", {"event": "subscribe"})
        seen = [{key: entry[key] for key in entry if key not in ("id", "at", "way", "account")}
                for entry in play.seen("passive")]
        assert seen == ([shown] if shown else [])
        assert len(play.seen("fault")) == (0 if shown else 1)


async def test_a_clear_answer_in_safe_mode_is_none(play: Play) -> None:
    async def clear(call: dict[str, Any]) -> web.Response:
        return web.Response(text=f"<xml><ToUserName>{play.openid}</ToUserName><FromUserName>gh</FromUserName>"
                                 "<CreateTime>1</CreateTime><MsgType>text</MsgType><Content>x</Content></xml>")

    play.hook.answer = clear
    await play.post("/phones/1/event", {"event": "subscribe"})
    assert play.seen("passive") == [] and len(play.seen("fault")) == 1


async def test_copies_at_the_same_time(play: Play) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})
    play.hook.calls.clear()
    all_there = asyncio.Barrier(5)

    async def meet(call: dict[str, Any]) -> web.Response:
        await all_there.wait()
        return web.Response(text="success")

    play.hook.answer = meet
    await play.post("/misbehave", {"callbacks": {"repeat": 5}})
    sent = await play.post("/phones/1/send", {"text": "挂号"})
    assert sent["delivered"]["statuses"] == [200] * 5 and sent["delivered"]["tries"] == 5 and sent["delivered"]["same"]
    assert len({_open(play, call).external_id for call in play.hook.calls}) == 1


async def test_lost_answers_are_asked_for_again(play: Play) -> None:
    await play.post("/misbehave", {"callbacks": {"lost": 2}})
    sent = await play.post("/phones/1/event", {"event": "subscribe"})
    assert sent["delivered"]["statuses"] == [200, 200, 200] and sent["delivered"]["ok"]


async def test_the_second_overtakes_the_first(play: Play) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})
    play.hook.calls.clear()
    await play.post("/misbehave", {"callbacks": {"disorder": True}})
    first = asyncio.create_task(play.post("/phones/1/send", {"text": "first"}))
    await until(lambda: play.app[COURIER]._waiting is not None)
    await play.post("/phones/1/send", {"text": "second"})
    await first
    assert [_open(play, call).text for call in play.hook.calls] == ["second", "first"]


async def test_results_of_sendings_come_back(play: Play) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})
    play.hook.calls.clear()
    message_id = await play.client().send_template(play.openid, play.account.templates["booked"], {"thing1": "x"})
    await play.settle()
    [result] = [_open(play, call) for call in play.hook.calls]
    assert result.kind == "delivery" and result.data["message_id"] == message_id
    assert result.data["status"] == "success"


async def test_the_address_is_checked(play: Play) -> None:
    assert (await play.post("/accounts/main/check", {}))["ok"] is False  # nobody there answers a GET

    async def echo(request: web.Request) -> web.Response:
        return web.Response(text=Gate("main", play.account).hello(request.query, time.time()))

    play.hook.checked = echo
    assert (await play.post("/accounts/main/check", {}))["ok"] is True
