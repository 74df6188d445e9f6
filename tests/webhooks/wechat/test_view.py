"""The address itself, over HTTP: every mode, several accounts, time limits."""

from __future__ import annotations

import re
import time

import pytest
from structlog.testing import capture_logs

from bot import metrics
from bot.talk.crowd import Crowded
from bot.talk.messages import Answer, Message
from tests.webhooks.wechat.caller import SECOND_APP_ID, Caller, fixture, flat, serving

MAIN = "/webhooks/wechat/main"
OPENID = "oia2TjuEGTNoeX76QEjQNrcURxG8"
HASTE_S = 0.5


# --- URL check ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("account", ["main", "both", "clear"])
async def test_url_check_echoes_exactly(client, account):
    query = Caller().clear() | {"echostr": "4375120948345356249"}
    response = await client.get(f"/webhooks/wechat/{account}", params=query)
    assert (response.status, await response.read()) == (200, b"4375120948345356249")


@pytest.mark.parametrize(("change", "status"), [
    ({"signature": "0" * 40}, 403), ({"signature": ""}, 403), ({"timestamp": "1"}, 403), ({"nonce": "x"}, 403),
    ({"timestamp": "soon"}, 400), ({"echostr": ""}, 400), ({"echostr": "x" * 129}, 400), ({"echostr": "号"}, 400),
])
async def test_url_check_refuses_what_wechat_did_not_sign(client, change, status):
    query = Caller().clear() | {"echostr": "4375120948345356249"} | change
    response = await client.get(MAIN, params=query)
    assert (response.status, await response.read()) == (status, b"")


async def test_url_check_is_for_this_account_now(client):
    echo = {"echostr": "1"}
    assert (await client.get(MAIN, params=Caller(token="another1").clear() | echo)).status == 403
    assert (await client.get(MAIN, params=Caller().clear(when=time.time() - 302) | echo)).status == 403
    assert (await client.get("/webhooks/wechat/nobody", params=Caller().clear() | echo)).status == 404
    assert (await client.get("/webhooks/wechat/alipay", params=Caller().clear() | echo)).status == 404


# --- modes -------------------------------------------------------------------------------------------------------

async def test_an_encrypted_message_gets_an_encrypted_answer(client, dispatcher):
    caller = Caller()
    query, body = caller.sealed(fixture("text__plain"))
    response = await client.post(MAIN, params=query, data=body)
    assert response.status == 200
    reply = caller.read(await response.read())
    assert (reply["ToUserName"], reply["FromUserName"], reply["MsgType"]) == (OPENID, "gh_7f083739789a", "text")
    assert reply["Content"].startswith("您好，请选择科室\n<a href=\"weixin://bizmsgmenu?msgmenucontent=")
    assert abs(int(reply["CreateTime"]) - time.time()) < 10
    [heard] = dispatcher.heard
    assert (heard.source, heard.contact, heard.kind, heard.text) == ("wechat:main", OPENID, "text", "我要挂号 内科")


async def test_compatible_mode_reads_only_what_is_encrypted(client, dispatcher):
    caller = Caller()
    query, body = caller.sealed(fixture("text__plain"), beside=b"<FromUserName>oForged</FromUserName>"
                                b"<MsgType>text</MsgType><Content>forged</Content><MsgId>1</MsgId>")
    response = await client.post("/webhooks/wechat/both", params=query, data=body)
    assert caller.read(await response.read())["ToUserName"] == OPENID
    assert dispatcher.heard[0].text == "我要挂号 内科"


async def test_compatible_mode_takes_plain_bodies_while_the_account_changes_over(client, dispatcher):
    response = await client.post("/webhooks/wechat/both", params=Caller().clear(), data=fixture("text__plain"))
    assert flat(await response.read())["MsgType"] == "text"
    assert len(dispatcher.heard) == 1


async def test_plaintext_mode(client, dispatcher):
    response = await client.post("/webhooks/wechat/clear", params=Caller().clear(), data=fixture("text__no_cdata"))
    assert response.status == 200
    assert flat(await response.read())["Content"] == "您好，请选择科室\n1 内科\n2 外科"
    assert dispatcher.heard[0].text == "a <b> & 挂号"


