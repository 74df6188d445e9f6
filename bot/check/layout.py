"""An area is at home in all its mirror folders, and what is in them belongs to an area."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot.check.finding import Finding
from bot.check.project import Project
from bot.talk.area import Area

NO_AREA = {"common", "static", "menu", "sandbox"}
"""Folders of templates/ that are nobody's area."""
MACHINERY = {"__init__", "alone", "job", "keep", "outbox", "registry", "schedule", "talk", "expiry"}
"""Files of jobs/ that are nobody's area."""
TABLE = re.compile(r"""\b(?:table|_listed)\(\s*["'](\w+)["']""")


def check(project: Project) -> Iterator[Finding]:
    for area in project.areas:
        yield from _of_area(project, area)
    for folder in _folders(project.root / "flows"):
        if folder.name not in project.names and (folder / "__init__.py").is_file():
            yield Finding(f"flows/{folder.name}", folder.name, "is in no list: add its AREA to bot/areas.py")
    for folder in _folders(project.templates):
        if folder.name not in project.names | NO_AREA:
            yield Finding(f"templates/{folder.name}", folder.name, "is the folder of no area")
    for file in sorted((project.root / "jobs").glob("*.py")):
        if file.stem in MACHINERY:
            continue
        if not any(file.stem == name or file.stem.startswith(f"{name}_") for name in project.names):
            yield Finding(f"jobs/{file.name}", file.stem, "are the jobs of no area")
        elif file.stem not in project.jobs:
            yield Finding(f"jobs/{file.name}", file.stem, "is not registered in jobs/registry.py")


def _of_area(project: Project, area: Area) -> Iterator[Finding]:
    home = f"flows/{area.name}"
    for file in ("area.py", "README.md"):
        if not (project.root / home / file).is_file():
            yield Finding(f"{home}/{file}", area.name, "is missing")
    if (area.flows or area.pushes) and not (project.templates / area.name).is_dir():
        yield Finding(f"templates/{area.name}", area.name, "is missing, and the area has something to say")
    tests = project.root / "tests"
    if tests.is_dir() and not (tests / home).is_dir():
        yield Finding(f"tests/{home}", area.name, "is missing")
    for permit in area.permits:
        if not permit.startswith(f"{area.name}."):
            yield Finding(f"{home}/area.py", permit, f"is a right that does not begin with {area.name}.")
    for kind in area.pushes:
        if not str(kind.name).startswith(f"{area.name}."):
            yield Finding(f"{home}/pushes.py", str(kind.name), f"is a push that does not begin with {area.name}.")
    for flow in area.flows:
        if not flow.__module__.startswith(f"flows.{area.name}.") and flow.__module__ in project.sources.modules:
            yield Finding(project.file_of(flow), flow.name, f"is a flow of {area.name} written elsewhere")
    for module in project.sources.of_area(area.name):
        if not module.name.endswith("store"):
            continue
        for name in TABLE.findall((project.root / module.file).read_text(encoding="utf-8")):
            if not name.startswith(f"{area.name}_"):
                yield Finding(module.file, name, f"is a table whose name does not begin with {area.name}_")


def _folders(parent: Path) -> list[Path]:
    return sorted(p for p in parent.iterdir() if p.is_dir() and p.name[0] not in "._") if parent.is_dir() else []
