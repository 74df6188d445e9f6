"""Which words mean that somebody's life may be in danger now, and of what kind it is. Pure.

A deliberately small net of whole phrases that hardly mean anything else; a full triage has its own knowledge. Each
entry is a list of parts that must all occur, in any order; a denial close before one ("没有胸痛") takes it back. The
kinds stand in the order in which they are answered: what must be done first comes first.
Sources of the discriminators: 急诊预检分诊专家共识 (2018) level I and II; self-harm: any statement of intent.
"""

from __future__ import annotations

import re
from typing import Literal

Alarm = Literal[
    "accident", "unconscious", "seizure", "bleeding", "pregnant", "swallowed", "gas", "poison", "breath", "stroke",
    "chest", "emergency", "self_harm", "self_harm_now",
]
"""What is to be done differs by kind; `self_harm_now` is self-harm that has begun or endangers life already."""

_CHEST = (
    "胸痛|胸疼|胸口.{0,3}[痛疼闷]|胸部.{0,2}[痛疼]|前胸.{0,2}[痛疼]|胸.{0,2}剧痛|胸闷|心口.{0,2}[痛疼闷]"
    "|心绞痛|心脏.{0,2}(痛|疼|绞)"
)
_POISONS = (
    "老鼠药|耗子药|鼠药|毒鼠强|毒药|农药|百草枯|敌敌畏|杀虫剂|蟑螂药|除草剂|洁厕|消毒液|消毒水|84液|漂白"
    "|洗衣液|洗洁精|清洁剂"
    "|管道疏通|强酸|强碱|硫酸|盐酸|烧碱|甲醇|汽油|煤油|水银|毒蘑菇|毒菌|野蘑菇|干燥剂"
)
_PILLS = "安眠药|安定片?|退烧药|降压药|降糖药|止痛药|布洛芬|感冒药|头孢|精神药|药"
_THINGS = "电池|磁铁|磁力珠|巴克球|硬币|纽扣|针|钉|刀片|玻璃|异物|玩具|别针|珠子|枣核|牙签|骨头|笔帽|螺丝"

_EMERGENCY: tuple[tuple[Alarm, tuple[str, ...]], ...] = (
    ("accident", ("触电|溺水|坠楼|车祸", "昏|晕|不动|没反应|流血|出血|受伤|呼吸")),
    ("unconscious", ("没有呼吸|没呼吸|没心跳|呼吸停|心跳停|心脏停|心脏骤停",)),
    ("unconscious", (
        "叫不醒|昏迷|不省人事|人事不省|晕倒没反应|没反应了|意识不清|失去意识|没有?意识|(晕|昏)过去|(晕|昏)倒了",
    )),
    ("seizure", ("抽搐|抽筋不止|惊厥|一直在抽",)),
    ("pregnant", ("孕|怀孕|孕妇", "大出血|出血很多|流了很多血|破水")),
    ("bleeding", ("大出血|血止不住|止不住血|喷血|吐血|呕血|咳血很多",)),
    ("swallowed", (f"误吞|(吞|咽)(了|下|进|掉).{{0,6}}({_THINGS})|({_THINGS}).{{0,6}}(吞|咽)(了|下|进|掉)",)),
    ("swallowed", (
        "(吃|咽|吞)(了|下|进).{0,4}(电池|磁铁|磁力珠|巴克球|刀片|玻璃)|(电池|磁铁|磁力珠|刀片).{0,3}吃"
        "(了|下|进)",
    )),
    ("swallowed", (
        "噎住|呛住|噎着|卡住?.{0,3}(喉咙|气管|嗓子)|(喉咙|气管|嗓子).{0,3}卡",
        "脸.{0,3}(紫|青)|说不出话|喘|憋|发紫|呼吸",
    )),
    ("gas", ("煤气中毒|一氧化碳中毒|瓦斯中毒|燃气中毒|沼气中毒",)),
    ("poison", (
        f"(吃|喝|吞|服|舔|食).{{0,6}}({_POISONS})|({_POISONS}).{{0,6}}(吃了|喝了|吞了|吃进|喝进|喝下|吃下|中毒)",
    )),
    ("poison", (
        f"误(服|食|喝)|(药物|酒精|蘑菇|亚硝酸盐?|乌头)中毒|({_PILLS})(吃|服|喝)(得|的)?(太|过)?(多了?(?!久|少"
        "|长|大|种|次)|过量|错)",
    )),
    ("poison", (
        f"(吃|吞|服|喝)(得|的|了)?(太|过)?(多|过量)了?({_PILLS})|(吃|服|喝)错了?({_PILLS})"
        f"|({_PILLS}).{{0,3}}(过量|过多)",
    )),
    ("poison", (
        rf"(吃|吞|服)(了|下).{{0,6}}(一瓶|整瓶|半瓶|一把|整盒|大量|几十[片颗粒]|([2-9]\d"
        rf"|\d{{3,}})[片颗粒]).{{0,2}}({_PILLS})",
    )),
    ("poison", (f"(吃|吞|服)(了|下)(好多|很多|许多)({_PILLS})(?!.{{0,4}}(没|无效|不管|不见|不好|还))",)),
    ("poison", (
        rf"({_PILLS}).{{0,4}}(吃|吞|服)(了|下).{{0,3}}(一瓶|整瓶|半瓶|一把|整盒|几十|([2-9]\d"
        rf"|\d{{3,}})[片颗粒])",
    )),
    ("breath", (
        "喘不上气|喘不过气|喘不上来|喘不过来|上不来气|气上不来|呼吸困难|呼吸不了|呼吸不上来|不能呼吸|憋气"
        "|透不过气|窒息",
    )),
    ("breath", ("喉咙肿|喉头水肿|过敏性?休克|全身过敏.{0,6}(喘|晕|憋)|(脸|嘴唇|嘴).{0,2}发(紫|绀)",)),
    ("stroke", ("口角歪|嘴歪|半身不遂|一侧.{0,4}(没力|无力|麻木|动不了)|突然.{0,6}(说不出话|说话不清|看不见)",)),
    ("chest", (
        _CHEST,
        "大汗|冒汗|出汗|冷汗|喘不上|濒死|放射|左臂|左肩|压榨|厉害|剧烈|剧痛|突然|突发|受不了|要命|撕裂|要死",
    )),
    ("chest", ("心脏病(又)?(发作|犯)|(突发|突然|刚刚|急性).{0,3}心脏病",)),
    ("emergency", ("新生儿|刚出生|满月|没满月|不到(两|2|三|3)个月", "发烧|发热|高烧|不吃奶|不哭")),
)
_ILLNESS: tuple[tuple[Alarm, str], ...] = (
    ("stroke", "中风|卒中|脑出血|脑溢血|脑梗死|脑梗塞|脑梗"),
    ("chest", "心肌梗死|心肌梗塞|心梗|猝死"),
)
"""Illnesses that many have had for years: danger only where it begins now, or where nothing else is said at all."""
_OLD = "后遗症|康复|恢复|后(?!背)|病史|史|以后|之后"
_SOMEBODY = (
    "(我|你|他|她|家里|家|的|有|个|爸爸?|妈妈?|爷爷|奶奶|外公|外婆"
    "|姥姥|姥爷|老公|老婆|爱人|父亲|母亲|老人|朋友|人|这|那|是|得|患)*"
)
_SUDDEN = "突发|突然|刚刚|刚才|刚(?!好)|现在|正在|发作|犯了|急性|马上|快来|救"
_MAYBE = "(好像|好象|是不是|可能|疑似|怀疑|估计|怕是|应该是)(是|得了?|有)?"

