"""What others' eyes may see of names and numbers: enough to know oneself again, not enough for anybody else."""

from __future__ import annotations

import re

# Family names of two characters; of an unknown one, only the first character is shown.
COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 夏侯 皇甫 尉迟 公孙 长孙 慕容 令狐 宇文 司徒 司空 东方 独孤 南宫 端木 轩辕 "
    "百里 呼延 申屠 太史 闻人 澹台 公冶 宗政 濮阳 淳于 单于 东郭 南门 西门 羊舌 微生 梁丘 左丘 "
    "仲孙 钟离 闾丘 鲜于 拓跋 完颜 耶律 赫连 第五 公羊".split()
)
_HAN = re.compile(r"[〇\u3400-\u9fff\U00020000-\U0003ffff]+")


def mask_name(name: str) -> str:
    """张三明 -> 张*明, 张三 -> 张*, 欧阳娜娜 -> 欧阳**, 阿依古丽·买买提 -> 阿***·买**, John Smith -> J*** S***.

    The stars of other scripts do not tell the length. Anything else keeps its first character.
    """
    name = " ".join(name.split()).strip("·")
    if "·" in name:
        return "·".join(_first_and_stars(part) for part in name.split("·"))
    if not _HAN.fullmatch(name):
        return " ".join(word[:1] + "***" for word in name.split(" ")) if name else ""
    if len(name) >= 3 and name[:2] in COMPOUND_SURNAMES:
        return name[:2] + "*" * (len(name) - 2)
    if len(name) <= 2:
        return _first_and_stars(name)
    return name[0] + "*" * (len(name) - 2) + name[-1]


def _first_and_stars(part: str) -> str:
    return part[:1] + "*" * max(len(part) - 1, 1) if part else ""


def mask_number(number: str | int) -> str:
    """The last four, as ****1234. A number of eight or fewer keeps no more than half: AB123 -> ****23."""
    text = "".join(str(number).split())
    shown = min(4, len(text) // 2)
    return "****" + (text[-shown:] if shown else "")


def mask_mobile(number: str) -> str:
    """13812345678 -> 138****5678; what is no mobile number is masked as any other number."""
    text = "".join(str(number).split())
    return f"{text[:3]}****{text[-4:]}" if len(text) == 11 and text.isdigit() else mask_number(text)
