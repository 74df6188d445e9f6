"""Many at once over two web processes on MariaDB: once, in order, no slot given twice, everybody answered in time."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree

import aiohttp
import pytest
from sqlalchemy import func, select
from wechatpy.crypto import WeChatCrypto

from bot.db.contacts import contact, conversation
from bot.db.inbox import inbox
from bot.settings import Settings
from integrations.sandbox.app import sandbox_settings
from integrations.sandbox.callbacks import signed_callback
from tests.faults.town import Town, town
from tests.support.mariadb import MariaDB
from tests.support.patience import until
from tests.support.redis import Redis
from tests.support.stack import SECRET, Patient, Stack


@pytest.fixture
async def made(tmp_path: Path, mariadb_server: MariaDB, redis_server: Redis) -> AsyncIterator[Town]:
    async with town(Stack(tmp_path, mariadb_server, redis_server), 0) as ready:
        yield ready


class WeChat:
    """Signs, encrypts and posts; each delivery on a connection of its own, so that both processes get some."""

    def __init__(self, stack: Stack) -> None:
        settings = Settings(secret_key=SECRET, port=stack.port, sandbox="on")
        self.account = sandbox_settings(settings).accounts["main"]
        self.url = f"{stack.url}/webhooks/wechat/main"
        self._crypto = WeChatCrypto(self.account.token, self.account.aes_key, self.account.app_id)
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True, limit=0))

    async def post(self, openid: str, number: int, content: str) -> tuple[int, str, float]:
        """(status, the answer's text, seconds)"""
        xml = (
            f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{openid}</FromUserName>"
            f"<CreateTime>{int(time.time())}</CreateTime><MsgType>text</MsgType><Content>{content}</Content>"
            f"<MsgId>{number}</MsgId></xml>"
        )
        callback = signed_callback(self.account, xml, openid)
        begun = time.monotonic()
        async with self.session.post(f"{self.url}?{callback.query}", data=callback.body) as response:
            body = await response.read()
        took = time.monotonic() - begun
        return response.status, self._text(body), took

    def _text(self, body: bytes) -> str:
        if not body.startswith(b"<"):
            return ""
        envelope = ElementTree.fromstring(body)
        plain = self._crypto.decrypt_message(
            body, envelope.findtext("MsgSignature"), envelope.findtext("TimeStamp"), envelope.findtext("Nonce")
        )
        return ElementTree.fromstring(plain).findtext("Content") or ""


async def test_two_hundred_messages_twenty_times_each(made: Town) -> None:
    wechat = WeChat(made.stack)
    async with wechat.session:
        for first in range(0, 200, 20):  # the crowd of one moment: 20 messages, 20 deliveries of each
            crowd = [
                wechat.post(f"oCrowd{number}", 5000 + number, "挂号")
                for number in range(first, first + 20)
                for _ in range(20)
            ]
            answers = await asyncio.gather(*crowd)
            assert {status for status, _, _ in answers} == {200}
            for start in range(0, len(answers), 20):
                same = Counter(text for _, text, _ in answers[start : start + 20])
                assert len(same) == 1 and "请选科室" in next(iter(same)), same
    async with made.world.database.reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(inbox)) == 200
        assert await tx.scalar(select(func.sum(conversation.c.turns))) == 200


async def test_twenty_different_messages_of_one_contact_at_once(made: Town) -> None:
    wechat = WeChat(made.stack)
    async with wechat.session:
        await wechat.post("oHasty", 1, "挂号")
        answers = await asyncio.gather(*(wechat.post("oHasty", 100 + n, f"随便说说{n}") for n in range(20)))
    assert {status for status, _, _ in answers} == {200}
    async with made.world.database.reading() as tx:
        mine = select(contact.c.id).where(contact.c.external_id == "oHasty").scalar_subquery()
        assert await tx.scalar(select(func.count()).select_from(inbox).where(inbox.c.contact_id == mine)) == 21
        assert await tx.scalar(select(conversation.c.turns).where(conversation.c.contact_id == mine)) == 21


async def test_an_answer_that_takes_too_long_goes_on_as_a_message(made: Town) -> None:
    """Somebody holds the conversation for six seconds: the channel gets its word in time, the contact the answer."""
    patient = await Patient.new(made.stack, made.session, "慢")
    await patient.follow()
    async with made.world.database.transaction() as tx:
        mine = select(contact.c.id).where(contact.c.external_id == patient.openid)
        contact_id = await tx.scalar(mine)
        await tx.one(select(conversation).where(conversation.c.contact_id == contact_id).with_for_update())
        sent = await patient.sent("挂号")
        assert (sent["tries"], sent["statuses"], sent["answer"]) == (1, [200], None), "it never came again"
        await asyncio.sleep(1.2)

    async def told() -> bool:
        return any(entry["way"] == "customer" and "请选科室" in entry["text"] for entry in await patient.history())

    await until(told, pause=0.3)
    assert "内科有这些门诊" in (await patient.say("1") or "")
