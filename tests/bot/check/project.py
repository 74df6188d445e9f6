"""A little project on disk that is right in every way, so that a test can break one thing and see it found."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from bot.check.project import Project, Route
from bot.talk.area import Area
from bot.talk.pushes import PushKind
from bot.web.access import public

FLOW = '''
from dataclasses import dataclass

from bot.talk.flow import Flow
from bot.talk.outcomes import Ask, Await, Call, Choose, Done, Go, Option


class Tea(Flow, name="tea", words=("喝茶",)):
    """Ordering tea."""

    @dataclass
    class Data:
        leaf: str = ""

    async def start(self):
        return Choose("leaf", [Option("green", "g")], save="leaf", then=self.poured, facts={"price": 3})

    async def poured(self):
        self.say("hot", degrees=80)
        return Done("enjoy")
'''
SERVICE = '''
class TeaService:
    async def pour(self):
        self.context.tx.put("tea.pour", {"leaf": 1})


class Spilt(Refusal):
    template = "spilt"
'''
JOB = '''
async def pour(job, payload):
    await job.ports[SmsPort].send(mobile, "tea.ready", {"leaf": 1}, request_id="")
'''
FILES = {
    "flows/__init__.py": "",
    "flows/tea/__init__.py": "",
    "flows/tea/README.md": "Tea.",
    "flows/tea/area.py": "",
    "flows/tea/flow.py": FLOW,
    "flows/tea/service.py": SERVICE,
    "flows/tea/store.py": 'cup = table("tea_cup", key())\n',
    "jobs/tea.py": JOB,
    "templates/common/words.toml": "",
    "templates/tea/chat/leaf.j2": "{{ price }}",
    "templates/tea/chat/hot.j2": "{{ degrees }} {{ leaf }}",
    "templates/tea/chat/enjoy.j2": "{% include 'tea/chat/cheers.j2' %}",
    "templates/tea/chat/cheers.j2": "{{ leaf }}{% if sugar is defined %}{{ sugar }}{% endif %}",
    "templates/tea/chat/spilt.j2": "",
    "templates/tea/sms/ready.j2": "{{ leaf }}",
    "templates/tea/push/drunk.j2": "",
    "tests/flows/tea/order.txt": "",
}


def make(
    root: Path, changes: dict[str, str | None] | None = None, *, replace: tuple[str, str, str] | None = None,
    routes: Iterable[Route] = (), topics: Iterable[str] = ("tea.pour",), permits: tuple[str, ...] = (),
    pushes: Iterable[str] = ("tea.drunk",), jobs: tuple[str, ...] = ("tea",),
) -> Project:
    """The project with some files changed or (None) left out; `replace` is (file, what, by what)."""
    files: dict[str, str | None] = {**FILES, **(changes or {})}
    if replace:
        file, what, by = replace
        text = files[file]
        assert text is not None and what in text
        files[file] = text.replace(what, by)
    for name, content in files.items():
        if content is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content, encoding="utf-8")
    flows = tuple(
        found for name in sorted(files) if name.startswith("flows/") and "flow" in Path(name).stem
        for found in _flows(root / name, name)
    )
    area = Area("tea", "茶", flows=flows, permits=permits, pushes=tuple(map(PushKind, pushes)))
    return Project(root, (area,), tuple(routes), dict.fromkeys(topics, "jobs/tea.py:1"), jobs)


def _flows(path: Path, name: str) -> list[Any]:
    """The flow classes of a file, under the module name that it has in its project."""
    dotted = name.removesuffix(".py").replace("/", ".")
    spec = importlib.util.spec_from_file_location(dotted, path)
    assert spec and spec.loader
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[dotted] = module  # dataclasses look there for the names in annotations
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[dotted]
    return [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == dotted]


def handler(mark: Callable[..., Any] | None = public) -> Any:
    async def answer(request: Any) -> None: ...

    return mark(answer) if mark else answer
