"""What a text means in this conversation, decided in one fixed order.

emergency words > exactly a shown choice > back, cancel, help, human, listen (alone in the message) > another flow's
word alone > thanks and greetings > the current wait's other answers (part of a name, pinyin, a checked free answer)
> another flow's word inside the text > free text.

A flow's word that stands alone goes before the wait's free answer: who is asked for a name and writes 挂号 wants to
book, and nobody is called so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.talk.area import Areas
from bot.talk.session import Session, Wait
from bot.talk.understand import checks, choice, words
from bot.talk.understand.numbers import read_key

PAGE = 9
EASY_PAGE = 5
EASY_MORE, EASY_PREVIOUS = 6, 7
"""In easy mode the same numbers turn the page everywhere."""
EASY_LISTEN = 8
"""And this one reads aloud what was said last, wherever a number may be meant and the hospital has a voice."""
COURTESIES = {"thanks": "common/chat/thanks", "hello": "common/chat/hello"}
UNSAID = 100_000
SHORT = 2
"""A number of so few digits is meant for the list, even where a longer one (a doctor's) could be looked for."""


@dataclass(frozen=True, slots=True)
class Alarm:
    template: str


@dataclass(frozen=True, slots=True)
class Given:
    """The wait is answered with `value`."""

    value: Any


@dataclass(frozen=True, slots=True)
class Which:
    """Several of the shown options would fit; `numbers` are theirs."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Turned:
    """Another page of a long list, beginning at option `page`."""

    page: int


@dataclass(frozen=True, slots=True)
class Control:
    """back, cancel, help, human or listen."""

    word: str


@dataclass(frozen=True, slots=True)
class Courtesy:
    """Thanks or a greeting, and nothing else: no answer, and no miss."""

    template: str


@dataclass(frozen=True, slots=True)
class Begin:
    """A flow's word, alone, or inside a text that says more (`text`): then those who read free texts are asked first,
    because 能挂号吗 may be part of a question."""

    flow: str
    text: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The wait has a step for texts that are none of its options."""


@dataclass(frozen=True, slots=True)
class Missed:
    """The wait cannot use this. `problem` is the template that says why ("" for the general one), with its facts."""

    problem: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Free:
    """Nobody asked for this text."""


Meaning = Alarm | Given | Which | Turned | Control | Courtesy | Begin | Elsewhere | Missed | Free


def decide(
    session: Session, text: str, areas: Areas, today: date, *, easy: bool = False, aloud: bool = False
) -> Meaning:
    """Pure: the same session and text always mean the same. `easy`: the options were shown five at a time; `aloud`: and
    with them the number that has them read."""
    if template := areas.alarm(text):
        return Alarm(template)
    wait = session.top.wait if session.top else None
    if easy and aloud and (wait is None or wait.kind != "text") and read_key(text) == EASY_LISTEN:
        return Control("listen")
    if easy and wait and wait.kind == "choice":
        way = next((way for way, n in easy_ways(wait).items() if read_key(text) == n), None)
        if way:
            return _turned(wait, way, EASY_PAGE)
    matched = choice.match(text, shown(wait, easy=easy)) if wait and wait.kind == "choice" else None
    if matched and matched.kind == "one" and matched.exact:
        return Given(matched.values[0])
    control = words.control(text)
    if wait and wait.kind == "choice" and control in ("more", "previous"):
        return _turned(wait, control, EASY_PAGE if easy else PAGE)
    if control in ("back", "cancel", "help", "human", "listen"):
        return Control(control)
    alone = areas.words.get(words.bare(text))
    if alone:
        return Begin(alone, text, alone=True)
    if polite := words.courtesy(text):
        return Courtesy(COURTESIES[polite])
    if matched and matched.kind == "one":
        return Given(matched.values[0])
    if matched and matched.kind == "many" and not (wait and wait.other) and not easy:
        return Which(matched.numbers)
    if wait and wait.kind == "text":
        checked = checks.check(wait.check, text, today)
        if checked.problem == "":
            return Given(checked.value)
    short_number = matched is not None and matched.how == "out_of_range" and len(words.bare(text)) <= SHORT
    if wait and wait.other and not short_number:
        return Elsewhere()
    if wait is None or wait.kind != "text":
        inside = areas.word_in(text)
        if inside:
            return Begin(inside, text, alone=False)
    if wait is None:
        return Free()
    if wait.kind == "text":
        return Missed(checked.problem, dict(checked.facts))
    if matched and matched.how == "out_of_range":
        return Missed("out_of_range")
    return Missed()


def shown(wait: Wait, *, easy: bool = False) -> list[choice.Shown]:
    """The options of a wait as they are numbered, all pages of them: an earlier page still counts as seen. In easy mode
    only the present page has numbers that anybody would say."""
    first = 1 - wait.page if easy else 1
    return [
        choice.Shown(n if n > 0 and not (easy and n > EASY_PAGE) else UNSAID + n, value, label, tuple(aliases))
        for n, (value, label, aliases) in enumerate(wait.options, first)
    ]


def easy_page(wait: Wait) -> list[list[Any]]:
    """The options that easy mode shows now."""
    return wait.options[wait.page : wait.page + EASY_PAGE]


def easy_ways(wait: Wait) -> dict[str, int]:
    """The pages there are besides the present one: "more" and "previous", with the number that turns to it."""
    ways = {"more": EASY_MORE} if wait.page + EASY_PAGE < len(wait.options) else {}
    return ways | ({"previous": EASY_PREVIOUS} if wait.page else {})


def _turned(wait: Wait, control: str, size: int) -> Turned:
    step = size if control == "more" else -size
    page = wait.page + step
    return Turned(page if 0 <= page < len(wait.options) else 0)
