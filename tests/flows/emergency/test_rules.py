from __future__ import annotations

import pytest

from flows.emergency.rules import alarm


@pytest.mark.parametrize(
    "text",
    [
        "胸口疼得厉害，一直出冷汗",
        "我爸突然口角歪，说不出话",
        "喘不上气了怎么办",
        "孩子抽搐了",
        "流鼻血止不住血",
        "孕妇破水了还流了很多血",
        "刚出生十天发烧39度",
        "老人叫不醒了",
        "喝了农药",
        "一侧手脚突然没力",
    ],
)
def test_danger_to_life_is_heard(text: str) -> None:
    assert alarm(text) == "emergency"


@pytest.mark.parametrize("text", ["不想活了", "活着没意思", "我想自杀", "真想从楼上跳下去"])
def test_self_harm_is_heard(text: str) -> None:
    assert alarm(text) == "self_harm"


@pytest.mark.parametrize(
    "text",
    [
        "挂号",
        "1",
        "没有胸痛，就是咳嗽",
        "胸闷两个月了，查过没事",
        "孕妇可以做CT吗",
        "刚出生证明怎么办",
        "没有昏迷",
        "并未抽搐",
        "不会自杀",
        "王静",
        "",
    ],
)
def test_ordinary_words_and_denials_are_not(text: str) -> None:
    assert alarm(text) is None
