"""Whether something was done, was not, or may have been: what the client says of each way in which a call can fail."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations.wechat.accounts import WeChatClients
from integrations.wechat.client import WeChatClient
from tests.integrations.wechat.stub import Stub
from tests.support.patience import LONG_S, until
from tests.support.ports import bound, port_of

SEND = "/cgi-bin/message/custom/send"
INFO = "/cgi-bin/user/info"


async def _slow(request: web.Request) -> web.Response:
    await asyncio.sleep(LONG_S)
    return web.json_response({"errcode": 0})


def patient(stub: Stub, answer: Any) -> WeChatClient:
    """A client that waits long, except for what never comes."""
    return stub.client(seconds=1 if answer is _slow else LONG_S)


async def _cut(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.abort()
    return web.Response()


def _status(status: int):
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text="<html>nginx</html>", content_type="text/html")

    return answer


async def _half(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"errcode"')
    assert request.transport
    request.transport.abort()
    return response


@pytest.mark.parametrize("answer", [_slow, _cut, _half, _status(500), _status(502), _status(200)],
                         ids=["slow", "cut", "half", "500", "502", "no JSON"])
async def test_a_message_may_have_been_sent(stub: Stub, answer) -> None:
    stub.answers[SEND] = answer
    with pytest.raises(OutsideUnknown):
        await patient(stub, answer).send_text("openid", "x")
    assert len(stub.of(SEND)) == 1


@pytest.mark.parametrize("answer", [_slow, _cut, _half, _status(500), _status(200)],
                         ids=["slow", "cut", "half", "500", "no JSON"])
async def test_a_question_has_no_unknown_outcome(stub: Stub, answer) -> None:
    stub.answers[INFO] = answer
    with pytest.raises(OutsideUnavailable):
        await patient(stub, answer).profile("openid")


@pytest.mark.parametrize("answer", [_slow, _cut, _status(500)], ids=["slow", "cut", "500"])
async def test_a_template_message_with_its_id_may_simply_be_sent_again(stub: Stub, answer) -> None:
    stub.answers["/cgi-bin/message/template/send"] = answer
    client = patient(stub, answer)
    with pytest.raises(OutsideUnavailable):
        await client.send_template("openid", "t", {"thing1": "x"}, client_msg_id="1")
    with pytest.raises(OutsideUnknown):
        await client.send_template("openid", "t", {"thing1": "x"})


@pytest.mark.parametrize("status", [429, 503])
async def test_overload_means_not_sent(stub: Stub, status: int) -> None:
    stub.answers[SEND] = _status(status)
    with pytest.raises(OutsideUnavailable):
        await stub.client().send_text("openid", "x")


async def test_a_wrong_address_is_final(stub: Stub) -> None:
    stub.answers[SEND] = _status(404)
    with pytest.raises(OutsideRefused, match="http-404"):
        await stub.client().send_text("openid", "x")


async def test_nobody_there_means_not_sent(stub: Stub) -> None:
    assert stub.account and stub.session
    with closing(bound()) as line:
        gone = stub.account.model_copy(update={"api_base": f"http://127.0.0.1:{port_of(line)}"})
        client = WeChatClients({"main": gone}, stub.session)["main"]
        with pytest.raises(OutsideUnavailable, match="no connection"):
            await client.send_text("openid", "x")


async def test_no_free_connection_means_not_sent(stub: Stub) -> None:
    """All connections are busy with something slow: our message never left."""
    assert stub.account
    stub.answers[SEND] = {"errcode": 0}
    stub.answers[INFO] = _slow
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        client = WeChatClients({"main": stub.account}, session, seconds=1)["main"]
        await client.send_text("openid", "x")
        busy = asyncio.create_task(client.profile("openid"))
        await until(lambda: bool(stub.of(INFO)))
        with pytest.raises(OutsideUnavailable):
            await client.send_text("openid", "y")
        with pytest.raises(OutsideUnavailable):
            await busy
    assert len(stub.of(SEND)) == 1


async def test_errors_hold_no_token(stub: Stub) -> None:
    stub.answers[SEND] = _slow
    with pytest.raises(OutsideUnknown) as caught:
        await patient(stub, _slow).send_text("o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "x")
    told = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.detail}"
    assert "74_" not in told and "o6_" not in told


async def test_other_channels_accounts_are_nobody(stub: Stub) -> None:
    assert stub.account and stub.session
    alipay = stub.account.model_copy(update={"channel": "alipay"})
    clients = WeChatClients({"main": stub.account, "life": alipay}, stub.session)
    assert list(clients) == ["main"] and "life" not in clients
    with pytest.raises(OutsideRefused) as caught:
        clients["life"]
    assert caught.value.code == "account"
    assert isinstance(clients["main"], WeChatClient)
