"""Who lies within whose reach. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bot.access.rights import Places, Range


def within(reach: Range, owner: str, places: Places, department_of: Mapping[str, str]) -> bool:
    """Whether a member who works at ``places`` lies within ``reach``; any one place is enough.

    :param department_of: clinic -> its department: who may see a department may see its clinics' people
    """
    if reach.covers(owner=owner):
        return True
    return any(reach.covers(department=each) for each in places.departments) or any(
        reach.covers(clinic=each, department=department_of.get(each, "")) for each in places.clinics
    )


def may_place(reach: Range, before: Places, after: Places, department_of: Mapping[str, str]) -> bool:
    """Whether every place that is given or taken lies within ``reach``: nobody moves people where they may not look."""
    clinics, departments = before.clinics ^ after.clinics, before.departments ^ after.departments
    return all(reach.covers(department=each) for each in departments) and all(
        reach.covers(clinic=each, department=department_of.get(each, "")) for each in clinics
    )
