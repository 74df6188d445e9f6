"""What a transcript can be given, and what can happen in it besides talk.

Areas add theirs in tests/flows/<area>/givens.py.
"""

from __future__ import annotations

import importlib
import pkgutil
import shlex
from collections.abc import Awaitable, Callable
from functools import cache

from tests.support.world import World

Act = Callable[..., Awaitable[None]]
_acts: dict[tuple[str, str], Act] = {}


def given(act: Act) -> Act:
    """Register under its name for `given <name> [words…]`."""
    _acts["given", act.__name__] = act
    return act


def do(act: Act) -> Act:
    """Register under its name for `do <name> [words…]`."""
    _acts["do", act.__name__] = act
    return act


async def call(kind: str, world: World, line: str) -> None:
    _load()
    name, *words = shlex.split(line)
    if (kind, name) not in _acts:
        raise LookupError(f"no {kind} {name}; there are {sorted(n for k, n in _acts if k == kind)}")
    await _acts[kind, name](world, *words)


@cache
def _load() -> None:
    import tests.flows

    for module in pkgutil.walk_packages(tests.flows.__path__, "tests.flows."):
        if module.name.endswith(".givens"):
            importlib.import_module(module.name)
