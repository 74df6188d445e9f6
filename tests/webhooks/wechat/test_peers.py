"""Other people's implementations call our address and read our answer."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from wechatpy.crypto import WeChatCrypto
from werobot.crypto import MessageCrypt

from tests.support.node import run_node
from tests.webhooks.wechat.caller import AES_KEY, APP_ID, NONCE, TOKEN, Caller, Remembering, fixture, flat, serving

SCRIPT = (Path(__file__).parents[2] / "peers" / "wechat.cjs").read_text()
OPENID = "oia2TjuEGTNoeX76QEjQNrcURxG8"
WORDS = "您好，请选择科室"


async def node(peer: str, act: str, **given: str) -> dict:
    facts = json.dumps({"token": TOKEN, "key": AES_KEY, "app": APP_ID, **given})
    return json.loads(await asyncio.to_thread(run_node, SCRIPT, peer, act, text=facts))


async def call(made_signature: str, body: bytes, timestamp: str) -> tuple[dict[str, str], Remembering]:
    """Post an encrypted body; the envelope that comes back, and what was heard."""
    dispatcher = Remembering()
    query = Caller().clear(when=int(timestamp)) | {"encrypt_type": "aes", "msg_signature": made_signature}
    async with serving(dispatcher) as client:
        response = await client.post("/webhooks/wechat/main", params=query, data=body)
        assert response.status == 200
        return flat(await response.read()), dispatcher


def envelope(encrypted: str) -> bytes:
    return f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def expect(xml: str, dispatcher: Remembering) -> None:
    assert dispatcher.heard[0].text == "我要挂号 内科"
    reply = flat(xml.encode())
    assert (reply["ToUserName"], reply["MsgType"]) == (OPENID, "text")
    assert reply["Content"].startswith(WORDS)


@pytest.mark.node
@pytest.mark.parametrize("peer", ["wechat-crypto", "@wecom/crypto", "node-easywechat"])
async def test_node_peers_call_and_read_the_answer(peer):
    timestamp = str(int(time.time()))
    made = await node(peer, "seal", xml=fixture("text__plain").decode(), timestamp=timestamp, nonce=NONCE)
    body = made["body"].encode() if "body" in made else envelope(made["encrypted"])
    answer, dispatcher = await call(made["signature"], body, timestamp)
    read = await node(peer, "unseal", encrypted=answer["Encrypt"], timestamp=answer["TimeStamp"],
                      nonce=answer["Nonce"], signature=answer["MsgSignature"])
    assert (read["app"], read["right"]) == (APP_ID, True)
    expect(read["xml"], dispatcher)


async def test_wechatpy_calls_and_reads_the_answer():
    other, timestamp = WeChatCrypto(TOKEN, AES_KEY, APP_ID), str(int(time.time()))
    body = other.encrypt_message(fixture("text__plain").decode(), NONCE, timestamp)
    answer, dispatcher = await call(flat(body.encode())["MsgSignature"], body.encode(), timestamp)
    xml = other.decrypt_message({"Encrypt": answer["Encrypt"]}, answer["MsgSignature"], answer["TimeStamp"],
                                answer["Nonce"])
    expect(xml, dispatcher)


async def test_werobot_calls_and_reads_the_answer():
    other, timestamp = MessageCrypt(TOKEN, AES_KEY, APP_ID), str(int(time.time()))
    body = other.encrypt_message(fixture("text__plain").decode(), timestamp, NONCE)
    answer, dispatcher = await call(flat(body.encode())["MsgSignature"], body.encode(), timestamp)
    xml = other.decrypt_message(answer["TimeStamp"], answer["Nonce"], answer["MsgSignature"], answer["Encrypt"])
    expect(xml.decode(), dispatcher)
