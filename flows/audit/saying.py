"""Rows of the trail and of the journal in plain words: who, did what, to what, with which facts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.clock import HospitalClock
from flows.directory.rules import Catalogue

CODES = ("list", "right", "stage", "channel", "how", "kind", "method")
"""Facts whose value is a word of ours; each has a table of its own name in words.toml, ``[said]``."""
WORDED = {"rule": "appeal_rule", "flaw": "bill_flaw"}
"""Facts whose value other pages have words for: fact -> the table of words.toml."""
TOLD_WHOLE = ("payment_day", "merchant")
"""Things whose id is no number of ours, and says what it is."""
CHOSEN = {
    ("sessions", "state"): "session_state", ("appointments", "state"): "appointment",
    ("waiting", "state"): "waiting_state", ("stops", "state"): "stop", ("stop_people", "chosen"): "choice",
    ("arrivals", "state"): "arrival", ("no_shows", "state"): "no_show", ("locks", "state"): "lock",
    ("appeals", "state"): "appeal", ("appeals", "kind"): "appeal_kind", ("roster_clinics", "state"): "clinic_state",
    ("directory", "state"): "directory_states", ("directory", "kind"): "directory_kinds",
    ("directory", "missing"): "directory_pieces", ("requests", "state"): "request_state",
    ("undelivered", "sort"): "undelivered", ("payments", "state"): "order_state",
    ("payment_refunds", "state"): "refund_state", ("payment_differences", "state"): "difference_state",
    ("payment_differences", "kind"): "difference_kind",
}
"""(list, filter) -> the table of words.toml that says what it was narrowed to."""
NOBODY = "staff:unknown"
"""Who typed a login that nobody has (bot.access.signing)."""


@dataclass(frozen=True)
class Saying:
    """``words``: those of templates/common/words.toml. ``staff``: actor -> (login, name). ``roles``: public id -> name.
    ``called``: thing -> how its area calls it (bot.web.desk.pages.called)."""

    words: Mapping[str, Any]
    clock: HospitalClock
    catalogue: Catalogue
    staff: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)

    # --- who, what, to what ---------------------------------------------------------------------------------------

    def actor(self, actor: str) -> str:
        """Name and login of a member; a job by what it does; whose id alone is known is called by what they are."""
        if known := self.staff.get(actor):
            return f"{known[1]} ({known[0]})"
        whose, _, name = ("public", "", "") if actor == NOBODY else actor.partition(":")
        told = self.words["actor"].get(whose)
        if told is None:
            return actor
        if whose == "job":
            return f"{told} · {self.job(name)}"
        named = self.words["jobs"].get(f"command.{name}") if whose == "command" else None
        return f"{told} · {named}" if named else str(told)

    def actor_called(self, text: str) -> str:
        """An actor by login, name, or the word that stands for a whole kind of them (all jobs, say); else as it is."""
        wanted = text.casefold()
        for actor, known in self.staff.items():
            if wanted and wanted in map(str.casefold, known):
                return actor
        for whose, told in self.words["actor"].items():
            if text == told:
                return f"{whose}:"
        return text

    def job(self, name: str) -> str:
        return str(self.words["jobs"].get(name, name))

    def act(self, act: str) -> str:
        return str(self.words["acts"].get(act, act))

    def thing(self, thing: str) -> str:
        """Its kind, name and site; what nobody knows any more keeps its kind and the end of its id."""
        if thing in self.staff or thing == NOBODY or thing.startswith("job:"):
            return self.actor(thing)
        kind, _, name = thing.partition(":")
        told = self.words["things"].get(kind)
        if told is None:
            return self.page(thing) if thing.startswith("/") else thing
        if not name:
            return str(told)
        return f"{told} {self._name(kind, thing, name)}"

    def thing_called(self, text: str) -> str:
        """A thing by the name of a member, a clinic, a department, a doctor, a role or a list; else as it is."""
        if not text or ":" in text:
            return text
        if (actor := self.actor_called(text)) in self.staff:
            return actor
        c = self.catalogue
        named = [
            *((f"clinic:{each.code}", (each.name, c.clinic_name(each.code))) for each in c.clinics),
            *((f"department:{each.code}", (each.name, c.department_name(each.code))) for each in c.departments),
            *((f"doctor:{each.code}", (each.name, each.number)) for each in c.doctors),
            *((f"role:{code}", (name,)) for code, name in self.roles.items()),
            *((f"list:{slug}", (title,)) for slug, title in self.words["said"]["list"].items()),
        ]
        return next((thing for thing, names in named if text in names), text)

    def page(self, path: str) -> str:
        """A page by the entry of the menu that it lies below, or by what patients' pages are about."""
        doors: Mapping[str, str] = {**self.words["doors"], **self.words["pages"]}
        below = [each for each in doors if path.startswith(each)]
        return doors[max(below, key=len)] if below else path

    def _name(self, kind: str, thing: str, name: str) -> str:
        if thing in self.called:
            return self.called[thing]
        catalogue = self.catalogue
        if kind == "clinic":
            return catalogue.clinic_name(name) or name
        if kind == "department":
            return catalogue.department_name(name) or name
        if kind == "doctor":
            return self._doctor(name)
        own = {"role": self.roles, "right": self.words["rights"], "list": self.words["said"]["list"]}
        if kind in own:
            return str(own[kind].get(name, name[-6:] if kind == "role" else name))
        return name if kind in TOLD_WHOLE else name[-6:]

    def _doctor(self, code: str) -> str:
        known = self.catalogue.doctor.get(code)
        return f"{known.name} ({known.number})" if known else code

    # --- facts ----------------------------------------------------------------------------------------------------

    def facts(self, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
        """(title, text) of what an entry holds; what is empty is left out, inner keys, which say nothing, and the list,
        which is what the entry is about."""
        kept = [(name, value) for name, value in facts.items()
                if value not in ("", None, [], {}) and name not in ("edition", "list")]
        told = [(str(self.words["facts"].get(name, name)), self._fact(name, value, facts)) for name, value in kept]
        return [(title, text) for title, text in told if text]

    def brief(self, facts: Mapping[str, Any]) -> str:
        """All of them in one cell."""
        return "；".join(f"{title}：{text}" for title, text in self.facts(facts))

    def _fact(self, name: str, value: Any, facts: Mapping[str, Any]) -> str:
        said = self.words["said"]
        if isinstance(value, bool):
            return str(said["yes"] if value else said["no"])
        if name == "filters":
            return self._filters(str(facts.get("list", "")), value)
        if isinstance(value, Mapping):
            return self._pairs(value)
        if name == "appointments":
            return str(len(value))
        if name == "places":
            return "、".join(self._place(each) for each in value)
        if name == "faults":
            return "、".join(self._fault(each) for each in value)
        if name == "state":
            return str(said["state"].get(value, value))
        if name in WORDED:
            return str(self.words[WORDED[name]].get(value, value))
        if name == "guardian":
            return self._name("person", f"person:{value}", value)
        if name == "right":
            return str(self.words["rights"].get(value, value))
        if name in CODES:
            return str(said[name].get(value, value))
        if name == "clinic":
            return self.catalogue.clinic_name(value) or str(value)
        if name == "doctor":
            return self._doctor(value)
        if name == "path":
            return self.page(value)
        if name == "picture":
            return str(said["picture"])
        if name == "session":
            return self.called.get(f"session:{value}", str(value))
        if isinstance(value, list):
            return "、".join(str(each) for each in value)
        return self._moment(value) if isinstance(value, str) else str(value)

    def _fault(self, fault: Any) -> str:
        """Of the trail itself, with the number of an entry; of a merchant's keys by its name alone."""
        if isinstance(fault, str):
            return str(self.words["merchant_fault"].get(fault, fault))
        kind, number = fault
        return str(self.words["said"]["fault"].get(kind, kind)).format(number)

    def _place(self, code: str) -> str:
        return self.catalogue.department_name(code) or self.catalogue.clinic_name(code) or code

    def _pairs(self, value: Mapping[str, Any]) -> str:
        """Rights with their reach, or what a clinic was set to."""
        rights, reach, said = self.words["rights"], self.words["reach"], self.words["said"]
        told = []
        for name, each in value.items():
            if each is None or each == "":
                continue
            text = str(said["yes"] if each else said["no"]) if isinstance(each, bool) else str(reach.get(each, each))
            told.append(f"{rights.get(name, said['clinic'].get(name, name))} {text}")
        return "、".join(told) or str(said["nothing"])

    def _filters(self, name: str, filters: Mapping[str, Any]) -> str:
        """What a list was narrowed to when it was exported."""
        columns, said = self.words["columns"].get(name, {}), self.words["said"]["filter"]
        told = []
        for key, value in filters.items():
            if value:
                title = said.get(key) or columns.get(key, key)
                told.append(str(title) if key == "person" else f"{title} {self._filter(name, key, str(value))}")
        return "、".join(told)

    def _filter(self, name: str, key: str, value: str) -> str:
        if key == "clinic":
            return self.catalogue.clinic_name(value) or value
        if key == "doctor":
            return self._doctor(value)
        if key == "place":
            return self._place(value)
        if key == "role":
            return self.roles.get(value, value)
        if key == "act":
            return self.act(value)
        said, chosen = self.words["said"], self.words.get(CHOSEN.get((name, key), ""), {})
        known = (chosen, said["state"], said["channel"], said["value"], self.words["half"])
        return next((str(each[value]) for each in known if value in each), value)

    def _moment(self, text: str) -> str:
        """A moment on the hospital's wall clock; any other text as it is."""
        try:
            moment = datetime.fromisoformat(text) if len(text) >= 16 and text[4:5] == "-" else None
        except ValueError:
            moment = None
        return f"{self.clock.local(moment):%Y-%m-%d %H:%M}" if moment is not None and moment.tzinfo else text


def things_of(rows: Iterable[Any]) -> set[str]:
    """What the entries of a page are about, and what their facts name, to be asked of the areas at once."""
    found = set()
    for row in rows:
        found.add(row.about)
        session = row.facts.get("session")
        if isinstance(session, str) and session:
            found.add(f"session:{session}")
    return found
