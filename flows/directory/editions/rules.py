"""What the console writes of a department, a clinic or a doctor, and how it lies over the hospital's own. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, TypeVar, cast

from bot.documents import Problem

Kind = Literal["department", "clinic", "doctor"]
KINDS: tuple[Kind, ...] = ("department", "clinic", "doctor")
PICTURES = "/h5/directory/pictures/"

LONGEST = {"intro": 4000, "way": 400, "title": 40, "education": 80, "specialty": 30}
MOST_SPECIALTIES = 12

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Body:
    """What was written; what is empty is said as the hospital's own system has it. `way` is how to get there (of
    departments and clinics); `title`, `education` and `specialties` are a doctor's."""

    intro: str = ""
    way: str = ""
    title: str = ""
    education: str = ""
    specialties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition as patients read it. `picture` is the name of a kept file, "" where there is none."""

    kind: Kind
    code: str
    body: Body
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A form that was sent: the body, and what is wrong by field."""

    body: Body
    problems: Mapping[str, Problem] = field(default_factory=dict)


def of_form(kind: Kind, sent: Mapping[str, str]) -> Checked:
    """Read the console's form. Fields that the kind does not have are left out."""
    values: dict[str, Any] = {"intro": _text(sent.get("intro", ""))}
    if kind == "doctor":
        values |= {"title": sent.get("title", "").strip(), "education": sent.get("education", "").strip()}
        values["specialties"] = tuple(dict.fromkeys(_parts(sent.get("specialties", ""))))
    else:
        values["way"] = _text(sent.get("way", ""))
    problems = {
        name: Problem("too_much", {"most": LONGEST[name]})
        for name, value in values.items()
        if name in LONGEST and len(value) > LONGEST[name]
    }
    specialties = values.get("specialties", ())
    if len(specialties) > MOST_SPECIALTIES or any(len(each) > LONGEST["specialty"] for each in specialties):
        problems["specialties"] = Problem("specialties", {"most": MOST_SPECIALTIES, "longest": LONGEST["specialty"]})
    return Checked(Body(**values), problems)


def read(stored: Mapping[str, Any]) -> Body:
    """A body as it is kept; what another version wrote and this one does not know is left out."""
    names = {entry.name for entry in fields(Body)}
    known = {name: value for name, value in stored.items() if name in names}
    return Body(**known | {"specialties": tuple(known.get("specialties", ()))})


def over(own: T, edition: Edition | None) -> T:
    """The hospital's own entry (a dataclass of its port) with what an edition says instead."""
    if edition is None:
        return own
    body: Body = edition.body
    changes: dict[str, Any] = {}
    for name in ("intro", "title", "education", "specialties"):
        if getattr(body, name) and hasattr(own, name):
            changes[name] = getattr(body, name)
    if edition.picture and edition.kind == "doctor":
        changes["photo"] = PICTURES + edition.picture
    found: T = replace(cast(Any, own), **changes)
    return found


def edition_of(row: Any) -> Edition:
    """A row of the table."""
    return Edition(row.kind, row.code, read(row.body), row.picture or "")


def _text(text: str) -> str:
    """Lines without spaces at their ends, at most one blank line together."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
    kept = [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]
    return "\n".join(kept).strip()


def _parts(text: str) -> Iterable[str]:
    for mark in "，,；;\n":
        text = text.replace(mark, "、")
    return (each.strip() for each in text.split("、") if each.strip())
