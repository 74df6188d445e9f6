"""Which of the hospital's questions a text asks. Pure, and made ready once: a look-up takes well under a millisecond.

A phrase counts when it is all that was asked, when it stands in the text, when the text stands in it, or when enough
of its pairs of characters are shared; rare pairs tell more than common ones.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.talk.understand.text import normalise

LONGEST = 60
"""Characters of a text that may still be a question; a longer one is a story."""
SURE = 0.6
"""From here on one question is meant."""
LIKELY = 0.46
"""From here on it may be offered."""
CLOSE = 0.08
"""Others so near to the best are offered beside it."""
MOST = 3
ALONE = "="

_POLITE = re.compile(
    r"你好|您好|请问|请教|麻烦|谢谢|多谢|不好意思|打扰|我想问问?|想问问?|想知道|想了解|问一?下|咨询一?下|一下|帮我|告诉我|你们|咱们|咱|贵院|我们"
    r"|这里|这边|这儿|那个|就是"
)
_MARKS = re.compile(r"[\W_]+")
_TAIL = re.compile(r"(?:[吗呢啊呀吧嘛哦了的么]|没有|[不没])+$")
_SAME = (
    ("如何", "怎么"), ("怎样", "怎么"), ("咋", "怎么"), ("哪儿", "哪"), ("哪里", "哪"), ("些什么", "什么"),
    ("啥", "什么"), ("多少时间", "多久"), ("疼", "痛"),
    ("发热门诊", "发烧门诊"), ("交钱", "缴费"), ("交费", "缴费"), ("缴钱", "缴费"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """`words` are ways to ask it, those with = before them only when they are all that is asked; `answer` is the source
    of a template."""

    id: str
    group: str
    title: str
    words: tuple[str, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Group:
    """A heading in the list of questions."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Match:
    question: Question
    score: float


class Index:
    """The questions, made ready for being asked."""

    def __init__(self, questions: Iterable[Question], groups: Iterable[Group] = ()) -> None:
        self.questions: dict[str, Question] = {each.id: each for each in questions}
        used = {each.group for each in self.questions.values()}
        self.groups: tuple[Group, ...] = tuple(each for each in groups if each.id in used)
        self._alone: dict[str, str] = {}
        self._phrases: list[tuple[str, str]] = []
        for each in self.questions.values():
            for words in dict.fromkeys((each.title, *each.words)):
                self._alone.setdefault(stripped(words), each.id)
                if not words.startswith(ALONE):
                    self._phrases.append((stripped(words), each.id))
        self._pairs: dict[str, list[int]] = {}
        seen: Counter[str] = Counter()
        for n, (words, _) in enumerate(self._phrases):
            for pair in _pairs(words):
                self._pairs.setdefault(pair, []).append(n)
        for each in self.questions.values():
            seen.update({pair for words in each.words for pair in _pairs(stripped(words))})
        total = len(self.questions) + 1
        self._tells = {pair: math.log(total / count) for pair, count in seen.items()}
        self._unknown = math.log(total)
        self._weights = [self._weight(_pairs(words)) for words, _ in self._phrases]

    def of_group(self, group: str) -> list[Question]:
        return [each for each in self.questions.values() if each.group == group]

    def ask(self, text: str) -> list[Match]:
        """What may be meant, best first; one alone is sure, several are to choose from, none is no question of ours."""
        said = stripped(text)
        if len(said) < 2 or len(said) > LONGEST:
            return []
        if said in self._alone:
            return [Match(self.questions[self._alone[said]], 1.0)]
        best: dict[str, float] = {}
        pairs = _pairs(said)
        weight = self._weight(pairs)
        for n in {n for pair in pairs for n in self._pairs.get(pair, ())}:
            words, question = self._phrases[n]
            score = self._score(words, self._weights[n], said, pairs, weight)
            best[question] = max(best.get(question, 0.0), score)
        ranked = sorted(best.items(), key=lambda item: -item[1])
        if not ranked or ranked[0][1] < LIKELY:
            return []
        top = ranked[0][1]
        floor = LIKELY if top < SURE else top - CLOSE
        return [Match(self.questions[name], score) for name, score in ranked if score >= floor][:MOST]

    def _score(self, words: str, own: float, said: str, pairs: frozenset[str], weight: float) -> float:
        shared = self._weight(_pairs(words) & pairs)
        alike = 2 * shared / (own + weight) if own + weight else 0.0
        if words in said:
            # The longer the phrase, the less else can be meant.
            return max(alike, 0.45 + 0.05 * min(len(words), 6) + 0.35 * len(words) / len(said) - 0.012 * len(said))
        if said in words:
            return max(alike, 0.5 + 0.4 * len(said) / len(words))
        return alike * 0.95

    def _weight(self, pairs: Iterable[str]) -> float:
        return sum(self._tells.get(pair, self._unknown) for pair in pairs)


def stripped(text: str) -> str:
    """The bare question: no marks, politeness or particles, one word for one thing."""
    said = normalise(text, LONGEST * 3).casefold()
    for other, word in _SAME:
        said = said.replace(other, word)
    said = _MARKS.sub("", said)
    bare = _TAIL.sub("", _POLITE.sub("", said))
    return bare if len(bare) >= 2 else said


def _pairs(said: str) -> frozenset[str]:
    return frozenset(said[n : n + 2] for n in range(len(said) - 1))


def overlaid(ours: Sequence[Question], own: Sequence[Question], gone: Iterable[str]) -> list[Question]:
    """The hospital's own questions over ours: the same id replaces, a new one is added, those in `gone` fall away."""
    every = {each.id: each for each in ours} | {each.id: each for each in own}
    return [each for each in every.values() if each.id not in set(gone)]
