"""What bills and orders say of themselves where others may look: of a discreet clinic neither where, nor whom, nor for
what, unless the reader has proved who they are."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from flows.directory.rules import Catalogue
from flows.patients.people import Person
from integrations.his.charges import Bill


def discreet(catalogue: Catalogue, clinic: str, also: Collection[str]) -> bool:
    """As the hospital's directory marks the clinic or its department, or as the settings do by code (`also`)."""
    known = catalogue.clinic.get(clinic)
    department = catalogue.department.get(known.department) if known else None
    return any(each is not None and (each.discreet or each.code in also) for each in (known, department))


class Showing:
    """`also`: clinics that the settings call discreet."""

    def __init__(self, catalogue: Catalogue, also: Collection[str]) -> None:
        self.catalogue, self.also = catalogue, also

    def bill(self, bill: Bill, title: str, person: Person, *, open: bool) -> dict[str, Any]:
        items = [
            {"name": each.name, "category": each.category, "quantity": each.quantity, "amount": each.amount}
            for each in bill.items
        ]
        facts = {
            "title": title, "kind": bill.kind, "doctor": bill.doctor, "items": items, "made_at": bill.made_at,
            "amount": bill.amount, "until": bill.until, "person": person.name,
        }
        return facts | self._place(bill.clinic, bill.site, open) | self._veil(bill.clinic, open)

    def order(self, order: Any, *, open: bool) -> dict[str, Any]:
        """`open`: the reader may see what a discreet clinic is; an order of somebody whom they look after no more is
        never open."""
        known: Mapping[str, Any] = json.loads(order.facts)
        made = known.get("made_at")
        facts = {
            "title": known["title"], "doctor": known.get("doctor"), "items": known.get("items", []),
            "made_at": datetime.fromisoformat(made) if made else order.created_at, "amount": order.amount,
            "until": order.expires_at, "person": known.get("person", ""), "page": known.get("page", ""),
        }
        return facts | self._place(order.clinic, order.site, open) | self._veil(order.clinic, open)

    def _place(self, clinic: str, site: str, open: bool) -> dict[str, Any]:
        name = self.catalogue.clinic_name(clinic) if clinic in self.catalogue.clinic else ""
        known = self.catalogue.site.get(site)
        return {"clinic": name, "site": self.catalogue.site_name(site), "payee": known.name if known else ""}

    def _veil(self, clinic: str, open: bool) -> dict[str, Any]:
        hidden = discreet(self.catalogue, clinic, self.also)
        if open or not hidden:
            return {"discreet": hidden, "veiled": False}
        return {"discreet": True, "veiled": True, "clinic": "", "doctor": None, "items": []}
