from __future__ import annotations

from typing import get_args

import pytest

from bot.wording import Wording
from flows.emergency.area import alarm as template
from flows.emergency.rules import Alarm, alarm

HEARD = {
    "chest": [
        "胸口疼得厉害，一直出冷汗", "胸口疼得厉害", "胸痛得厉害", "突然胸口疼", "心脏病发作", "我爸心脏病犯了",
        "突发心脏病",
        "心梗", "心梗了", "刚刚心梗了", "脑梗后突然胸痛",
    ],
    "stroke": [
        "我爸突然口角歪，说不出话", "一侧手脚突然没力", "中风", "中风了", "我爸中风了", "好像中风了", "突发脑出血",
        "现在脑梗了怎么办", "刚才脑溢血了",
    ],
    "breath": ["喘不上气了怎么办", "不能呼吸了", "嘴唇发紫"],
    "seizure": ["孩子抽搐了"],
    "bleeding": ["流鼻血止不住血", "吐血了"],
    "pregnant": ["孕妇破水了还流了很多血"],
    "emergency": ["刚出生十天发烧39度"],
    "unconscious": ["老人叫不醒了", "没有呼吸了", "昏倒了", "晕过去了"],
    "accident": ["车祸流血了", "触电昏过去了"],
    "gas": ["煤气中毒了"],
    "swallowed": ["误吞电池", "孩子误吞了电池", "误吞异物", "吞了个硬币", "把磁铁吃了", "花生卡喉咙脸发紫"],
    "poison": [
        "喝了农药", "吃了老鼠药", "孩子吃了老鼠药", "老鼠药被孩子吃了", "安眠药吃多了", "吃多了安眠药", "吃错药了",
        "误服了药",
        "吃了一整瓶药", "吃了30片布洛芬", "喝洁厕灵了", "把84消毒液喝了", "不想活了吃了安眠药",
        "不想活了，吃了一瓶安眠药",
        "想死，喝了农药",
    ],
    "self_harm": ["不想活了", "活着没意思", "我想自杀", "真想从楼上跳下去"],
    "self_harm_now": ["割腕了", "不想活了，割了手血止不住"],
}
EVERY = [(text, kind) for kind, texts in HEARD.items() for text in texts]


@pytest.mark.parametrize(("text", "kind"), EVERY)
def test_danger_is_heard_and_of_what_kind_it_is(text: str, kind: str) -> None:
    assert alarm(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "挂号", "1", "没有胸痛，就是咳嗽", "胸闷两个月了，查过没事", "孕妇可以做CT吗", "刚出生证明怎么办",
        "没有昏迷", "并未抽搐",
        "不会自杀", "王静", "",
        "胸口疼", "胸痛", "胸闷", "没有中风", "预防中风", "中风后遗症偏瘫锻炼", "脑梗三年了想复查",
        "现在脑梗复查挂什么科",
        "心梗支架后", "我爸有心脏病", "心脏病挂什么科", "我现在想挂心脏病的号", "先天性心脏病室间隔缺损",
        "吃药能喝酒吗", "感冒药吃多久", "降压药吃多少合适", "药吃完了", "药饭前吃还是饭后吃", "吃了很多药都没好",
        "老鼠药在哪买",
        "没有误吞",
    ],
)
def test_ordinary_words_and_denials_are_not(text: str) -> None:
    assert alarm(text) is None


@pytest.mark.parametrize("kind", get_args(Alarm))
def test_each_kind_says_the_number_first_and_what_is_right_for_it(kind: str) -> None:
    said = Wording(always={"emergency_phone": "120", "phone_desk": "0571-1"}).render(f"emergency/chat/{kind}")
    assert "120" in said and "急诊" in said + "急诊" * (kind == "self_harm") and "平躺、侧头" not in said
    assert len(said.splitlines()) <= 6
    assert ("12356" in said) == (kind in ("poison", "self_harm", "self_harm_now"))
    assert ("侧躺" in said) == (kind not in ("chest", "breath", "swallowed", "accident", "self_harm", "self_harm_now"))


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("喘不上气", "坐起来"), ("胸口疼得厉害", "坐着"), ("老人叫不醒了", "看着呼吸"), ("吐血了", "干净的布"),
        ("吃了老鼠药", "不要催吐"), ("中风了", "几点开始"),
    ],
)
def test_what_is_told_fits_what_was_said(text: str, advice: str) -> None:
    assert advice in Wording().render(template(text) or "")
