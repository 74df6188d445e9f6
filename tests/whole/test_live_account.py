"""An installation with an account of its own in daoyi.toml, called by a library that is not ours."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import aiohttp
import pytest
from werobot.crypto import MessageCrypt

from bot.redis_server import die_with_parent
from tests.support.patience import LONG_S
from tests.support.ports import free_port

TOKEN, AES_KEY, APP_ID = "wholeToken2027", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a"
FILE = f"""
phone_desk = "0789-6610000"

[accounts.clinic]
channel = "wechat"
app_id = "{APP_ID}"
app_secret = "{"5" * 32}"
token = "{TOKEN}"
aes_key = "{AES_KEY}"
"""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """`daoyi up` in a folder with nothing but that file."""
    (tmp_path / "daoyi.toml").write_text(FILE, encoding="utf-8")
    number = free_port()
    with (tmp_path / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "up"],
            cwd=tmp_path,
            env={**os.environ, "DAOYI_PORT": str(number)},
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,
        )
    yield number
    process.send_signal(signal.SIGTERM)
    assert process.wait(LONG_S) == 0, (tmp_path / "up.log").read_text()[-3000:]


async def ready(session: aiohttp.ClientSession, port: int) -> None:
    deadline = time.monotonic() + 2 * LONG_S
    while True:
        try:
            async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
                if response.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        assert time.monotonic() < deadline, "never ready"
        time.sleep(0.2)


def sealed(xml: str) -> tuple[dict[str, str], str]:
    """Query and body of a callback as WeRoBot encrypts it."""
    timestamp, nonce = str(int(time.time())), secrets.token_hex(5)
    reply = ElementTree.fromstring(MessageCrypt(TOKEN, AES_KEY, APP_ID).encrypt_message(xml, timestamp, nonce))
    query = {
        "signature": hashlib.sha1("".join(sorted((TOKEN, timestamp, nonce))).encode()).hexdigest(),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": "oLiveUser1",
        "encrypt_type": "aes",
        "msg_signature": reply.findtext("MsgSignature", ""),
    }
    encrypt = reply.findtext("Encrypt", "")
    return query, f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"


def text_message(number: int, content: str) -> str:
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>oLiveUser1</FromUserName><CreateTime>{int(time.time())}"
        f"</CreateTime><MsgType>text</MsgType><Content>{content}</Content><MsgId>{number}</MsgId></xml>"
    )


async def answered(session: aiohttp.ClientSession, address: str, number: int, content: str) -> ElementTree.Element:
    """The answer, as the library reads it. What a slow machine does not answer in time comes again, as from WeChat."""
    async with asyncio.timeout(LONG_S):
        while True:
            query, body = sealed(text_message(number, content))
            async with session.post(address, params=query, data=body) as response:
                text = await response.text()
            if response.status == 200 and text.startswith("<"):
                break
            assert response.status in (200, 503), response.status
            await asyncio.sleep(0.2)
    envelope = ElementTree.fromstring(text)
    plain = MessageCrypt(TOKEN, AES_KEY, APP_ID).decrypt_message(
        envelope.findtext("TimeStamp", ""),
        envelope.findtext("Nonce", ""),
        envelope.findtext("MsgSignature", ""),
        envelope.findtext("Encrypt", ""),
    )
    return ElementTree.fromstring(plain)


async def test_a_foreign_librarys_callback_is_answered_for_it_to_read(port: int) -> None:
    address = f"http://127.0.0.1:{port}/webhooks/wechat/clinic"
    async with aiohttp.ClientSession() as session:
        await ready(session, port)
        said = []
        for number, content in ((7001, "挂号"), (7002, "1"), (7002, "1")):
            answer = await answered(session, address, number, content)
            assert answer.findtext("ToUserName") == "oLiveUser1" and answer.findtext("FromUserName") == "gh_1"
            said.append(answer.findtext("Content") or "")
        assert "内科" in said[0] and "呼吸内科" in said[1] and said[1] == said[2]
        async with session.get(f"http://127.0.0.1:{port}/sandbox/") as response:
            assert response.status == 404, "the sandbox may not stand beside a real account"
