"""Which members a list's filters leave, and how the place is called that it is narrowed to. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.staff.service import Colleague


def place_called(everybody: Sequence[Colleague], code: str) -> str:
    """The name of the department or clinic that the list is narrowed to, where somebody within reach works there."""
    there = next((each for each in everybody if code in each.places.departments | each.places.clinics), None)
    return (there.catalogue.department_name(code) or there.catalogue.clinic_name(code) if there else "") or code


def fits(each: Colleague, filters: Mapping[str, str]) -> bool:
    row, word = each.row, filters["q"].casefold()
    if word and word not in f"{row.login} {row.name} {row.number}".casefold():
        return False
    if filters["state"] and filters["state"] not in (row.state, each.values["state"]):
        return False
    if filters["role"] and filters["role"] not in [role.public_id for role in each.roles]:
        return False
    return not filters["place"] or filters["place"] in each.places.departments | each.places.clinics
