"""All checks over the project as it stands here."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.check import drawing, layout, routes, steps, topics, wording, words
from bot.check.finding import Finding
from bot.check.project import Project, Route
from bot.talk.area import Area

ROOT = Path(__file__).resolve().parents[2]
CHECKS = (wording.check, steps.check, words.check, topics.check, routes.check, layout.check, drawing.check)


def check(project: Project) -> list[Finding]:
    """All findings, by file."""
    return sorted({finding for each in CHECKS for finding in each(project)})


def project_of(
    areas: Iterable[Area], handlers: Mapping[str, Any], jobs: Iterable[str], app: web.Application
) -> Project:
    """This very project. `handlers` are the outbox topics' handlers, `jobs` the registered job modules, `app` the web
    application with the house's own addresses and the areas'."""
    known = tuple(areas)
    return Project(ROOT, known, _routes(known, app), _topics(handlers), tuple(jobs))


def _routes(areas: tuple[Area, ...], app: web.Application) -> list[Route]:
    owned = {id(route.handler): area.name for area in areas for table in area.routes
             for route in routes.of_table(table, area.name)}
    return [Route(each.method, each.path, each.handler, owned.get(id(each.handler), ""))
            for each in routes.of_table(app.router.routes(), "") if each.method != "HEAD"]


def _topics(handlers: Mapping[str, Any]) -> dict[str, str]:
    """Topic -> the file and line of its handler."""
    found = {}
    for topic, handler in handlers.items():
        run = inspect.unwrap(getattr(handler, "run", handler))
        code = getattr(run, "__code__", None)
        path = Path(code.co_filename) if code else ROOT
        where = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        found[topic] = f"{where}:{code.co_firstlineno}" if code else "jobs"
    return found
