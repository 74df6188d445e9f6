"""Where settings come from, and how a wrong one is named: by the words the user wrote, never with its value."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource

from bot.errors import SettingsError

PREFIX = "DAOYI_"
# DAOYI_CONFIG names the file itself; DAOYI_TEST_* belongs to the test suite.
NOT_SETTINGS = re.compile(r"^DAOYI_(CONFIG$|TEST_)")

EXPECTED = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "a text in quotes",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "dict_type": "a table",
    "path_type": "a path",
    "time_parsing": "a time of day such as 07:30",
    "time_type": "a time of day such as 07:30",
}


class _Environment(EnvSettingsSource):
    """The environment that was handed over instead of the process's own; JSON that is none stays text, so that it is
    reported with the other mistakes and not alone before them."""

    def __init__(self, model: type[BaseSettings], env: Mapping[str, str]) -> None:
        self._env = {name.lower(): value for name, value in env.items() if value != ""}
        super().__init__(model)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return dict(self._env)

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


@dataclass
class Sources:
    """What was written where: ``values`` is environment over file, ``problems`` what could not be read at all."""

    model: type[BaseSettings]
    values: dict[str, Any] = field(default_factory=dict)
    file: dict[str, Any] = field(default_factory=dict)
    file_name: str = ""
    env: frozenset[str] = frozenset()
    problems: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, model: type[BaseSettings], env: Mapping[str, str], path: Path | None) -> Sources:
        """Read both; ``SettingsError`` only where the file cannot be read as TOML."""
        sources = cls(model, env=frozenset(name.upper() for name in env if name.upper().startswith(PREFIX)))
        chosen = path or (Path(env["DAOYI_CONFIG"]) if env.get("DAOYI_CONFIG") else None)
        file = chosen or Path("daoyi.toml")
        if chosen or file.is_file():
            sources.file, sources.file_name = _toml(file), str(file)
        names = set(model.model_fields)
        for name in sorted(sources.env):
            if not NOT_SETTINGS.match(name) and name.removeprefix(PREFIX).split("__")[0].lower() not in names:
                known = [PREFIX + each.upper() for each in names]
                sources.problems.append(f"{name}: is not a setting{_did_you_mean(name, known)}")
        sources.values = _over(_Environment(model, env)(), sources.file)
        return sources

    def name(self, loc: tuple[str | int, ...]) -> str:
        """The place as the user wrote it: an environment variable, or a path in the file."""
        words = [str(word) for word in loc]
        exact = PREFIX + "__".join(words).upper()
        if exact in self.env or not self.file_name:
            return exact
        if not _holds(self.file, words):
            for length in range(len(words) - 1, 0, -1):
                shorter = PREFIX + "__".join(words[:length]).upper()
                if shorter in self.env:
                    return f"{shorter} ({'.'.join(words[length:])})"
                # Whatever the file does not have stands in the environment: name it in the same manner.
                if not _holds(self.file, words[:length]) and any(one.startswith(shorter + "__") for one in self.env):
                    return exact
        return f"{'.'.join(words)} in {self.file_name}"


def problems_of(error: ValidationError, sources: Sources) -> list[str]:
    """One line for each wrong setting: its name and what is expected."""
    lines: list[str] = []
    for one in error.errors(include_url=False, include_input=False):
        # A dict's key that does not fit is reported at (..., key, "[key]").
        loc = tuple(word for word in one["loc"] if word != "[key]")
        owner, info = _find(sources.model, loc)
        context = one.get("ctx", {})
        if one["type"] == "extra_forbidden":
            said = "is not a setting" + _did_you_mean(str(loc[-1]), owner.model_fields if owner else ())
        elif one["type"] == "missing":
            said = f"is missing: expected {_wording(info)}"
        elif one["type"] == "value_error":
            said = str(context.get("error", one["msg"]))
        elif one["type"] == "literal_error":
            said = f"expected {context['expected']}"
        elif one["type"] == "string_pattern_mismatch" and loc != one["loc"]:
            said = "expected a name of small letters, digits, - and _"
        elif one["type"] == "string_pattern_mismatch":
            said = f"expected {_wording(info)}"
        elif one["type"] in EXPECTED:
            said = f"expected {EXPECTED[one['type']]}"
        else:
            # What is left are bounds: "Input should be greater than or equal to 1".
            said = one["msg"].replace("Input should be", "expected to be")
        lines.append(f"{sources.name(loc)}: {said}")
    return lines


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{file}: no such file; expected a TOML file (DAOYI_CONFIG)") from None
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: expected TOML in UTF-8: {_place(error)}") from None


def _place(error: Exception) -> str:
    """Where the file stops being TOML, without quoting it: a secret may stand there."""
    found = re.search(r"\(at (line \d+, column \d+|end of document)\)", str(error))
    return found.group(1) if found else "unreadable"


def _over(upper: Mapping[str, Any], lower: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(lower)
    for key, value in upper.items():
        below = merged.get(key)
        merged[key] = _over(value, below) if isinstance(value, dict) and isinstance(below, dict) else value
    return merged


def _holds(tree: Any, words: Iterable[str]) -> bool:
    for word in words:
        if not isinstance(tree, dict) or word not in tree:
            return False
        tree = tree[word]
    return True


def _find(model: type[BaseModel], loc: tuple[str | int, ...]) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """The section that owns the last word of ``loc``, and its field if there is one."""
    owner: type[BaseModel] | None = model
    info: FieldInfo | None = None
    inside: Any = model
    for word in loc:
        owner = inside if isinstance(inside, type) and issubclass(inside, BaseModel) else None
        info = owner.model_fields.get(str(word)) if owner else None
        inside = info.annotation if info else (get_args(inside)[-1] if get_origin(inside) is dict else None)
    return owner, info


def _wording(info: FieldInfo | None) -> str:
    description = (info.description if info else None) or "a value"
    return description[0].lower() + description[1:] if not description[1:2].isupper() else description


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""
