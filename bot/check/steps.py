"""What a step's outcome refers to is there: the next steps, the field that is saved, the check, the called flow."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import fields

from bot.check.finding import Finding
from bot.check.outcomes import TARGETS, outcomes
from bot.check.project import Project
from bot.check.sources import Module
from bot.talk.flow import Flow
from bot.talk.understand import checks

HOUSE = frozenset({"data", "context", "service", "text", "returned", "said", "frame_id", "area", "name"})


def check(project: Project) -> Iterator[Finding]:
    seen: set[Finding] = set()
    names = {flow.name for _, flow in project.flows}
    for _, flow in project.flows:
        for module, cls in written(project, flow):
            for function in cls.body:
                if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    continue
                for finding in _of_function(project, flow, module, function, names):
                    if finding not in seen:  # a class that two flows share is reported once
                        seen.add(finding)
                        yield finding
        if not flow.has_step("start") or flow.start is Flow.start:
            yield Finding(project.file_of(flow), flow.name, "has no step start")
        for step in flow.anew:
            if not flow.has_step(step):
                yield Finding(project.file_of(flow), flow.name, f"has no step {step} to look up anew")


def written(project: Project, flow: type[Flow]) -> Iterator[tuple[Module, ast.ClassDef]]:
    """The flow's class and what it is mixed from, as written."""
    for cls in flow.__mro__:
        found = project.sources.class_of(cls) if cls not in (Flow, object) else None
        if found:
            yield found


def targets(node: ast.expr) -> Iterator[str]:
    """The steps that an expression may name: each `self.X`, and "X" where it is handed to a method of the flow's own
    (`self._step("X")`). A method that is called there is none of them."""
    called: set[int] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            called.add(id(inner.func))
            if _of_self(inner.func):
                for argument in inner.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and _of_self(inner) and id(inner) not in called and inner.attr not in HOUSE:
            yield inner.attr


def _of_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def is_step(flow: type[Flow], name: str) -> bool:
    """Whether the engine can run it: an async method without parameters, its name not private."""
    method = inspect.getattr_static(flow, name, None)
    if name.startswith("_") or not inspect.iscoroutinefunction(method):
        return False
    own = list(inspect.signature(method).parameters.values())[1:]
    return all(each.default is not inspect.Parameter.empty for each in own)


def _of_function(
    project: Project, flow: type[Flow], module: Module, function: ast.AST, names: set[str]
) -> Iterator[Finding]:
    name = f"{flow.name}.{getattr(function, 'name', '')}"
    data = {entry.name for entry in fields(flow.Data)}
    for kind, call, given in outcomes(function):
        place = module.at(call)
        for part in TARGETS:
            for target in targets(given[part]) if part in given else ():
                if not is_step(flow, target):
                    yield Finding(place, name, f"its {kind} has {part}=self.{target}, which is no step")
        for text in project.sources.texts(given.get("save"), module):
            if text.exact and text.value and text.value not in data:
                yield Finding(place, name, f"its {kind} saves {text}, which is no field of {flow.__name__}.Data")
        for text in project.sources.texts(given.get("check") if kind == "Ask" else None, module):
            if text.exact and not checks.known(text.value):
                yield Finding(place, name, f"its Ask has check={text}, and there is no such check")
        for text in project.sources.texts(given.get("flow") if kind == "Call" else None, module):
            if text.exact and text.value not in names:
                yield Finding(place, name, f"calls the flow {text}, which is not there")
