"""Words, names and scenes that begin flows: each leads to one flow, and none is taken by the house."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.finding import Finding
from bot.check.project import Project
from bot.talk.understand import words

RESERVED_SCENES = {"flow"}


def check(project: Project) -> Iterator[Finding]:
    seen: dict[tuple[str, str], str] = {}
    for _, flow in project.flows:
        own = [("name", flow.name), *(("word", word) for word in flow.words), *(("scene", s) for s in flow.scenes)]
        file = project.file_of(flow)
        for kind, word in own:
            other = seen.setdefault((kind, word), flow.__name__)
            if other != flow.__name__:
                yield Finding(file, flow.name, f"its {kind} {word} is already that of {other}")
            elif own.count((kind, word)) > 1:
                yield Finding(file, flow.name, f"its {kind} {word} is there twice")
        for word in flow.words:
            control = words.control(word)
            # The control word for a human begins the flow of that name, so that flow may have it as its own.
            if control not in (None, "yes", "no", "more", "previous", flow.name):
                yield Finding(file, flow.name, f"its word {word} means {control} everywhere")
            if words.bare(word) != word:
                yield Finding(file, flow.name, f"its word {word} can never be heard; it is read as {words.bare(word)}")
        for scene in flow.scenes:
            if scene in RESERVED_SCENES or ":" in scene:
                yield Finding(file, flow.name, f"its scene {scene} is the house's own")
