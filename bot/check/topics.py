"""What is put into the outbox has a handler, and every handler has somebody who puts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bot.check.finding import Finding
from bot.check.project import Project
from bot.check.sources import Module, Text

TOPIC = re.compile(r"[a-z_]+\.[a-z_]+")


def check(project: Project) -> Iterator[Finding]:
    seen: list[Text] = []
    for module, node, text in _puts(project):
        seen.append(text)
        if not any(text.matches(topic) for topic in project.topics):
            yield Finding(module.at(node), str(text), "is put into the outbox, and no job carries it out")
    for topic, job in project.topics.items():
        if not any(text.matches(topic) for text in seen):
            yield Finding(job, topic, "is carried out by a job, and nobody puts it into the outbox")


def _puts(project: Project) -> Iterator[tuple[Module, ast.Call, Text]]:
    for module in project.sources.modules.values():
        for node in module.nodes:
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "put"):
                continue
            first = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "topic"), None)
            for text in project.sources.texts(first, module):
                if not text.exact or TOPIC.fullmatch(text.value):
                    yield module, node, text
