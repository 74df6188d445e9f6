"""Reads the questions from templates/faq/questions/*.toml and the hospital's own files of the same kind."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot import logs
from bot.wording import OURS
from flows.faq.rules import Group, Index, Question, overlaid

log = logs.get(__name__)
FOLDER = Path("faq") / "questions"


@dataclass
class Shelf:
    """What one folder holds. `gone` are the ids that are switched off."""

    questions: list[Question] = field(default_factory=list)
    groups: dict[str, tuple[int, Group]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def put(self, group: str, written: dict[str, Any]) -> None:
        """One file's content. Raises KeyError or TypeError where something is missing or of another kind."""
        if "title" in written:
            self.groups[group] = (int(written.get("order", 99)), Group(group, written["title"]))
        for row in written.get("question", ()):
            if row.get("off"):
                self.gone.add(row["id"])
                continue
            words = tuple(row["words"].split())
            self.questions.append(Question(row["id"], group, row["title"], words, row["answer"].strip()))


@lru_cache(maxsize=8)
def index(override: Path | None = None) -> Index:
    """The questions of this installation; `override` is the hospital's folder of templates."""
    ours, own = read(OURS), read(override, lenient=True) if override else Shelf()
    groups = sorted((ours.groups | own.groups).values(), key=lambda each: each[0])
    return Index(overlaid(ours.questions, own.questions, own.gone), [group for _, group in groups])


def read(templates: Path, *, lenient: bool = False) -> Shelf:
    """All files of a templates folder. `lenient`: a file with a slip in it is logged and left out, so that a
    hospital's typing error does not silence the rest; else it is raised."""
    shelf = Shelf()
    for path in sorted((templates / FOLDER).glob("*.toml")):
        one = Shelf()
        try:
            one.put(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
            if not lenient:
                raise
            log.error("questions_failed", file=path.name, kind=type(error).__name__)
            continue
        shelf.questions += one.questions
        shelf.groups |= one.groups
        shelf.gone |= one.gone
    return shelf
