"""One page of the directory: the same for patients and, with a draft laid over, for the console's preview."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.errors import NotFound
from bot.web.keys import SETTINGS
from bot.web.pages import render
from flows.directory.rules import Catalogue


def page_of(request: web.Request, kind: str, code: str, catalogue: Catalogue, *, preview: str = "") -> web.Response:
    """The page of one of them. `preview`: where the console gives pictures of drafts, "" on patients' pages."""
    if kind == "department":
        facts = _department(catalogue, code)
    elif kind == "clinic":
        facts = _clinic(catalogue, code)
    else:
        facts = _doctor(catalogue, code)
    places = facts["clinics"] if kind == "doctor" else [facts["one"]]
    also = request.app[SETTINGS].discreet.clinics
    return render(
        request, f"directory/h5/{kind}.html.j2", catalogue=catalogue, preview=preview,
        discreet=any(each.discreet or each.code in also for each in places), **facts,
    )


def _department(catalogue: Catalogue, code: str) -> dict[str, Any]:
    found = catalogue.department.get(code)
    if found is None:
        raise NotFound("department")
    clinics = catalogue.clinics_of(code)
    own = {each.code for each in clinics}
    doctors = [each for each in catalogue.doctors if own & set(each.clinics)]
    return {"one": found, "clinics": clinics, "doctors": doctors, "edition": catalogue.edition("department", code)}


def _clinic(catalogue: Catalogue, code: str) -> dict[str, Any]:
    found = catalogue.clinic.get(code)
    if found is None:
        raise NotFound("clinic")
    return {"one": found, "doctors": catalogue.doctors_of(code), "edition": catalogue.edition("clinic", code)}


def _doctor(catalogue: Catalogue, code: str) -> dict[str, Any]:
    found = catalogue.doctor.get(code)
    if found is None:
        raise NotFound("doctor")
    clinics = [catalogue.clinic[each] for each in found.clinics if each in catalogue.clinic]
    return {"one": found, "clinics": clinics, "edition": catalogue.edition("doctor", code)}
