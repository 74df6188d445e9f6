"""The shapes this area speaks in. Names and numbers in them are personal: templates mask them, logs never see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from bot.documents import Kind, Sex

Relation = Literal["self", "child", "parent", "spouse", "other"]
RELATIONS: tuple[Relation, ...] = ("self", "child", "parent", "spouse", "other")
Purpose = Literal["register", "change", "read"]
Reach = Literal["all", "booking"]
"""What a contact may do for a person: "booking" is to book, pay, check in and queue; "all" also opens what was
written before (results, records, health file). "all" needs proof that goes beyond knowing name and document."""
Proof = Literal["sms", "record", "consent"]
"""What a link rests on: a phone, the hospital's record, or the consent of who handed it over (see handover/)."""
RecordState = Literal["none", "asked", "known", "refused"]
"""Of the hospital record: none yet, the hospital is being asked, known, or refused (the desk must look)."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person as one contact sees them. `id` stays inside, `public_id` is for addresses. `document_tail` and
    `mobile_tail` are the last four characters ("" where there is none). `patient_no` is the hospital's record number.

    Through a job or a member of staff (no contact) relation and reach are "" and `is_default` is False.
    """

    id: int
    public_id: str
    name: str = field(repr=False)
    sex: Sex
    birth_date: date
    document_type: Kind | None
    document_tail: str = field(repr=False)
    mobile_tail: str = field(repr=False)
    guardian_id: int | None
    patient_no: str | None
    record_state: RecordState
    relation: Relation | Literal[""] = ""
    reach: Reach | Literal[""] = ""
    proof: Proof | Literal[""] = ""
    is_default: bool = False
    until: date | None = None
    """The first day on which the contact's hold on this person is over: their 18th birthday."""


@dataclass(frozen=True, slots=True)
class FullPerson:
    """Everything in the clear, after `reveal` wrote down who looked and why."""

    public_id: str
    name: str = field(repr=False)
    document_type: Kind | None
    document_number: str | None = field(repr=False)
    mobile: str | None = field(repr=False)
    birth_date: date = field(repr=False)
    patient_no: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class RegisterForm:
    """What registration needs. Without a document (`document_type` None) `guardian_id` names a grown-up person of the
    same contact. `sex` and `birth_date` may be left out where the number tells them; what the number tells wins."""

    relation: Relation
    name: str = field(repr=False)
    document_type: Kind | None
    document_number: str | None = field(repr=False)
    mobile: str = field(repr=False)
    consent: bool = False
    sex: Sex | None = None
    birth_date: date | None = None
    guardian_id: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What a contact did with persons: how many it looks after, and when it added and removed in the last 30 days."""

    active: int
    added: Sequence[datetime] = ()
    removed: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was done on one day of the hospital's calendar, and when last."""

    last_at: datetime | None = None
    today: int = 0


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """What became of a code that was typed in. `left` tries remain; with "spent", "expired" and "none" a new code is
    needed."""

    state: Literal["right", "wrong", "spent", "expired", "none"]
    left: int = 0

    @property
    def right(self) -> bool:
        return self.state == "right"
