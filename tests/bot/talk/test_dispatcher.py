"""What must hold for every turn, on both databases: once, in order, nothing lost, faults answered kindly."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, text

from bot.db.contacts import contact, conversation, set_reach
from bot.db.inbox import inbox
from bot.db.outbox import outbox
from bot.talk.dispatcher import Dispatcher
from bot.talk.messages import Answer
from bot.talk.session import Session
from tests.bot.talk.toy import AREAS
from tests.support.world import World


def texts(answer: Answer) -> list[str]:
    return [message.text for message in answer.messages]


async def did(world: World) -> list[str]:
    async with world.database.reading() as tx:
        rows = await tx.all(select(outbox.c.payload).where(outbox.c.topic == "toy.did").order_by(outbox.c.id))
    return [json.loads(row[0])["what"] for row in rows]


async def count(world: World, table: object) -> int:
    async with world.database.reading() as tx:
        return int(await tx.scalar(select(func.count()).select_from(table)))  # type: ignore[arg-type]


async def session(world: World, who: str) -> Session:
    async with world.database.reading() as tx:
        found = select(conversation.c.state).join(contact, contact.c.id == conversation.c.contact_id)
        return Session.load(await tx.scalar(found.where(contact.c.external_id == f"o-{who}")) or "")


async def test_a_whole_flow(world: World) -> None:
    first = await world.said("a", "喝茶")
    assert texts(first) == ["喝什么茶？"]
    assert first.messages[0].options == ((1, "绿茶"), (2, "红茶"), (3, "乌龙茶"))
    assert texts(await world.said("a", "2")) == ["要多热？"]
    assert texts(await world.said("a", "八十度")) == ["泡着呢。"]
    frame = (await session(world, "a")).top
    assert frame is not None and frame.data == {"sort": "red", "heat": "八十度", "name": ""}
    contact_id = await world.contact_id("a")
    brewed = await world.dispatcher.event(contact_id, f"brewed:{frame.id}", {}, once="kettle 1")
    assert texts(brewed) == ["您贵姓？"]
    assert texts(await world.said("a", "王静")) == ["谢谢 王静。", "王静，茶好了。"]
    assert await did(world) == ["brew"]


async def test_the_same_message_again_is_answered_the_same_and_does_nothing(world: World) -> None:
    await world.said("a", "喝茶")
    await world.said("a", "1")
    message = world.inbound("a", "很热")
    first = await world.dispatcher.turn(message)
    again = await world.dispatcher.turn(message)
    assert again.duplicate and again.messages == first.messages
    assert await did(world) == ["brew"]


async def test_one_message_delivered_twenty_times_at_once_over_two_processes(world: World) -> None:
    other = Dispatcher(world.database, AREAS, world.wording, world.settings, world.ports)
    await world.said("a", "喝茶")
    await world.said("a", "1")
    message = world.inbound("a", "很热")
    each = [dispatcher.turn(message) for dispatcher in (world.dispatcher, other) for _ in range(10)]
    answers = await asyncio.gather(*each)
    assert {texts(answer)[0] for answer in answers} == {"泡着呢。"}
    assert await did(world) == ["brew"]


async def test_first_messages_of_a_new_contact_at_once(world: World) -> None:
    other = Dispatcher(world.database, AREAS, world.wording, world.settings, world.ports)
    turns = [d.turn(world.inbound("new", "喝茶")) for d in (world.dispatcher, other) for _ in range(5)]
    answers = await asyncio.gather(*turns)
    assert len(answers) == 10 and await count(world, contact) == 1 and await count(world, inbox) == 10


async def test_twenty_messages_of_one_contact_go_one_after_the_other(world: World) -> None:
    """A lost update would lose a frame's answer: every turn reads what the one before it wrote."""
    await world.said("a", "喝茶")
    await asyncio.gather(*(world.said("a", f"不知道{n}") for n in range(20)))
    top = (await session(world, "a")).top
    assert top is not None and top.wait is not None and top.wait.misses == 20
    async with world.database.reading() as tx:
        assert await tx.scalar(select(conversation.c.turns)) == 21


async def test_a_fault_of_ours_is_said_kindly_and_leaves_the_conversation_as_it_was(world: World) -> None:
    await world.said("a", "喝茶")
    before = await session(world, "a")
    message = world.inbound("a", "坏掉")
    failed = await world.dispatcher.turn(message)
    assert len(failed.messages) == 1 and "ZeroDivision" not in failed.messages[0].text
    assert await session(world, "a") == before
    assert (await world.dispatcher.turn(message)).messages == failed.messages
    assert texts(await world.said("a", "转圈"))[0].startswith(texts(failed)[0][:6])


async def test_a_refusal_is_said_and_ends_the_flow(world: World) -> None:
    await world.said("a", "喝茶")
    assert texts(await world.said("a", "乌龙茶")) == ["今天没有乌龙茶。"]
    assert (await session(world, "a")).frames == []


async def test_an_emergency_word_comes_before_everything_and_changes_nothing(world: World) -> None:
    await world.said("a", "喝茶")
    assert texts(await world.said("a", "着火了 1")) == ["请打 119。"]
    assert texts(await world.said("a", "1")) == ["要多热？"]


