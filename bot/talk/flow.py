"""A piece of business carried on in a conversation, as a small class whose steps run once each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, ClassVar, cast

from bot.context import Context
from bot.talk.outcomes import Go, Outcome


@cache
def _names(data: Callable[..., Any]) -> frozenset[str]:
    """The fields of a Data class."""
    return frozenset(entry.name for entry in fields(cast(Any, data)))


def plain(data: Any) -> dict[str, Any]:
    """A flow's data as it is stored. They are JSON values by contract, so nothing needs to be copied, as
    `dataclasses.asdict` would: every turn does this several times."""
    return dict(vars(data))


class Flow:
    """Base of all flows.

    A step is an async method without parameters that returns an outcome. Only names are stored: of the flow, its
    version, the next step. `Data` is a dataclass of JSON values. `upgrades[n]` turns version n's data into n+1's.
    `words` begin the flow from anywhere; `scenes` are prefixes of QR scenes and menu keys that enter it with the rest
    as `arg` ("doctor" in "doctor:D0012").
    """

    name: ClassVar[str]
    area: ClassVar[str] = ""
    version: ClassVar[int] = 1
    words: ClassVar[tuple[str, ...]] = ()
    scenes: ClassVar[tuple[str, ...]] = ()
    upgrades: ClassVar[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
    anew: ClassVar[tuple[str, ...]] = ()
    """Steps whose lists age (what is free, what is coming): where the talk comes back to one, it is looked up anew."""
    goes_on: ClassVar[bool] = False
    """Begun or called while an interrupted one of it lies below, that one goes on with all that was said in it."""
    looks_below: ClassVar[bool] = False
    """It asks the flows that it interrupted what they are about (`below`)."""

    @dataclass
    class Data:
        pass

    def __init_subclass__(
        cls, *, name: str, version: int = 1, words: tuple[str, ...] = (), scenes: tuple[str, ...] = ()
    ) -> None:
        cls.name, cls.version, cls.words, cls.scenes = name, version, words, scenes
        cls.upgrades = dict(cls.__dict__.get("upgrades", {}))

    def __init__(self, context: Context, service: Any, data: Any, frame_id: str) -> None:
        self.context = context
        self.service = service
        self.data = data
        self.frame_id = frame_id
        self.text = ""
        self.returned: Any = None
        self.called = False
        """Another flow goes on when this one ends."""
        self.hushed = False
        """What is asked or said in this turn was said by a push already: it is waited for, not said again."""
        self.resumed = False
        """A list is looked up anew because another flow, which lay above, has ended and said what came of it: where
        nothing is left to ask, nothing need be said."""
        self.below: tuple[Flow, ...] = ()
        """With `looks_below`: the flows that lie under it, the topmost first."""
        self.said: list[tuple[str, dict[str, Any]]] = []

    async def start(self) -> Outcome:
        raise TypeError(f"{type(self).__name__} has no start")

    async def enter(self, arg: str) -> Outcome:
        """How the flow begins when a scene, a menu key or another flow leads here with something to start from."""
        return Go(self.start)

    async def leave(self) -> None:
        """The flow is dropped (cancelled, timed out, pushed off the stack): give back what it held."""

    async def matter(self) -> str:
        """The thing that is talked of (``clinic:1101``, ``appointment:…``), for whoever is asked for help; "": none."""
        return ""

    async def parting(self) -> str:
        """The prompt that is said when 取消 ends the flow, where the general word would mislead; "" is that one."""
        return ""

    def say(self, prompt: str, **facts: Any) -> None:
        """Say something before the outcome's own prompt."""
        self.said.append((prompt, facts))

    def once(self, act: str) -> str:
        """A request id for `act` in this very conversation: the same when the step runs again."""
        return f"{self.frame_id}:{act}"

    @classmethod
    def load_data(cls, stored: dict[str, Any], version: int) -> Any:
        """The data of an older version carried over to today's, unknown fields dropped, missing ones by default."""
        for old in range(version, cls.version):
            upgrade = cls.upgrades.get(old)
            if upgrade is not None:
                stored = upgrade(dict(stored))
        names = _names(cls.Data)
        return cls.Data(**{name: value for name, value in stored.items() if name in names})

    @classmethod
    def has_step(cls, name: str) -> bool:
        return not name.startswith("_") and callable(getattr(cls, name, None))
