"""What may be an emergency although nobody says that it is one now, and which text adds to the one before. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("chest", re.compile("胸(?!部肿块).{0,4}[痛疼闷]|心绞痛|心口|心前区|心脏.{0,3}[痛疼]|憋闷|心梗|心肌梗")),
    ("brain", re.compile("中风(?!后)|卒中(?!后)|脑出血|脑溢血|脑.{0,2}梗|脑血栓|偏瘫|嘴歪|口眼歪|说话不清")),
)
_BODY = re.compile("头.{0,4}[痛疼]|肚.{0,3}[痛疼]|腹.{0,3}[痛疼]|胃.{0,2}[痛疼]|腰.{0,2}[痛疼]|肾绞痛|胆绞痛")
_HARD = re.compile("厉害|剧烈|剧痛|受不了|要命|打滚|突然|突发|裂开|炸")
_OVER = re.compile("后遗症|康复|锻炼|恢复")

_ADDS = re.compile("还|也|又|加上|另外|而且|并且|同时|伴|以及|再加|再有|对了|刚才(?:说)?(?:漏|忘)|补充")


def urgent(signs: Iterable[str], said: str) -> str:
    """The first of chest, brain, pain that the signs of a text speak of, "" for none."""
    signs = tuple(signs)
    for name, pattern in _SIGNS:
        if any(pattern.search(sign) for sign in signs) and not (name == "brain" and _OVER.search(said)):
            return name
    return "pain" if _HARD.search(said) and any(_BODY.search(sign) for sign in signs) else ""


def adds(text: str) -> bool:
    """Whether it says of itself that it goes on with what was said before: 还有点咳嗽, 也发烧."""
    return _ADDS.search(text) is not None
