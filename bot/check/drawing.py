"""A flow as a picture: docs/flows/<flow>.md, in Mermaid, drawn from the source of its steps.

A line from step to step says what leads there; what a helper of the flow returns counts as the step's own. Dotted lines
are what happens without an answer: time ran out, the contact goes back.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bot.check.finding import Finding
from bot.check.outcomes import TARGETS, WORDING, local_value, outcomes
from bot.check.project import Project
from bot.check.sources import Module
from bot.check.steps import is_step, targets, written
from bot.talk.area import Area
from bot.talk.flow import Flow

OPEN = "wherever"
"""Stands for a step that is only chosen while the flow runs: the one that asked last, say."""
LABELS = {"expired": "time is over", "back": "goes back", "other": "other words", "happened": "done elsewhere"}


@dataclass
class Picture:
    """`asks`: step -> what it asks or says; `lines`: (from, to, label, dotted); `ends`: (step, prompt)."""

    asks: dict[str, list[str]] = field(default_factory=dict)
    lines: list[tuple[str, str, str, bool]] = field(default_factory=list)
    ends: list[tuple[str, str]] = field(default_factory=list)

    def line(self, start: str, end: str, label: str, dotted: bool = False) -> None:
        if (start, end, label, dotted) not in self.lines:
            self.lines.append((start, end, label, dotted))


def check(project: Project) -> Iterator[Finding]:
    folder = project.root / "docs" / "flows"
    there = {path.stem for path in folder.glob("*.md")}
    for area, flow in project.flows:
        path = folder / f"{flow.name}.md"
        if not path.is_file():
            yield Finding(f"docs/flows/{path.name}", flow.name, "has no drawing; run: daoyi check --draw")
        elif path.read_text(encoding="utf-8") != page(project, area, flow):
            yield Finding(f"docs/flows/{path.name}", flow.name, "its drawing is old; run: daoyi check --draw")
    for name in sorted(there - {flow.name for _, flow in project.flows}):
        yield Finding(f"docs/flows/{name}.md", name, "is the drawing of no flow; run: daoyi check --draw")


def draw(project: Project) -> list[Path]:
    """Write every page anew and remove those of flows that are gone; gives what changed."""
    folder = project.root / "docs" / "flows"
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for area, flow in project.flows:
        path, text = folder / f"{flow.name}.md", page(project, area, flow)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    for path in folder.glob("*.md"):
        if path.stem not in {flow.name for _, flow in project.flows}:
            path.unlink()
            changed.append(path)
    return changed


def page(project: Project, area: Area, flow: type[Flow]) -> str:
    """The whole page of one flow."""
    about = (flow.__doc__ or "").strip().split("\n\n")[0].split("\n")
    head = [
        f"# {flow.name}", "", *(line.strip() for line in about), "",
        f"Area {area.name}, version {flow.version}. Begun by: {'、'.join(flow.words) or 'other flows only'}."
        + (f" Scenes and menu keys: {', '.join(flow.scenes)}." if flow.scenes else ""), "",
        "Drawn from the source by `daoyi check --draw`.", "", "```mermaid", "flowchart TD",
    ]
    return "\n".join([*head, *_lines(picture(project, flow)), "```", ""])


def picture(project: Project, flow: type[Flow]) -> Picture:
    found = Picture()
    methods: dict[str, tuple[Module, ast.AST]] = {}
    for module, cls in written(project, flow):
        for node in cls.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                methods.setdefault(node.name, (module, node))
    waiting, seen = ["start", *(["enter"] if "enter" in methods else [])], set[str]()
    while waiting or (waiting := [name for name in methods if name not in seen and _apart(flow, methods, name)]):
        step = waiting.pop(0)
        if step in seen or step not in methods:
            continue
        seen.add(step)
        _step(project, flow, methods, step, found)
        waiting += [end for start, end, *_ in found.lines if start == step]
    return found


def _apart(flow: type[Flow], methods: dict[str, tuple[Module, ast.AST]], name: str) -> bool:
    """A step that is only reached by ways the source does not show."""
    handed_on = {called for _, function in methods.values() for called in _handed_on(function)}
    return is_step(flow, name) and name not in handed_on and any(outcomes(methods[name][1]))


def _step(
    project: Project, flow: type[Flow], methods: dict[str, tuple[Module, ast.AST]], step: str, found: Picture
) -> None:
    for module, function, passed in _reached(flow, methods, step):
        for target in passed:
            found.line(step, target, "")
        for kind, _, given in outcomes(function):
            prompts = [str(text) for text in project.sources.texts(given.get(WORDING[kind]), module) if text.value]
            if kind == "Done":
                found.ends += [(step, prompt) for prompt in prompts or [""] if (step, prompt) not in found.ends]
                continue
            says = "" if kind in ("Choose", "Ask", "Await") else " / ".join(prompts)
            if not says and prompts:
                asked = found.asks.setdefault(step, [])
                asked += [prompt for prompt in prompts if prompt not in asked]
            called = [str(text) for text in project.sources.texts(given.get("flow"), module)] if kind == "Call" else []
            for part in TARGETS:
                label = LABELS.get(part, f"after {called[0]}" if called else says)
                ends = [target for target in _targets(given.get(part), function) if is_step(flow, target)]
                for end in ends or ([OPEN] if part in given else []):
                    found.line(step, end, label, part in ("expired", "back", "happened"))


def _targets(node: ast.expr | None, function: ast.AST) -> Iterator[str]:
    if node is None:
        return
    yield from dict.fromkeys(targets(node))
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and (value := local_value(function, inner.id)) is not None:
            yield from dict.fromkeys(targets(value))


def _reached(
    flow: type[Flow], methods: dict[str, tuple[Module, ast.AST]], step: str
) -> Iterator[tuple[Module, ast.AST, list[str]]]:
    """The step's function and those whose outcome it hands on; with each, steps that it leads to besides. What several
    hand on to stands in the picture by itself."""
    callers = [called for _, function in methods.values() for called in _handed_on(function)]
    own = {name for name in callers if name in methods and (is_step(flow, name) or callers.count(name) > 1)}
    waiting: list[tuple[str, list[str]]] = [(step, [])]
    seen: set[str] = set()
    while waiting:
        name, passed = waiting.pop()
        if name not in methods:
            continue
        module, function = methods[name]
        yield module, function if name not in seen else ast.Module([], []), passed
        if name in seen:
            continue
        seen.add(name)
        for called, given in _handed_on(function).items():
            handed_over = [t for arg in given for t in targets(arg) if is_step(flow, t)]
            if called in own and not handed_over:
                yield module, ast.Module([], []), [called]
            else:
                waiting.append((called, handed_over))


@cache
def _handed_on(function: ast.AST) -> dict[str, list[ast.expr]]:
    """Methods whose outcome a function returns as its own -> what it hands over to them."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            for call in ast.walk(node.value):
                if isinstance(call, ast.Call) and (called := _own(call.func)):
                    found.setdefault(called, []).extend([*call.args, *(keyword.value for keyword in call.keywords)])
    return found


def _own(node: ast.expr) -> str:
    own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    return node.attr if own and isinstance(node, ast.Attribute) else ""


def _lines(found: Picture) -> list[str]:
    names = dict.fromkeys(["start", *(each for line in found.lines for each in line[:2]), *found.asks])
    names |= dict.fromkeys(step for step, _ in found.ends)
    lines = []
    for name in names:
        asks = found.asks.get(name)
        if name == OPEN:
            lines.append(f'    {OPEN}{{{{"wherever it was"}}}}')
        else:
            lines.append(f'    {name}["{name}<br/>? {", ".join(asks)}"]' if asks else f"    {name}({name})")
    for start, end, label, dotted in found.lines:
        arrow = "-.->" if dotted else "-->"
        lines.append(f'    {start} {arrow}|"{label}"| {end}' if label else f"    {start} {arrow} {end}")
    for number, (step, prompt) in enumerate(found.ends, 1):
        lines.append(f'    {step} --> end{number}(["{prompt or "the end"}"])')
    return lines
