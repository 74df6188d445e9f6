"""Which words mean that somebody's life may be in danger now. Pure.

A first, deliberately small net of whole phrases that hardly mean anything else; a full triage has its own knowledge.
Each entry is a list of parts that must all occur, in any order; a denial close before one ("没有胸痛") takes it back.
Sources of the discriminators: 急诊预检分诊专家共识 (2018) level I and II; self-harm: any statement of intent.
"""

from __future__ import annotations

import re
from typing import Literal

Alarm = Literal["emergency", "self_harm"]

_EMERGENCY: tuple[tuple[str, ...], ...] = (
    ("没有呼吸|没呼吸|没心跳|呼吸停|心跳停",),
    ("叫不醒|昏迷|不省人事|晕倒没反应|没反应了|意识不清|失去意识",),
    ("胸痛|胸口痛|胸口疼|胸闷|心口痛|心口疼|心绞痛", "大汗|冒汗|出汗|冷汗|喘不上|濒死|放射|左臂|左肩|压榨"),
    ("喘不上气|喘不过气|呼吸困难|憋气|透不过气",),
    ("口角歪|嘴歪|半身不遂|一侧.{0,4}(没力|无力|麻木|动不了)|突然.{0,6}(说不出话|说话不清|看不见)",),
    ("大出血|血止不住|止不住血|喷血|吐血|呕血|咳血很多",),
    ("喉咙肿|喉头水肿|过敏性?休克|全身过敏.{0,6}(喘|晕|憋)",),
    ("抽搐|抽筋不止|惊厥|一直在抽",),
    ("喝了农药|农药中毒|煤气中毒|一氧化碳中毒|吃了.{0,6}(一瓶|整瓶).{0,2}药|误服",),
    ("新生儿|刚出生|满月|没满月|不到(两|2|三|3)个月", "发烧|发热|高烧|不吃奶|不哭"),
    ("孕|怀孕|孕妇", "大出血|出血很多|流了很多血|破水|抽搐"),
    ("触电|溺水|坠楼|车祸", "昏|晕|不动|没反应|流血|出血|受伤|呼吸"),
)
_SELF_HARM = re.compile(
    "自杀|不想活|想死|活不下去|活着没(意思|意义)|了结(自己|生命)|结束(自己的?)?生命|轻生|割腕|跳楼|伤害自己|想从.{0,4}跳下"
)
_DENIED = re.compile(r"(没有?|无|不|并未|未见?|从不|不会|不是)[^,，。;；!！?？ ]{0,3}$")
_PATTERNS = tuple(tuple(re.compile(part) for part in parts) for parts in _EMERGENCY)
_FIRST = re.compile("|".join(parts[0] for parts in _EMERGENCY))


def alarm(text: str) -> Alarm | None:
    """What the text is a sign of, or None. A history ("去年昏迷过") still alarms: rather once too often."""
    if len(text) < 2:
        return None
    harm = _SELF_HARM.search(text)
    if harm and not _denied(text, harm.start()):
        return "self_harm"
    if not _FIRST.search(text):
        return None
    for parts in _PATTERNS:
        if all(any(not _denied(text, found.start()) for found in part.finditer(text)) for part in parts):
            return "emergency"
    return None


def _denied(text: str, start: int) -> bool:
    return _DENIED.search(text[max(0, start - 6) : start]) is not None
