"""Forms: what was sent, read with limits, checked by a pydantic model, told back field by field.

A ``Problem`` (of ``bot.documents``) names its wording, templates/common/h5/problem_<slug>.j2 or, where a page needs no
words of its own, the chat's templates/common/chat/problem_<slug>.j2.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp.web_request import FileField
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from bot.documents import Problem
from bot.errors import BadInput
from bot.web import csrf
from bot.wording import Wording

LARGEST = 64 * 1024
MOST_FIELDS = 100
DESK_FIELDS = 600
"""A role has a field for each right."""
SECONDS = 30
SECONDS_WITH_FILES = 120
"""So long a form may take to arrive: a sender that trickles must not hold a connection for ever."""
MEDIA = ("application/x-www-form-urlencoded", "multipart/form-data")

VALUES: web.RequestKey[dict[str, str]] = web.RequestKey("form_values", dict)
FILES: web.RequestKey[dict[str, FileField]] = web.RequestKey("form_files", dict)
LISTS: web.RequestKey[dict[str, list[str]]] = web.RequestKey("form_lists", dict)
Model = TypeVar("Model", bound="FormModel")


class FormModel(BaseModel):
    """Base of forms: texts are trimmed, fields nobody knows are left out (a browser's add-on may put some in)."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore", frozen=True)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it stands on a page: what was typed, and what is wrong with it by field."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    problems: Mapping[str, Problem] = field(default_factory=dict)

    def value(self, name: str) -> str:
        return self.values.get(name, "")


async def values(request: web.Request) -> dict[str, str]:
    """The texts of a sent form, the last of a name; the token of the form is left out.

    :raises BadInput: it is no form, too large, or brings files along
    """
    known = request.get(VALUES)
    if known is not None:
        return known
    if request.content_type not in MEDIA:
        raise BadInput("not_a_form")
    expected = _expected(request)
    largest = LARGEST + sum(expected.values())
    if (request.content_length or 0) > largest:
        raise web.HTTPRequestEntityTooLarge(largest, request.content_length or 0)
    try:
        async with asyncio.timeout(SECONDS_WITH_FILES if expected else SECONDS):
            # Without a length the body is counted as it comes.
            sent = await request.clone(client_max_size=largest).post()
    except TimeoutError:
        raise BadInput("slow_body") from None
    except (ValueError, LookupError):  # LookupError: a charset that nobody knows
        raise BadInput("broken_form") from None
    if len(sent) > (DESK_FIELDS if request.path.startswith("/desk/") else MOST_FIELDS):
        raise BadInput("form_too_large")
    files: dict[str, FileField] = {}
    found: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    for name, value in sent.items():
        if isinstance(value, FileField) and name in expected:
            files[name] = value
            continue
        if name in expected and not value:  # a browser's way of saying that no file was chosen
            continue
        if not isinstance(value, str):
            raise BadInput("unexpected_file")
        found[name] = value.replace("\0", "")[:5000]
        several.setdefault(name, []).append(found[name])
    request[VALUES], request[LISTS], request[FILES] = found, several, files
    return found


async def lists(request: web.Request) -> dict[str, list[str]]:
    """The texts of a sent form with all that stand under one name (ticked boxes)."""
    await values(request)
    return request[LISTS]


async def files(request: web.Request) -> dict[str, FileField]:
    """The files of a sent form, those only that its handler said it takes (``bot.web.uploads``)."""
    await values(request)
    return request[FILES]


def mark_files(handler: Handler, largest: Mapping[str, int]) -> Handler:
    """Write on a handler which fields of its form bring files, and of how many bytes at most."""
    vars(handler)["files"] = largest
    return handler


def _expected(request: web.Request) -> Mapping[str, int]:
    found: Mapping[str, int] = getattr(request.match_info.handler, "files", {})
    return found


async def check_token(request: web.Request, session_id: str) -> None:
    """The guard of ``bot.web.csrf``, with the token from htmx's header or from the form. Raises BadInput."""
    given = request.headers.get(csrf.HEADER, "") or (await values(request)).get(csrf.FIELD, "")
    csrf.check(request, given, session_id)


def checked(model: type[Model], sent: Mapping[str, str]) -> tuple[Model | None, dict[str, Problem]]:
    """The form as its model, or None and what is wrong by field. An empty text counts as left out."""
    given = {name: value for name, value in sent.items() if value.strip()}
    try:
        return model.model_validate(given), {}
    except ValidationError as error:
        return None, {str(each["loc"][0]): _problem(each) for each in error.errors() if each["loc"]}


def _problem(error: ErrorDetails) -> Problem:
    """pydantic's kinds of errors in our words. A model's own ``PydanticCustomError`` carries its slug as its type."""
    kind, facts = error["type"], dict(error.get("ctx") or {})
    if kind == "string_too_long":
        return Problem("too_much", {"most": facts["max_length"]})
    if kind in ("missing", "string_too_short", "literal_error", "enum"):
        return Problem("empty")
    if kind.startswith(("date", "time")):
        return Problem("no_such_day")
    if kind.startswith(("int", "float", "greater", "less")):
        return Problem("number")
    known = kind.isidentifier() and "error" not in kind and "_type" not in kind
    return Problem(kind, facts) if known else Problem("empty")


def say(wording: Wording, problem: Problem) -> str:
    """The words of a problem on a page. A slug with slashes is itself the name of an area's template."""
    if "/" in problem.slug:
        return wording.render(problem.slug, **problem.facts)
    own = f"common/h5/problem_{problem.slug}"
    return wording.render(own if wording.has(own) else f"common/chat/problem_{problem.slug}", **problem.facts)


def whole(text: str, digits: int = 9) -> int | None:
    """A whole number, not below zero, as somebody types it; None for anything else (², a thousand digits)."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def day_of(text: str) -> date | None:
    """A day as an address or a form writes it (2026-11-22); None for nothing, and for what no calendar here reaches."""
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year <= 2200 else None
