"""Words of a conversation that go as messages of ours."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import OutsideUnavailable
from bot.talk.messages import Message
from flows.notices.delivery import converse
from tests.flows.notices.conftest import Notices

WORDS = (Message("付款成功"), Message("还要办什么", options=((1, "挂号"), (2, "报告"))))


async def _say(notices: Notices, once: str = "outbox:1") -> None:
    async with notices.world.context() as context:
        contact = context.contact
    await converse(notices.world.database, notices.channels, contact, WORDS, once=once)


async def test_all_words_of_a_turn_cost_one_message(notices: Notices) -> None:
    await notices.talked()
    await _say(notices)
    assert [message for _, message in notices.channels.sent] == list(WORDS)
    assert '"message":[4,' in await notices.reach()


@pytest.mark.parametrize("why", ["used up", "shut"])
async def test_what_the_channel_does_not_take_waits_for_the_contact(with_templates: Notices, why: str) -> None:
    notices = with_templates
    if why == "shut":
        await notices.talked()
        notices.channels.closed = True
    await _say(notices)
    await _say(notices)  # the row that carries the words is run again
    await notices.settle()
    assert [values["thing1"] for _, _, values in notices.channels.templates] == ["您有新回复，回复 我的消息 查看"]
    assert notices.channels.sent == [] and notices.world.sms.sent == [] and await notices.tasks() == []
    notices.channels.closed = False
    answer = await notices.world.said("a", "我的消息")
    assert "付款成功" in answer.messages[0].text and "1. 挂号" in answer.messages[0].text
    again = await notices.world.said("a", "我的消息")
    assert "付款成功" not in again.messages[0].text


async def test_that_words_wait_is_said_once_until_they_are_read(with_templates: Notices) -> None:
    notices = with_templates
    for number in (1, 2, 3):
        await _say(notices, f"outbox:{number}")
    await notices.settle()
    told = [values["thing1"] for _, _, values in notices.channels.templates]
    assert told == ["您有新回复，回复 我的消息 查看"]
    answer = await notices.world.said("a", "我的消息")
    assert answer.messages[0].text.count("付款成功") == 3
    notices.channels.closed = True
    await _say(notices, "outbox:4")
    await notices.settle()
    assert len(notices.channels.templates) == 2, "what came after they read is told of again"


async def test_a_window_that_opens_meanwhile_takes_the_words_themselves(notices: Notices) -> None:
    await _say(notices)
    await notices.talked()
    await notices.settle()
    assert [message for _, message in notices.channels.sent] == list(WORDS)
    answer = await notices.world.said("a", "我的消息")
    assert "付款成功" not in answer.messages[0].text


async def test_who_left_hears_nothing(notices: Notices) -> None:
    await notices.talked()
    await notices.talked(kind="unsubscribe")
    await _say(notices)
    await notices.settle()
    assert notices.channels.sent == []
    assert [row.state for row in await notices.rows()] == ["fell"]


async def test_a_channel_that_is_away_is_asked_again_by_the_outbox(notices: Notices) -> None:
    await notices.talked()
    notices.channels.errors = [OutsideUnavailable("http-503")]
    with pytest.raises(OutsideUnavailable):
        await _say(notices)
    notices.traveller.shift(timedelta(seconds=5))
    await _say(notices)
    assert len(notices.channels.sent) == 2


async def test_a_channel_that_is_away_uses_up_nothing_of_the_window(notices: Notices) -> None:
    await notices.talked()
    notices.channels.errors = [OutsideUnavailable("http-503") for _ in range(7)]
    for _ in range(7):
        with pytest.raises(OutsideUnavailable):
            await _say(notices)
    await _say(notices)
    assert [message for _, message in notices.channels.sent] == list(WORDS)
    assert '"message":[4,' in await notices.reach()
