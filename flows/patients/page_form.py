"""The registration form as a page sends it, turned into what the service takes."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from bot import documents
from bot.documents import Problem, Sex
from bot.web.forms import FormModel
from flows.patients.people import RELATIONS, Person, RegisterForm

GUARDIAN = "guardian"
"""Stands among the documents for: none, a guardian's will do."""
Short = Annotated[str, Field(max_length=60)]


class RegisterPage(FormModel):
    """Everything as typed. What is missing or wrong is told by the service, the same as in the chat."""

    relation: Short = ""
    name: Short = ""
    document_type: Short = ""
    document_number: Short = ""
    guardian: Short = ""
    sex: Short = ""
    birth_date: date | None = None
    mobile: Short = ""
    code: Short = ""
    consent: bool = False

    def form(self, guardians: list[Person]) -> RegisterForm | None:
        """For the service; None where a choice is missing (``problems`` says which)."""
        relation = next((each for each in RELATIONS if each == self.relation), None)
        kind = next((each for each in documents.KINDS if each == self.document_type), None)
        if relation is None or (kind is None and self.document_type != GUARDIAN):
            return None
        sexes: dict[str, Sex] = {"male": "male", "female": "female"}
        guardian = next((each for each in guardians if each.public_id == self.guardian), None)
        return RegisterForm(
            relation=relation,
            name=self.name,
            document_type=kind,
            document_number=self.document_number if kind else None,
            mobile=self.mobile,
            consent=self.consent,
            sex=sexes.get(self.sex),
            birth_date=self.birth_date,
            guardian_id=guardian.id if guardian and kind is None else None,
        )

    def problems(self) -> dict[str, Problem]:
        """Choices that were not made, and fields that were left empty: told as such, not as too short."""
        found = {name: Problem("empty") for name in ("name", "mobile") if not getattr(self, name)}
        if self.document_type != GUARDIAN and not self.document_number:
            found["document_number"] = Problem("empty")
        if self.relation not in RELATIONS:
            found["relation"] = Problem("empty")
        if self.document_type not in (*documents.KINDS, GUARDIAN):
            found["document_type"] = Problem("empty")
        if self.document_type == GUARDIAN and not self.guardian:
            found["guardian"] = Problem("empty")
        if not self.consent:
            found["consent"] = Problem("patients/h5/no_consent")
        return found