async def test_each_account_has_a_gate_of_its_own(client, dispatcher):
    second = Caller(token="another1", aes_key="A" * 43, app_id=SECOND_APP_ID)
    query, body = second.sealed(fixture("text__plain"))
    response = await client.post("/webhooks/wechat/second", params=query, data=body)
    assert second.read(await response.read())["MsgType"] == "text"
    assert (await client.post(MAIN, params=query, data=body)).status == 403
    assert [heard.account for heard in dispatcher.heard] == ["second"]


# --- answers -----------------------------------------------------------------------------------------------------

async def post(client, name="text__plain", caller=None):
    caller = caller or Caller()
    query, body = caller.sealed(fixture(name))
    return await client.post(MAIN, params=query, data=body)


def counted(line: str) -> float:
    """The value of one line of what Prometheus reads."""
    found = re.search(rf"^daoyi_{re.escape(line)} (\S+)$", metrics.exposition().decode(), re.MULTILINE)
    return float(found[1]) if found else 0


async def test_callbacks_are_counted(client, dispatcher):
    lines = ['refused_callbacks_total{reason="bad_signature"}', 'callbacks_total{account="main",result="answered"}',
             'callbacks_total{account="main",result="empty"}']
    before = [counted(line) for line in lines]
    await client.post(MAIN, params=Caller(token="another1").sealed(b"<xml></xml>")[0],
                      data=Caller().sealed(b"<xml></xml>")[1])
    await post(client)
    dispatcher.answer = Answer()
    await post(client)
    assert [counted(line) - was for line, was in zip(lines, before, strict=True)] == [1, 1, 1]


async def test_silence_is_success(client, dispatcher):
    dispatcher.answer = Answer()
    response = await post(client, "unsubscribe__left")
    assert (response.status, await response.read()) == (200, b"success")


async def test_every_try_gets_the_same_answer(client, dispatcher):
    first = Caller().read(await (await post(client)).read())
    dispatcher.answer = Answer(dispatcher.answer.messages, duplicate=True)
    again = Caller().read(await (await post(client)).read())
    assert again | {"CreateTime": ""} == first | {"CreateTime": ""}


async def test_echoed_text_cannot_write_xml(client, dispatcher):
    evil = "]]></Content><MsgType><![CDATA[image]]></MsgType>\x00<a href='http://evil'>"
    dispatcher.answer = Answer((Message(evil),))
    reply = Caller().read(await (await post(client)).read())
    assert reply["MsgType"] == "text"
    assert reply["Content"] == evil.replace("\x00", "").replace("<a", "＜a")


async def test_a_turn_that_takes_too_long_goes_on_and_is_answered_later(dispatcher):
    dispatcher.gate.clear()
    async with serving(dispatcher, answer_seconds=HASTE_S) as client:
        began = time.perf_counter()
        response = await post(client)
        assert (response.status, await response.read()) == (200, b"success")
        assert time.perf_counter() - began >= HASTE_S
        assert dispatcher.kept == dispatcher.heard and len(dispatcher.kept) == 1
        assert dispatcher.finished == 0
        dispatcher.gate.set()
        await next(iter(dispatcher.running))
        assert dispatcher.finished == 1


async def test_what_cannot_be_kept_for_later_is_asked_for_again(dispatcher):
    dispatcher.gate.clear()
    dispatcher.late_fault = OSError("no database")
    async with serving(dispatcher, answer_seconds=HASTE_S) as client:
        with capture_logs() as lines:
            response = await post(client)
        assert (response.status, await response.read()) == (503, b"")
    assert [line["event"] for line in lines] == ["callback_not_kept"]


@pytest.mark.parametrize("fault", [RuntimeError("号"), TimeoutError()])
async def test_a_fault_of_ours_is_answered_so_that_wechat_comes_again(client, dispatcher, fault):
    dispatcher.fault = fault
    with capture_logs() as lines:
        response = await post(client)
    assert (response.status, await response.read()) == (500, b"")
    assert [line["event"] for line in lines] == ["callback_failed"] and dispatcher.kept == []


async def test_what_does_not_fit_into_one_message_goes_by_the_outbox(client, dispatcher):
    dispatcher.answer = Answer((Message("第一段。" * 150), Message("第二段。" * 150)))
    response = await post(client)
    assert (response.status, await response.read()) == (200, b"success")
    assert dispatcher.kept == dispatcher.heard


async def test_where_no_turn_has_room_wechat_comes_again(client, dispatcher):
    dispatcher.fault = Crowded()
    with capture_logs() as lines:
        response = await post(client)
    assert (response.status, await response.read()) == (503, b"")
    assert lines == [] and dispatcher.kept == []
