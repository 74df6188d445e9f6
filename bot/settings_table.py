"""Writes docs/settings.md from the models, so that it cannot go stale: ``python -m bot.settings_table``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Any, TypeGuard, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from bot.settings import Settings

FILE = Path("docs/settings.md")

HEAD = """# Settings

Written by `python -m bot.settings_table` from `bot/settings*.py`; change it there.

Every setting is an environment variable or a line of one TOML file (`DAOYI_CONFIG`, by default `daoyi.toml` if it is
there); the environment wins, an empty variable counts as not set. A wrong setting stops the start: all wrong ones are
named at once, with what is expected and without their values. `daoyi check` tells what is missing to go live.

```toml
port = 8080
database = "mysql://daoyi:secret@db.hospital.example/daoyi"
redis = "redis://cache.hospital.example/0"

[accounts.main]
channel = "wechat"
app_id = "wx…"
app_secret = "…"
token = "…"
aes_key = "…"

[accounts.main.templates]
booked = "…"
```
"""


def written() -> str:
    """The whole file as text."""
    tables: dict[str, list[str]] = {"": []}
    for path, info, default in _walk(Settings, ()):
        tables.setdefault(".".join(path[:-1]), []).append(_row(path, info, default))
    parts = [HEAD]
    for section, rows in tables.items():
        parts.append(f"## {f'`[{section}]`' if section else 'At the top'}\n")
        parts.append("| in the file | in the environment | default | what |\n| --- | --- | --- | --- |")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


Found = tuple[tuple[str, ...], FieldInfo, Any]


def _walk(model: type[BaseModel], before: tuple[str, ...], given: BaseModel | None = None) -> Iterator[Found]:
    """Every setting of a section: its path, its field and its default, which for a section within is ``given``."""
    for name, info in model.model_fields.items():
        default = getattr(given, name) if given else info.default
        path = (*before, name)
        if _is_section(info.annotation):
            yield from _walk(info.annotation, path)
        elif get_origin(info.annotation) is dict and _is_section(get_args(info.annotation)[1]):
            section = get_args(info.annotation)[1]
            for word, value in default.items() or (("<name>", None),):
                yield from _walk(section, (*path, word), value)
        else:
            yield path, info, default


def _is_section(annotation: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _row(path: tuple[str, ...], info: FieldInfo, default: Any) -> str:
    env = "DAOYI_" + "__".join(path).upper()
    return f"| `{path[-1]}` | `{env}` | {_shown(default)} | {info.description} |"


def _shown(value: Any) -> str:
    if value is PydanticUndefined:
        return "needed"
    if value in ("", None) or value == {}:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:%H:%M}`" if isinstance(value, time) else f"`{value}`"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(written(), encoding="utf-8")
