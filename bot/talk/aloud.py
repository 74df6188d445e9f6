"""What is heard of what is written: a message, or a line of a page, as a voice is to say it.

The words stand in templates/common/words.toml under [aloud]. Pure: the same text is always said alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.talk.messages import Message
from bot.talk.sounded import HAN, TOKEN, Words, sounded

_WIDE = (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
_NARROW = str.maketrans(
    {wide: chr(wide - 0xFEE0) for wide in _WIDE} | dict.fromkeys((0x3000, 0xA0, 0x202F), " ")
    | {0xFF0E: ".", 0x2212: "-", 0xFF0D: "-"}
)
_UNSEEN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b-\x1f]")
_MARKUP = re.compile(r"</?a\b[^<>]*>", re.IGNORECASE)
_COLON = re.compile("(?<=[0-9])：(?=[0-5][0-9])")
_LISTED = re.compile(r"^([0-9]{1,2})[.、](?![0-9])")
_DAY = re.compile(r"(1[0-2]|[1-9])/(3[01]|[12][0-9]|[1-9])")
_GAPS = re.compile(r"[ \t]+")
# A number and what it counts are one word.
_TIGHT = re.compile(rf"(?<=[0-9A-Z]) (?=[{HAN}])|(?<=[{HAN}]) (?=[¥0-9A-Z](?![a-z]))")
_APART = re.compile(rf"(?<=([{HAN}])) (?=([{HAN}]))|(?<=:[0-9][0-9]) (?=([{HAN}]))")
_CLOSED = re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])")
_PAUSES = re.compile(r"[·•×|/→›»()（）【】「」『』\[\],:;…—–~～_]+|\s-\s")
_ENDS = str.maketrans({"?": "？", "!": "！"})
_SILENT = re.compile(rf"[^{HAN}A-Za-z ，。、；：？！\n]+")
_RUN = re.compile(r"[，。、；：？！ ]*[，。、；：？！][，。、；：？！ ]*")
_STRONGEST = "？！。：；，、"
_SENTENCE = re.compile(r"[^。？！\n]*[。？！\n]*")
_PART = re.compile(r"[^，、；：]*[，、；：]*")


def aloud(text: str, words: Words) -> str:
    """What is heard, line by line: numbers, times and money in words, names that are masked, pauses where one sees
    signs; links, marks and quotes not at all."""
    said = (_line(line, words) for line in _clean(text).split("\n"))
    return "\n".join(line for line in said if line)


def message_aloud(message: Message, words: Words) -> str:
    """A message with its choices as answers that can be given, and its hint; its links are for the eye."""
    parts = [aloud(message.text, words)]
    for number, label in message.options:
        parts.append(aloud(words["option"].format(number=number, label=label), words))
    parts.append(aloud(message.hint, words))
    return "\n".join(part for part in parts if part)


def pieces(text: str, most: int) -> list[str]:
    """What `aloud` gave, cut into parts of at most `most` characters: between sentences, else within one."""
    found: list[str] = []
    for part in _cut(text, most, (_SENTENCE, _PART)):
        if found and len(found[-1]) + len(part) <= most:
            found[-1] += part
        else:
            found.append(part)
    return [part.strip() for part in found if part.strip()]


def _cut(text: str, most: int, borders: Sequence[re.Pattern[str]]) -> list[str]:
    if len(text) <= most:
        return [text]
    if not borders:
        return [text[at : at + most] for at in range(0, len(text), most)]
    return [part for each_one in borders[0].findall(text) if each_one for part in _cut(each_one, most, borders[1:])]


def _clean(text: str) -> str:
    return _COLON.sub(":", _UNSEEN.sub("", _MARKUP.sub("", text.translate(_NARROW))))


def _line(line: str, words: Words) -> str:
    line = _LISTED.sub(r"\1，", _GAPS.sub(" ", line).strip())
    if day := _DAY.fullmatch(line):
        line = words["day"].format(month=day[1], day=day[2])
    alone = rf"{words['left']} ?([0-9]+)(?= ?(?:$|[^{HAN} ]))"
    line = re.sub(alone, lambda found: words["still"].format(number=found[1]), line)
    line = _APART.sub(lambda gap: _gap(gap, words), line)
    # Behind a number or a sum a minus is none: it is a range.
    line = re.sub(
        rf"((?:(?<![0-9{words['yuan']}])(?<![0-9{words['yuan']}] )-)?[0-9][0-9,]*(?:\.[0-9]{{1,2}})?) ?{words['yuan']}",
        r"¥\1", line,
    )
    line = _TIGHT.sub("", line)
    line = TOKEN.sub(lambda found: sounded(found, words), line)
    line = _CLOSED.sub("", line)
    line = _SILENT.sub("", _PAUSES.sub("，", line).translate(_ENDS))
    line = _RUN.sub(lambda found: next(sign for sign in _STRONGEST if sign in found[0]), line)
    line = line.replace(f"，{words['no_pause']}", words["no_pause"]).strip("，、；。 ")
    if not line.strip("，。、；：？！ "):
        return ""
    return line if line[-1] in "？！：" else line + "。"


def _gap(gap: re.Match[str], words: Words) -> str:
    """A gap between words is a pause, but not where they run on."""
    before, after = gap[1] or "", gap[2] or gap[3]
    return "" if (before and before in words["runs_on"]) or after in words["runs_into"] else "，"
