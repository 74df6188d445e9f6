"""What a flow has no use for is answered by whoever can, and the flow goes on after it."""

from __future__ import annotations

from bot.talk.messages import Answer
from tests.support.world import World

SORT = "喝什么茶？"


def texts(answer: Answer) -> list[str]:
    return [message.text for message in answer.messages]


async def test_a_reader_is_asked_and_the_question_comes_again(world: World) -> None:
    assert texts(await world.said("a", "喝果汁")) == [SORT]
    begun = texts(await world.said("a", "其实想喝红的"))
    assert SORT not in begun and begun[-1] == "要多热？"
    assert texts(await world.said("a", "取消"))[-1] == SORT


async def test_a_word_inside_begins_its_flow(world: World) -> None:
    await world.said("a", "喝果汁")
    assert texts(await world.said("a", "我看还是喝酒去吧"))[-1] == "您贵姓？"


async def test_three_misses_offer_a_human(world: World) -> None:
    await world.said("a", "喝果汁")
    said = [texts(await world.said("a", "嗯呐哈")) for _ in range(3)]
    assert all(each[-1] == SORT for each in said)
    assert ["先不办" in "".join(each) for each in said] == [False, False, True]


async def test_otherwise_runs_where_nobody_can(world: World) -> None:
    await world.said("a", "喝果汁")
    await world.said("a", "1")
    assert texts(await world.said("a", "想喝红的"))[-1] == "要多热？"
    await world.said("a", "取消")
    assert len(texts(await world.said("a", "嗯呐哈"))) == 1
    assert texts(await world.said("a", "返回")) != ["要多热？"]


async def test_help_inside_a_flow_is_one_line(world: World) -> None:
    await world.said("a", "喝果汁")
    said = texts(await world.said("a", "帮助"))
    assert len(said) == 2 and len(said[0].splitlines()) == 1 and said[1] == SORT
