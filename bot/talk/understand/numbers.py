"""Numbers as they are typed and said: 1, １, 一, 第一个, 1号, 选2, 十二."""

from __future__ import annotations

import re

from bot.talk.understand.text import bare

HAN = "零〇一二两三四五六七八九十百廿卅幺"
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1}
_UNITS = {"十": 10, "百": 100}
_BEFORE = r"(?:我|那|就|请|麻烦|帮我|给我|直接|想|要|选择|选|按|点|回复|回|数字|序号|编号|挂|看|是|no\.?|#)*"
_AFTER = r"(?:吧|啊|呀|哦|呢|的|谢谢|了|哈|就行|就好|可以)*"
_SAID = re.compile(
    rf"{_BEFORE}(?P<nth>第)?(?P<number>[0-9]{{1,3}}|[{HAN}]{{1,5}})(?:(?P<counts>[个位家种条行款])|[号项])?{_AFTER}")
_KEY = re.compile(
    rf"(?:我|请|选择|选|按|点|回复|回|数字)*(?P<number>0|[1-9][0-9]?|[{HAN}]{{1,3}})(?:吧|啊|呀|的|了|就行)*")

_TWO = re.compile(r"\d\s+\d")  # 1 2 is not twelve


def han_number(text: str) -> int | None:
    """A Chinese numeral below 1000, with units (三十一, 一百零二, 廿三) or four digits of a year (二〇二六)."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if not text or not set(HAN).issuperset(text):
        return None
    if not any(c in _UNITS for c in text):
        # 二〇二六 is a year; 两三 is "two or three".
        return int("".join(str(_DIGITS[c]) for c in text)) if len(text) in (1, 4) else None
    total, digit, last = 0, -1, 1000
    for character in text:
        if character in _UNITS:
            unit = _UNITS[character]
            # 三十百 and 零十 are no numbers; a bare 十 is ten.
            if unit >= last or digit == 0:
                return None
            total, digit, last = total + (1 if digit < 0 else digit) * unit, -1, unit
        elif digit > 0:
            return None
        else:
            digit = _DIGITS[character]
    return total + max(digit, 0)


def read_number(text: str) -> int | None:
    """The number that is the whole of a message (0 to 999), or None. "12月3号" or "三天" is no number."""
    if len(text) <= 3 and text.isascii() and text.isdigit():
        return int(text)
    if _TWO.search(text[:80]):
        return None
    match = _SAID.fullmatch(bare(text, 40))
    # 三个 counts things, 第三个 names one; 号 and 项 name one either way.
    if match is None or (match["counts"] and not match["nth"]):
        return None
    number = match["number"]
    value = int(number) if number.isascii() else han_number(number)
    return value if value is not None and value < 1000 else None


def read_key(text: str) -> int | None:
    """A number that is pressed, or said as it was heard: 8, 八, 回复八. 8号 may be a day, and 00 is something else."""
    match = _KEY.fullmatch(bare(text, 20)) if len(text) <= 40 else None
    if match is None:
        return None
    number = match["number"]
    return int(number) if number.isascii() else han_number(number)
