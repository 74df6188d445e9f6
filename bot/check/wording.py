"""Every template that the code names is there, every one that is there is named, and each is given its facts."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache, partial

import jinja2
from jinja2 import meta, nodes

from bot.check import uses
from bot.check.finding import Finding
from bot.check.project import Project
from bot.check.sources import Text
from bot.check.uses import KINDS, Use
from bot.wording import Wording

TELLING = 3
"""So many letters a pattern must have of its own to count as the use of all that it fits."""


class Shelf:
    """The templates below a folder, read once."""

    def __init__(self, project: Project) -> None:
        self.environment = Wording(project.templates).environment
        self.trees: dict[str, nodes.Template] = {}
        self.broken: dict[str, str] = {}
        for path in sorted(project.templates.rglob("*.j2")):
            name = str(path.relative_to(project.templates))
            try:
                self.trees[name] = self.environment.parse(path.read_text(encoding="utf-8"))
            except jinja2.TemplateSyntaxError as error:
                self.broken[name] = f"line {error.lineno}: {error.message}"

    def references(self, name: str) -> list[str]:
        return [str(other) for other in meta.find_referenced_templates(self.trees[name]) if other]

    def find(self, text: Text) -> list[str]:
        """The files that a name in the code means."""
        return [name for name in self.trees if text.matches(_short(name)) or text.matches(name)]

    def needs(self, name: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """The facts that a template and what it includes cannot do without."""
        if name not in self.trees or name in seen:
            return frozenset()
        tree = self.trees[name]
        spared = {
            node.node.name
            for node in tree.find_all((nodes.Test, nodes.Filter))
            if node.name in ("defined", "default", "d") and isinstance(node.node, nodes.Name)
        }
        own = meta.find_undeclared_variables(tree) - spared - set(self.environment.globals)
        return frozenset(own).union(*(self.needs(other, seen | {name}) for other in self.references(name)))


def check(project: Project) -> Iterator[Finding]:
    shelf = Shelf(project)
    for name, problem in shelf.broken.items():
        yield Finding(f"templates/{name}", name, problem)
    used = list(uses.of(project))
    yield from _missing(shelf, used)
    yield from _unused(project, shelf, used)
    yield from _facts(shelf, used)


def _missing(shelf: Shelf, used: list[Use]) -> Iterator[Finding]:
    for use in used:
        if use.needed and not shelf.find(use.name) and not any(use.name.matches(_short(name)) for name in shelf.broken):
            yield Finding(use.file, str(use.name), "has no template")
    for name in shelf.trees:
        for other in shelf.references(name):
            if other not in shelf.trees and other not in shelf.broken:
                yield Finding(f"templates/{name}", other, "is referred to and not there")


def _unused(project: Project, shelf: Shelf, used: list[Use]) -> Iterator[Finding]:
    named = {name for use in used if _tells(use.name) for name in shelf.find(use.name)}
    named |= {other for name in shelf.trees for other in shelf.references(name)}
    strings = cache(partial(_strings, project))
    for name in shelf.trees:
        area, _, rest = name.partition("/")
        kind = rest.partition("/")[0]
        if kind not in KINDS or {name, _usual(name)} & named or (area not in project.names and area != "common"):
            continue
        short = _short(name).rpartition("/")[2]
        if kind == "push" or not _mentioned(project, area, short, strings):
            yield Finding(f"templates/{name}", _short(name), "is not used")


def _facts(shelf: Shelf, used: list[Use]) -> Iterator[Finding]:
    for use in used:
        if use.facts is None or use.flows is None or not use.name.exact:
            continue
        for name in _both(shelf, use):
            data = [{entry.name for entry in fields(flow.Data)} for flow in use.flows]
            given = use.facts | (set.intersection(*data) if data else set())
            for fact in sorted(shelf.needs(name) - given):
                yield Finding(use.file, str(use.name), f"its template needs the fact {fact}, which is not given here")


def _both(shelf: Shelf, use: Use) -> list[str]:
    """The templates of a use, and what easy mode says in their place."""
    usual = shelf.find(use.name)
    return usual + [name for name in shelf.trees if _usual(name) != name and _usual(name) in usual]


def _usual(name: str) -> str:
    """What is said outside of easy mode in place of `name`."""
    return name.replace("_easy.j2", ".j2")


def _mentioned(project: Project, area: str, short: str, strings: Callable[[str], list[Text]]) -> bool:
    """Whether a file of the area (of the house, for common ones) has the bare name of the template in a string: names
    are handed on through variables."""
    for module in project.sources.modules.values():
        if module.area == area or module.name == f"jobs.{area}" or (area == "common" and module.name.startswith("bot")):
            if any(text.matches(short) for text in strings(module.name)):
                return True
    return False


def _strings(project: Project, module: str) -> list[Text]:
    known = project.sources.modules[module]
    found = []
    for node in known.nodes:
        if isinstance(node, (ast.Constant, ast.JoinedStr)):
            found += [text for text in project.sources.texts(node, known) if _tells(text)]
    return found


def _tells(text: Text) -> bool:
    if text.exact:
        return bool(text.value)
    last = text.value.rpartition("/")[2]
    return len(re.sub(r"\.\+|\W", "", last)) >= TELLING


def _short(name: str) -> str:
    return name.removesuffix(".j2")
