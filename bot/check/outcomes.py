"""Calls of outcomes and of `say` in the source: which argument is which."""

from __future__ import annotations

import ast
from collections.abc import Iterator

# The first parameters of each outcome, in order (bot.talk.outcomes).
PARAMETERS = {
    "Choose": ("prompt", "options", "save", "then", "minutes", "expired", "back", "facts", "links", "other",
               "event", "happened"),
    "Ask": ("prompt", "save", "then", "check", "minutes", "expired", "back", "facts", "links"),
    "Await": ("prompt", "event", "key", "then", "minutes", "expired", "facts", "links"),
    "Go": ("then", "say", "facts"),
    "Call": ("flow", "then", "say", "arg", "facts"),
    "Done": ("prompt", "facts", "links", "result"),
    "Pass": ("text", "say", "facts", "otherwise"),
}
WORDING = {"Choose": "prompt", "Ask": "prompt", "Await": "prompt", "Done": "prompt", "Go": "say", "Call": "say",
           "Pass": "say"}
TARGETS = ("then", "expired", "back", "other", "happened", "otherwise")


def arguments(call: ast.Call) -> dict[str, ast.expr]:
    """The arguments of an outcome by name."""
    assert isinstance(call.func, ast.Name)
    named = dict(zip(PARAMETERS[call.func.id], call.args, strict=False))
    return named | {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def outcomes(tree: ast.AST) -> Iterator[tuple[str, ast.Call, dict[str, ast.expr]]]:
    """(kind, call, arguments) of every outcome that is made below `tree`, in the order of the text."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        assert isinstance(call.func, ast.Name)
        if call.func.id in PARAMETERS:
            yield call.func.id, call, arguments(call)


def sayings(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls of `….say(prompt, fact=…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say":
            if node.args:
                yield node


def keys_of(node: ast.expr | None) -> frozenset[str] | None:
    """The keys of a dict that is written out; nothing given is no keys; None where the code alone does not tell."""
    if node is None:
        return frozenset()
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        left, right = keys_of(node.left), keys_of(node.right)
        return None if left is None or right is None else left | right
    if not isinstance(node, ast.Dict):
        return None
    found: set[str] = set()
    for key in node.keys:
        if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
            return None
        found.add(key.value)
    return frozenset(found)


def keywords_of(call: ast.Call) -> frozenset[str] | None:
    """The names of keyword arguments; None with a `**`."""
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    return frozenset(str(keyword.arg) for keyword in call.keywords)


def local_value(function: ast.AST, name: str) -> ast.expr | None:
    """What a local name is bound to where it is bound exactly once in `function`."""
    found = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]
    return found[0] if len(found) == 1 else None
