"""Every address says who may come, stands under its area's prefix, and every right is both declared and used."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.check.finding import Finding
from bot.check.project import Project, Route

PREFIXES = ("/h5/{}", "/desk/{}", "/api/v1/{}")


def check(project: Project) -> Iterator[Finding]:
    declared = {permit: area.name for area in project.areas for permit in area.permits}
    used: set[str] = set()
    for route in project.routes:
        file, name = _place(project, route.handler), f"{route.method} {route.path}"
        access = getattr(route.handler, "access", None)
        if access is None:
            yield Finding(file, name, "says not who may come: @public, @contact_page or @needs(right)")
        elif isinstance(right := _right(access), str):
            used.add(right)
            if right not in declared:
                yield Finding(file, name, f"needs the right {right}, which no area has among its permits")
        elif route.area and _under(route.path, "/desk") and access.kind in ("public", "contact"):
            yield Finding(file, name, "is a page of the desk that asks for no right: @needs(right) or @signed_in")
        if route.area and not any(_under(route.path, prefix.format(route.area)) for prefix in PREFIXES):
            yield Finding(file, name, f"stands outside of /h5, /desk or /api/v1 /{route.area}")
    for permit, area in declared.items():
        if permit not in used and not _spoken(project, permit):
            yield Finding(f"flows/{area}/area.py", permit, "is a right that nothing asks for")


def _right(access: Any) -> str | None:
    """The right that a marker asks for; None where it asks for none."""
    right = getattr(access, "right", None)
    return right if isinstance(right, str) and right else None


def _under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")


def _spoken(project: Project, permit: str) -> bool:
    """Whether the code asks for a right in words, outside of a route's marker (`context.allowed("x.y")`)."""

    for module in project.sources.modules.values():
        if module.name.endswith(".area"):
            continue
        for node in module.nodes:
            if isinstance(node, ast.Constant) and node.value == permit:
                return True
    return False


def _place(project: Project, handler: Any) -> str:
    plain = inspect.unwrap(handler)
    try:
        file, line = inspect.getsourcefile(plain), inspect.getsourcelines(plain)[1]
    except (OSError, TypeError):
        return getattr(plain, "__module__", "?")
    path = Path(file or "?")
    return f"{path.relative_to(project.root) if path.is_relative_to(project.root) else path}:{line}"


def of_table(routes: Any, area: str) -> Iterator[Route]:
    """The routes of an aiohttp route table, or of an app's router."""
    for route in routes:
        handler = getattr(route, "handler", None)
        path = getattr(route, "path", None)
        if path is None and getattr(route, "resource", None) is not None:
            path = route.resource.canonical
        if handler is not None and path is not None:
            yield Route(str(getattr(route, "method", "*")), path, handler, area)
