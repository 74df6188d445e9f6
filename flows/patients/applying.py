"""What a form of registration says: what is wrong with it, and the applicant that it names. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from bot import documents
from bot.documents import Document, Kind, Problem, Sex
from bot.errors import BadInput
from bot.talk.understand import checks
from flows.patients.people import RELATIONS, RegisterForm
from flows.patients.refusals import ConsentMissing


@dataclass(frozen=True, slots=True)
class Applicant:
    """A form that was read: tidy, complete, whole."""

    name: str = field(repr=False)
    kind: Kind | None
    number: str | None = field(repr=False)
    sex: Sex
    birth: date
    mobile: str = field(repr=False)


def problems(form: RegisterForm, today: date) -> dict[str, Problem]:
    """Field -> what is wrong with it."""
    found: dict[str, Problem] = {}
    for name, text in (("name", form.name), ("mobile", form.mobile)):
        checked = checks.check(name, text, today)
        if checked.problem:
            found[name] = Problem(checked.problem, dict(checked.facts))
    if form.relation not in RELATIONS:
        found["relation"] = Problem("empty")
    read = document_of(form, today)
    if isinstance(read, Problem):
        found["document_number"] = read
    elif read is None or read.birth is None:
        if form.birth_date is None:
            found["birth_date"] = Problem("birth_date")
        elif form.birth_date > today:
            found["birth_date"] = Problem("future_birth")
        if form.sex not in ("male", "female"):
            found["sex"] = Problem("empty")
    return found


def read(form: RegisterForm, today: date) -> Applicant:
    """Raises ConsentMissing, and BadInput for what `problems` finds wrong."""
    if not form.consent:
        raise ConsentMissing()
    if problems(form, today):
        raise BadInput("patients_form")
    document = document_of(form, today)
    assert not isinstance(document, Problem)
    birth = document.birth if document and document.birth else form.birth_date
    sex = document.sex if document and document.sex else form.sex
    assert birth is not None and sex is not None
    kind, number = (document.kind, document.number) if document else (None, None)
    name = checks.check("name", form.name, today).value
    return Applicant(name, kind, number, sex, birth, checks.check("mobile", form.mobile, today).value)


def document_of(form: RegisterForm, today: date) -> Document | Problem | None:
    """None: a child without one."""
    if form.document_type is None:
        return None
    if form.document_type not in documents.KINDS:
        return Problem("empty")
    return documents.read_document(form.document_type, form.document_number or "", today)
