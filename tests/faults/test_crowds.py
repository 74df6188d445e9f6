"""Many at once over two web processes on MariaDB: once, in order, no slot given twice, everybody answered in time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from xml.etree import ElementTree

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import func, select
from wechatpy.crypto import WeChatCrypto

from bot.db.contacts import contact, conversation
from bot.db.inbox import inbox
from bot.settings import Settings
from integrations.sandbox.app import sandbox_settings
from integrations.sandbox.callbacks import signed_callback
from tests.faults.town import Town, servers, town
from tests.support.patience import until
from tests.support.stack import SECRET, Patient, Stack

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with servers(tmp_path_factory.mktemp("crowds")) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(stack: Stack) -> AsyncIterator[Town]:
    """One town for all: each test has contacts of its own and looks at nobody else's."""
    async with town(stack, 0) as ready:
        yield ready


class WeChat:
    """Signs, encrypts and posts; each delivery on a connection of its own, so that both processes get some."""

    def __init__(self, stack: Stack) -> None:
        settings = Settings(secret_key=SECRET, port=stack.port, sandbox="on")
        self.account = sandbox_settings(settings).accounts["main"]
        self.url = f"{stack.url}/webhooks/wechat/main"
        self._crypto = WeChatCrypto(self.account.token, self.account.aes_key, self.account.app_id)
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True, limit=0))

    async def deliver(self, openid: str, number: int, content: str) -> str:
        """The answer's text, "" where it comes as a message; up to four tries, as WeChat has them."""
        for _ in range(4):
            status, body = await self._post(openid, number, content)
            if status == 200:
                return self._text(body)
        raise AssertionError(f"message {number} was never taken: {status}")

    async def _post(self, openid: str, number: int, content: str) -> tuple[int, bytes]:
        xml = (
            f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{openid}</FromUserName>"
            f"<CreateTime>{int(time.time())}</CreateTime><MsgType>text</MsgType><Content>{content}</Content>"
            f"<MsgId>{number}</MsgId></xml>"
        )
        callback = signed_callback(self.account, xml, openid)
        async with self.session.post(f"{self.url}?{callback.query}", data=callback.body) as response:
            return response.status, await response.read()

    def _text(self, body: bytes) -> str:
        if not body.startswith(b"<"):
            return ""
        envelope = ElementTree.fromstring(body)
        plain = self._crypto.decrypt_message(
            body, envelope.findtext("MsgSignature"), envelope.findtext("TimeStamp"), envelope.findtext("Nonce")
        )
        return ElementTree.fromstring(plain).findtext("Content") or ""


async def taken(made: Town, openids: str, count: int) -> None:
    """So many messages of contacts whose openids begin like this were taken, each of them in one turn."""
    theirs = select(contact.c.id).where(contact.c.external_id.startswith(openids)).scalar_subquery()
    messages = select(func.count()).select_from(inbox).where(inbox.c.contact_id.in_(theirs))
    turns = select(func.sum(conversation.c.turns)).where(conversation.c.contact_id.in_(theirs))

    async def found() -> tuple[int, int]:
        async with made.world.database.reading() as tx:
            return await tx.scalar(messages), await tx.scalar(turns)

    async def all_ended() -> bool:  # a slow machine goes on with what it was too late for
        return min(await found()) >= count

    await until(all_ended)
    assert await found() == (count, count)


async def test_two_hundred_messages_twenty_times_each(made: Town) -> None:
    wechat = WeChat(made.stack)
    async with wechat.session:
        for first in range(0, 200, 20):  # the crowd of one moment: 20 messages, 20 deliveries of each
            crowd = [
                wechat.deliver(f"oCrowd{number}", 5000 + number, "挂号")
                for number in range(first, first + 20)
                for _ in range(20)
            ]
            answers = await asyncio.gather(*crowd)
            for number in range(20):
                same = set(answers[20 * number : 20 * number + 20]) - {""}
                # Where a slow machine was late for all twenty, whoever asks once more is told what was answered.
                same = same or {await wechat.deliver(f"oCrowd{first + number}", 5000 + first + number, "挂号")}
                assert len(same) == 1 and "请选科室" in next(iter(same)), same
    await taken(made, "oCrowd", 200)


async def test_twenty_different_messages_of_one_contact_at_once(made: Town) -> None:
    wechat = WeChat(made.stack)
    async with wechat.session:
        await wechat.deliver("oHasty", 1, "挂号")
        await asyncio.gather(*(wechat.deliver("oHasty", 100 + n, f"随便说说{n}") for n in range(20)))
    await taken(made, "oHasty", 21)


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
