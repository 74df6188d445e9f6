"""The project's Python as syntax trees, and what strings an expression in it may be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

PACKAGES = ("bot", "webhooks", "flows", "jobs", "integrations")


@dataclass(frozen=True, slots=True)
class Text:
    """A string as far as the code tells it: whole (`exact`), or a pattern where parts are only known later."""

    value: str
    exact: bool = True

    def __str__(self) -> str:
        return self.value if self.exact else re.sub(r"\.\+", "…", self.value).replace("\\", "")

    def matches(self, name: str) -> bool:
        return name == self.value if self.exact else re.fullmatch(self.value, name) is not None

    def within(self, before: str) -> Text:
        """The same text with `before` in front."""
        return Text(before + self.value if self.exact else re.escape(before) + self.value, self.exact)


@dataclass
class Module:
    """One file. `name` is dotted, `file` relative to the project."""

    name: str
    file: str
    tree: ast.Module
    package: bool = False

    @property
    def area(self) -> str:
        """The business area that the file belongs to, or ""."""
        parts = self.name.split(".")
        return parts[1] if parts[0] == "flows" and len(parts) > 1 else ""

    def at(self, node: ast.AST) -> str:
        return f"{self.file}:{getattr(node, 'lineno', 1)}"

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All of the tree. Each check looks through it, and walking takes longer than looking."""
        return list(ast.walk(self.tree))

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """Names bound once at the top of the file."""
        found: dict[str, ast.expr] = {}
        for node in self.tree.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                found[node.target.id] = node.value
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    found.update(_bound(target, node.value))
        return found

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        """Name here -> (module, name there)."""
        found = {}
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    found[alias.asname or alias.name] = (node.module, alias.name)
        return found


def _bound(target: ast.expr, value: ast.expr) -> dict[str, ast.expr]:
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return {t.id: v for t, v in zip(target.elts, value.elts, strict=False) if isinstance(t, ast.Name)}
    return {}


@dataclass
class Sources:
    """All Python files of the packages below `root`."""

    root: Path
    modules: dict[str, Module] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Path) -> Sources:
        found = cls(root)
        for package in PACKAGES:
            for path in sorted((root / package).rglob("*.py")):
                parts = path.relative_to(root).with_suffix("").parts
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                tree = ast.parse(path.read_text(encoding="utf-8"))
                found.modules[name] = Module(name, str(path.relative_to(root)), tree, parts[-1] == "__init__")
        return found

    def of_area(self, area: str) -> list[Module]:
        return [module for module in self.modules.values() if module.area == area]

    def class_of(self, cls: type) -> tuple[Module, ast.ClassDef] | None:
        """Where a class is written."""
        module = self.modules.get(cls.__module__)
        for node in module.nodes if module else ():
            if module and isinstance(node, ast.ClassDef) and node.name == cls.__name__:
                return module, node
        return None

    def texts(self, node: ast.expr | None, module: Module, depth: int = 0) -> Iterator[Text]:
        """The strings that an expression may be; nothing where the code alone does not tell."""
        if node is None or depth > 6:
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Text(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield self._joined(node, module, depth)
        elif isinstance(node, ast.IfExp):
            yield from self.texts(node.body, module, depth)
            yield from self.texts(node.orelse, module, depth)
        elif isinstance(node, ast.Name):
            yield from self._named(node.id, module, depth)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            where = module.imports.get(node.value.id)
            other = self.modules.get(f"{where[0]}.{where[1]}") if where else None
            if other:
                yield from self._named(node.attr, other, depth)

    def _named(self, name: str, module: Module, depth: int) -> Iterator[Text]:
        if name in module.constants:
            yield from self.texts(module.constants[name], module, depth + 1)
        elif name in module.imports:
            where, there = module.imports[name]
            if where in self.modules:
                yield from self._named(there, self.modules[where], depth + 1)

    def _joined(self, node: ast.JoinedStr, module: Module, depth: int) -> Text:
        parts, exact = [], True
        for value in node.values:
            if isinstance(value, ast.Constant):
                parts.append((str(value.value), True))
                continue
            known = list(self.texts(value.value, module, depth + 1)) if isinstance(value, ast.FormattedValue) else []
            parts.append((known[0].value, True) if len(known) == 1 and known[0].exact else (".+", False))
            exact = exact and parts[-1][1]
        if exact:
            return Text("".join(text for text, _ in parts))
        return Text("".join(re.escape(text) if plain else text for text, plain in parts), False)
