"""What a step may return. Each says what is asked, where the answer goes, and which step is next.

`prompt` names `templates/<area>/chat/<prompt>.j2`; `facts` are given to it besides the flow's data. `minutes` is how
long the answer is waited for; then `expired` runs, or, without one, the flow ends kindly.
`back` is run before the step before this one asks again (to give back what was held, say).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Step = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose: `value` is what is saved (JSON), `label` what is shown, `aliases` other words for it."""

    value: Any
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choose:
    """One of several options, numbered; long lists come in pages of nine."""

    prompt: str
    options: Sequence[Option]
    save: str
    then: Step
    minutes: float = 60
    expired: Step | None = None
    back: Step | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    links: Sequence[tuple[str, str]] = ()
    other: Step | None = None
    """Where a text goes that is none of the options; the flow finds it in `self.text`."""
    event: str = ""
    """`name:key` of what may happen elsewhere (on a page) instead of an answer; then `happened` runs."""
    happened: Step | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A free answer. `check` names a check of `bot.talk.understand.checks`, or "picture"."""

    prompt: str
    save: str
    then: Step
    check: str = "any"
    minutes: float = 60
    expired: Step | None = None
    back: Step | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    links: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Await:
    """An event from elsewhere: `event` with this `key`. `expired` is not optional: nobody waits for ever."""

    prompt: str
    event: str
    key: str | int
    then: Step
    minutes: float
    expired: Step
    facts: dict[str, Any] = field(default_factory=dict)
    links: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Go:
    """Another step of this flow, at once; `say` is said before it."""

    then: Step
    say: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """Another flow by name, then back to `then`; what the other flow ended with is in `self.returned`."""

    flow: str
    then: Step
    say: str = ""
    arg: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """The end. `prompt` is the last word ("" says nothing); `result` goes to a flow that called this one."""

    prompt: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    links: Sequence[tuple[str, str]] = ()
    result: Any = None


@dataclass(frozen=True, slots=True)
class Pass:
    """`text` is none of this flow's business: whoever reads free texts may answer it. If nobody can, `otherwise` runs;
    without one it is a miss: `say` tells why, the question comes again, and after three a human is offered."""

    text: str
    say: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    otherwise: Step | None = None


Outcome = Choose | Ask | Await | Go | Call | Done | Pass