_CARE = re.compile("复查|复诊|随访|出院|挂号|挂什么|挂哪|什么科|哪个?科|预约|开药|体检|预防")
_PILLS_OF_HARM = re.compile("(吃|吞|服)(了|下|过)?.{0,4}(安眠药|安定)")
_SELF_HARM = re.compile(
    "自杀|不想活|想死|活不下去|活够了|死了算了|活着没(意思|意义)|了结(自己|生命)|结束(自己的?)?生命|轻生"
    "|割腕|跳楼|伤害自己|想从.{0,4}跳下"
)
_BEGUN = re.compile("割了?腕了?.{0,6}(血|伤)|(已经|刚刚?|刚才)(割|跳|吞|吃)|割腕了")
_DENIED = re.compile(r"(没有?|无|不|并未|未见?|从不|不会|不是)[^,，。;；!！?？ ]{0,3}$")
_MARKS = re.compile(r"[\W_]+")
_PATTERNS = tuple((kind, tuple(re.compile(part) for part in parts)) for kind, parts in _EMERGENCY)
_FIRST = re.compile("|".join(parts[0] for _, parts in _EMERGENCY))
_ILL = tuple(
    (
        kind,
        re.compile(f"(?:{words})(?!(?:的)?(?:{_OLD}))"),
        re.compile(f"(?:{_SUDDEN}).{{0,8}}?(?:{words})|(?:{words}).{{0,4}}?(?:{_SUDDEN})|{_MAYBE}(?:{words})"),
        re.compile(f"{_SOMEBODY}(?:{words})(了|啊|呀|吧|怎么办|怎么急救|急救|咋办|要紧吗|严重吗)*"),
    )
    for kind, words in _ILLNESS
)


def alarm(text: str) -> Alarm | None:
    """What the text is a sign of, or None. A history ("去年昏迷过") still alarms: rather once too often."""
    if len(text) < 2:
        return None
    danger = _danger(text)
    harm = _SELF_HARM.search(text)
    if harm and not _denied(text, harm.start()):
        if danger == "poison" or _PILLS_OF_HARM.search(text):
            return "poison"  # its answer speaks of both
        return "self_harm_now" if danger or _BEGUN.search(text) else "self_harm"
    return danger


def _danger(text: str) -> Alarm | None:
    if _FIRST.search(text):
        for kind, parts in _PATTERNS:
            if all(any(not _denied(text, found.start()) for found in part.finditer(text)) for part in parts):
                return kind
    return _illness(text)


def _illness(text: str) -> Alarm | None:
    for kind, words, sudden, alone in _ILL:
        if not words.search(text) or not any(not _denied(text, found.start()) for found in words.finditer(text)):
            continue
        if (sudden.search(text) and not _CARE.search(text)) or alone.fullmatch(_MARKS.sub("", text)):
            return kind
    return None


def _denied(text: str, start: int) -> bool:
    return _DENIED.search(text[max(0, start - 6) : start]) is not None