async def test_back_asks_the_step_before_again_and_gives_back(world: World) -> None:
    await world.said("a", "喝茶")
    await world.said("a", "1")
    assert texts(await world.said("a", "返回")) == ["喝什么茶？"]
    assert await did(world) == ["unheat"]
    assert texts(await world.said("a", "红茶")) == ["要多热？"]
    await world.said("a", "上一步")
    at_start = await world.said("a", "返回")
    assert texts(at_start)[-1] == "喝什么茶？" and len(at_start.messages) == 2


async def test_cancel_gives_back_and_resumes_what_lay_below(world: World) -> None:
    await world.said("a", "喝茶")
    assert texts(await world.said("a", "客人")) == ["您贵姓？"]
    cancelled = texts(await world.said("a", "取消"))
    assert len(cancelled) == 3 and cancelled[-1] == "喝什么茶？"
    await world.said("a", "算了")
    assert (await session(world, "a")).frames == [] and await did(world) == ["leave"]
    assert len((await world.said("a", "取消")).messages) == 1


async def test_the_stack_holds_three_and_drops_the_oldest_with_a_leave(world: World) -> None:
    for words in ("喝茶", "1", "长单子", "客人"):
        await world.said("a", words)
    assert [frame.flow for frame in (await session(world, "a")).frames] == ["tea", "long", "guest"]
    await world.said("a", "喝酒")
    assert [frame.flow for frame in (await session(world, "a")).frames] == ["long", "guest", "wine"]
    assert await did(world) == ["leave"]


async def test_a_long_list_comes_in_pages_and_every_number_counts(world: World) -> None:
    first = (await world.said("a", "长单子")).messages[0]
    assert [n for n, _ in first.options] == list(range(1, 10)) and first.hint
    second = (await world.said("a", "更多")).messages[0]
    assert [n for n, _ in second.options] == list(range(10, 19))
    last = (await world.said("a", "下一页")).messages[0]
    assert [n for n, _ in last.options] == list(range(19, 24))
    assert [n for n, _ in (await world.said("a", "上一页")).messages[0].options] == list(range(10, 19))
    assert texts(await world.said("a", "22")) == ["挑了 22。"]


async def test_three_misses_offer_a_human(world: World) -> None:
    await world.said("a", "长单子")
    said = [texts(await world.said("a", word))[0] for word in ("啦啦啦", "99", "哎呀呀呀")]
    assert len(set(said)) == 3
    assert texts(await world.said("a", "0"))[0] == "叫人来。"


async def test_what_stays_unclear_three_times_is_offered_a_human(world: World) -> None:
    said = [texts(await world.said("a", "呜呜呜呜呜"))[0] for _ in range(4)]
    assert said[0] == said[1] == said[3] != said[2]
    await world.said("a", "呜呜呜呜呜")
    await world.said("a", "取消")
    assert texts(await world.said("a", "呜呜呜呜呜"))[0] == said[0]


@pytest.mark.parametrize(("minutes", "last"), [(4, "要多热？"), (6, "茶凉了。")])
async def test_a_wait_runs_out(world: World, minutes: int, last: str) -> None:
    with time_machine.travel("2027-03-01 08:00", tick=False) as clock:
        await world.said("a", "喝茶")
        asked = await world.said("a", "1")
        top = (await session(world, "a")).top
        assert top is not None and top.wait is not None
        contact_id = await world.contact_id("a")
        clock.shift(timedelta(minutes=minutes))
        lapsed = await world.dispatcher.lapse(contact_id, datetime.fromtimestamp(top.wait.until, UTC))
        assert [*texts(asked), *texts(lapsed)][-1] == last
        again = await world.dispatcher.lapse(contact_id, datetime.fromtimestamp(top.wait.until, UTC))
        assert texts(again) == []


async def test_a_quiet_lapse_gives_back_and_is_told_at_the_next_word(world: World) -> None:
    with time_machine.travel("2027-03-01 08:00", tick=False) as clock:
        await world.said("a", "喝茶")
        clock.shift(timedelta(minutes=11))
        lapsed = await world.dispatcher.lapse(await world.contact_id("a"), datetime.now(UTC))
        assert texts(lapsed) == [] and await did(world) == ["leave"]
        assert len((await world.said("a", "1")).messages) == 2


async def test_the_ledger_of_reach_is_opened_by_a_message(world: World) -> None:
    await world.said("a", "喝茶")
    async with world.database.transaction() as tx:
        ledger = json.loads(await tx.scalar(select(conversation.c.reach)))
        assert ledger["message"][0] == 5
        await set_reach(tx, await tx.scalar(select(contact.c.id)), "{}")


async def test_personal_words_are_not_readable_in_the_database(world: World) -> None:
    await world.said("a", "客人")
    await world.said("a", "王静静")
    async with world.database.reading() as tx:
        rows = await tx.all(text("SELECT body, answer FROM inbox"))
    assert rows and all("王静静".encode() not in bytes(value) for row in rows for value in row)


async def test_a_late_message_is_kept_once_with_all_that_is_needed(world: World) -> None:
    message = world.inbound("a", "喝茶")
    await asyncio.gather(*(world.dispatcher.late(message) for _ in range(3)))
    assert await count(world, outbox) == 1


async def test_staff_mode_only_records(world: World) -> None:
    await world.said("a", "喝茶")
    async with world.database.transaction() as tx:
        await tx.update(conversation.update().values(mode="staff"))
    assert texts(await world.said("a", "1")) == []
    assert await count(world, inbox) == 2
