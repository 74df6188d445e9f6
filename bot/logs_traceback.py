"""Exceptions for the log: where and what kind, without the values that error messages like to quote."""

from __future__ import annotations

import traceback

from bot.errors import DaoyiError

# Programmers' mistakes: their messages name types and attributes. A ValueError or KeyError quotes the value.
TELLING = (
    DaoyiError,
    OSError,
    TypeError,
    AttributeError,
    NameError,
    ImportError,
    AssertionError,
    RuntimeError,
)
DEEPEST = 30


def describe(error: BaseException) -> str:
    """The chain of exceptions, oldest first, as Python prints it, without locals and without quoted values."""
    parts: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        frames = traceback.StackSummary.extract(traceback.walk_tb(one.__traceback__), limit=-DEEPEST)
        parts.append("".join(frames.format()) + message_of(one))
        if isinstance(one, BaseExceptionGroup):
            parts.extend(describe(member) for member in one.exceptions)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\n\n".join(reversed(parts))


def message_of(error: BaseException) -> str:
    """Type and, where it is safe, message of one exception.

    >>> message_of(ValueError("invalid literal for int(): 'secret'"))
    'ValueError (message withheld)'
    """
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, TELLING):
        return f"{name}: {error}"
    # A database driver's error begins with its number, which says enough.
    original = getattr(error, "orig", None) or error
    if original.args and isinstance(original.args[0], int):
        return f"{name}: code {original.args[0]}"
    return f"{name} (message withheld)" if str(error) else name
