"""Where the source names a template, and which facts it gives it there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.check.outcomes import WORDING, keys_of, keywords_of, local_value, outcomes, sayings
from bot.check.project import Project
from bot.check.sources import Module, Text
from bot.talk.flow import Flow

KINDS = ("chat", "push", "sms", "h5", "desk", "print")
FULL = re.compile(rf"[a-z_]+/(?:{'|'.join(KINDS)})/\S+")
SMS = re.compile(r"[a-z_]+\.[a-z_]+")


@dataclass(frozen=True)
class Use:
    """`name` is a template's full name. `facts` are all that it is given there, or None where the code alone does not
    tell; `flows` those whose data it is given besides. Where it is not `needed`, it is used if it is there."""

    file: str
    name: Text
    facts: frozenset[str] | None = None
    flows: tuple[type[Flow], ...] | None = None
    needed: bool = True


def of(project: Project) -> Iterator[Use]:
    """Every use that the code shows."""
    for module in project.sources.modules.values():
        if module.name.startswith("bot.check"):
            continue
        yield from _full_names(project, module)
        yield from _texts(project, module)
        yield from _problems(project, module)
        if module.area in project.names:
            yield from _spoken(project, module)
            yield from _refused(project, module)
    for area in project.areas:
        for kind in area.pushes:
            file = f"flows/{area.name}/pushes.py"
            yield Use(file, Text(kind.template))
            if kind.sms_fallback:
                yield Use(file, Text(kind.sms_template))
            for name in (kind.values_template, kind.sms_template, kind.params_template):
                if (project.templates / f"{name}.j2").is_file():
                    yield Use(file, Text(name))


def _full_names(project: Project, module: Module) -> Iterator[Use]:
    """Names written out: wording.render("desk/chat/which"), a page's template, a macro's file."""
    inside: set[int] = {id(part) for node in module.nodes if isinstance(node, ast.JoinedStr)
                        for part in node.values}
    documents = {id(n.body[0].value) for n in module.nodes
                 if isinstance(n, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
                 and n.body and isinstance(n.body[0], ast.Expr)}
    for node in module.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("render", "say"):
            for text in project.sources.texts(node.args[0] if node.args else None, module):
                if FULL.match(text.value):
                    inside.add(id(node.args[0]))
                    yield Use(module.at(node), text, keywords_of(node), ())
    for node in module.nodes:
        if not isinstance(node, (ast.Constant, ast.JoinedStr)) or id(node) in inside or id(node) in documents:
            continue
        for text in project.sources.texts(node, module):
            known = text.value.split("/")[0]
            if FULL.match(text.value) and (known in project.names or known == "common"):
                yield Use(module.at(node), text)


def _texts(project: Project, module: Module) -> Iterator[Use]:
    """Text messages: sms.send(mobile, "patients.code", facts, …)."""
    for node in module.nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "send"):
            continue
        for text in project.sources.texts(node.args[1] if len(node.args) > 1 else None, module):
            if text.exact and SMS.fullmatch(text.value):
                facts = keys_of(node.args[2]) if len(node.args) > 2 else None
                yield Use(module.at(node), Text(text.value.replace(".", "/sms/")), facts, ())


def _problems(project: Project, module: Module) -> Iterator[Use]:
    """What is wrong with an answer: each slug of a check has its wording."""
    if not module.name.startswith("bot.talk.understand"):
        return
    for node in module.nodes:
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            for text in project.sources.texts(keyword.value, module) if keyword.arg == "problem" else ():
                yield Use(module.at(node), text.within("common/chat/problem_"))


def _spoken(project: Project, module: Module) -> Iterator[Use]:
    """Prompts of outcomes and what `say` says, in an area's own files."""
    before = f"{module.area}/chat/"
    for holder, function in _functions(module.tree):
        homes = tuple(project.homes(module.name, holder)) if holder else ()
        flows = homes or None
        for kind, call, given in outcomes(function):
            facts = _keys(given.get("facts"), function)
            for text in project.sources.texts(given.get(WORDING[kind]), module):
                if text.value:
                    yield Use(module.at(call), text.within(before), facts, flows)
        for call in sayings(function):
            for text in project.sources.texts(call.args[0], module):
                if "/" not in text.value:
                    yield Use(module.at(call), text.within(before), keywords_of(call), flows)


def _refused(project: Project, module: Module) -> Iterator[Use]:
    """The `template` of each refusal class, with the facts of each place that makes one."""
    for node in module.nodes:
        if not isinstance(node, ast.ClassDef):
            continue
        for line in node.body:
            named = isinstance(line, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == "template" for target in line.targets
            )
            if named and isinstance(line, ast.Assign):
                for text in project.sources.texts(line.value, module):
                    if text.value:
                        yield Use(module.at(line), text.within(f"{module.area}/chat/"))


def _keys(node: ast.expr | None, function: ast.AST) -> frozenset[str] | None:
    if isinstance(node, ast.Name):
        node = local_value(function, node.id)
        return None if node is None else keys_of(node)
    return keys_of(node)


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """(class, function) for each function of the file; the class is "" outside of one."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield node.name, inner
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield "", node
