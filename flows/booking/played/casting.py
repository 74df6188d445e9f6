"""Who plays in the demonstration: families out of the embedded hospital's patients, and the clinics whose patients book
through us. Pure; always the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from random import Random

from flows.booking.fitting.rules import years
from flows.directory.rules import Catalogue
from flows.patients.people import Relation
from flows.patients.played import Family
from integrations.his.port import PatientRecord
from integrations.sandbox.offstage import mobile, openid

ADULT, OLD = 18, 75
MOST_MEMBERS = 4
CLINICS = 10
"""So many clinics have patients who book through us, those with most doctors."""


def families(records: Iterable[PatientRecord], count: int, born: datetime, today: date) -> list[Family]:
    """Up to `count` persons. Somebody grown-up stands first; children and the very old are looked after by somebody of
    an age to be their parent or child."""
    lot = Random("the demonstration's families")
    chosen = list(records)
    lot.shuffle(chosen)
    chosen = [each for each in chosen if each.document_number and each.document_type][:count]
    ages = {each.record_number: years(each.birth_date, today) for each in chosen}
    heads = [each for each in chosen if ADULT <= ages[each.record_number] < OLD]
    members: dict[str, list[tuple[PatientRecord, Relation]]] = {each.record_number: [(each, "self")] for each in heads}
    for each in chosen:
        age = ages[each.record_number]
        relation: Relation = "child" if age < ADULT else "parent"
        low, high = (age + 20, age + 42) if relation == "child" else (age - 42, age - 20)
        fitting = [head for head in heads if low <= ages[head.record_number] <= high
                   and len(members[head.record_number]) < MOST_MEMBERS]
        if each.record_number not in members and fitting:
            members[lot.choice(fitting).record_number].append((each, relation))
    return [
        Family(openid(n), mobile(n), born - timedelta(days=lot.randrange(1, 60), minutes=lot.randrange(600)), theirs)
        for n, theirs in enumerate(members.values(), 1)
    ]


def clinics(catalogue: Catalogue, count: int = CLINICS) -> Sequence[str]:
    """Those with most doctors that anybody may book."""
    open_ = [each.code for each in catalogue.clinics if catalogue.bookable(each.code)]
    return sorted(open_, key=lambda code: (-len(catalogue.doctors_of(code)), code))[:count]
