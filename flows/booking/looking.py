"""The search of the pages: what a text names, while it is still being typed. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.talk.understand.text import normalise
from flows.booking.finding import Found, find
from flows.directory.rules import Catalogue

MOST = 30
"""Results that are listed of a kind."""


def look(text: str, catalogue: Catalogue, today: date) -> Found:
    """As `find`, and looser where that finds nothing: the first character of a name, the first digits of a number, one
    of several words."""
    found = find(text, catalogue, today)
    if not (found.doctors or found.clinics or found.departments or found.last):
        loose = _begins(normalise(text).strip().lower(), catalogue)
        found = replace(found, doctors=loose.doctors, clinics=loose.clinics, departments=loose.departments)
    # Whoever names a department is shown what can be booked in it.
    inside = tuple(each.code for code in found.departments for each in catalogue.clinics_of(code))
    clinics = tuple(code for code in (*found.clinics, *inside) if catalogue.bookable(code))
    return replace(found, doctors=found.doctors[:MOST], clinics=tuple(dict.fromkeys(clinics))[:MOST])


def _begins(said: str, catalogue: Catalogue) -> Found:
    if not said:
        return Found()
    if said.isdigit():
        return Found(doctors=tuple(each.code for each in catalogue.doctors if each.number.startswith(said)))
    if len(said) == 1 and not said.isascii():
        return Found(
            doctors=tuple(each.code for each in catalogue.doctors if each.name.startswith(said)),
            clinics=tuple(each.code for each in catalogue.clinics if said in each.name),
        )
    return Found()
