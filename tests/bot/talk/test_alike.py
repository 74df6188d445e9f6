"""Which turns are never told again: what is one contact's own, what asked the database, what left something to do."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, cast
from unittest.mock import AsyncMock

import pytest

from bot.context import Contact, Context
from bot.db.contacts import Locked
from bot.db.transaction import Transaction
from bot.db.turns import NoLink
from bot.talk import alike as memory
from bot.talk.alike import MOMENT_S, MOST, Alike, Leans, Place, place_of
from bot.talk.messages import Inbound, Message
from bot.talk.session import Frame, Session, Wait

MINE, THEIRS = "0123456789abcdef", "fedcba9876543210"
SAID = (Message("约满了"),)
WHO = Contact(1, "ctmine", "main", "wechat", "o-mine")


def standing(frame: str = MINE, until: float = 1.5, **data: Any) -> str:
    return Session([Frame("booking", 1, data, Wait("choice", "segment", "person_needed", until), id=frame)]).dump()


def place(state: str | None = None, text: str = "1", who: Contact = WHO, minute: int = 0, mode: str = "bot") -> Any:
    locked = Locked(who, True, standing() if state is None else state, mode, "{}", 1)
    return place_of(locked, Inbound("wechat:main", "1", "wechat", "main", who.external_id, "text", text), minute)


def context(who: Contact = WHO) -> Context:
    none: Any = None
    tx = Transaction(NoLink(None), "r")
    return Context(tx, none, none, none, who, "wechat", f"contact:{who.public_id}", "r", tx.now)


def noted(here: Context) -> None:
    here.tx.note("booking.hold", actor=here.actor, failed="taken")


def _holds(so: bool, _: Context) -> bool:
    return so


def kept(here: Context, leans: Leans, said: Any = SAID, then: dict[str, Any] | None = None) -> Alike:
    """What was said to the first, remembered as the dispatcher does it: having looked whether it was said before."""
    alike = Alike()
    assert alike.again(place(), here) is None
    alike.keep(place(), here, leans, said, stored() if then is None else then)
    return alike


def leaning(here: Context, *holds: bool) -> Leans:
    leans = Leans()
    for number, each in enumerate(holds):
        leans.on(number, partial(_holds, each))
    leans.do(here, noted)
    return leans


def stored(frame: str = MINE, **data: Any) -> dict[str, Any]:
    return {"state": standing(frame, **data), "mode": "bot", "wakes_at": None, "awaits": None, "reach": "{}"}


def test_who_stands_there_is_told_it_with_an_own_frame_and_line() -> None:
    first = context()
    alike = kept(first, leaning(first, True), then=stored(tries=1))
    other = replace(WHO, id=2, public_id="cttheirs", external_id="o-theirs")
    later = context(other)
    found = alike.again(place(standing(THEIRS, 7.25), who=other), later)
    assert found is not None
    assert found[0] is SAID and found[1]["state"] == standing(THEIRS, tries=1)
    assert [note["actor"] for note in later.tx.notes] == ["contact:cttheirs"]


@pytest.mark.parametrize("change", [
    {"text": "2"}, {"state": standing(person=5)}, {"who": replace(WHO, easy=True)}, {"minute": 1},
    {"who": replace(WHO, channel="alipay")},
])
def test_elsewhere_and_otherwise_nothing_is_told(change: dict[str, Any]) -> None:
    first = context()
    alike = kept(first, leaning(first))
    assert alike.again(place(), context()) is not None
    other = place(**change)
    assert other is None or other.key != place().key


@pytest.mark.parametrize("state", [
    "", Session([Frame("a", 1), Frame("b", 1)]).dump(), standing(id=THEIRS), standing("another"),
    Session([Frame("a", 1, {"until": 12}, Wait("choice", "segment", "person_needed", 1.5), id=MINE)]).dump(),
])
def test_a_conversation_that_is_not_one_frame_has_no_place(state: str) -> None:
    assert place(state) is None


def test_words_of_a_contact_are_no_frame_of_theirs() -> None:
    said = f'"id":"{THEIRS}","until":12'
    here = place(standing(wish=said))
    assert here is not None and here.frame == MINE and here.key != place().key


@pytest.mark.parametrize("own", ["asked", "outbox", "last", "notes", "name", "frame", "nothing", "gone"])
def test_what_is_one_contacts_own_is_not_kept(own: str) -> None:
    first, said, then = context(), SAID, stored()
    leans, link = leaning(first), cast(NoLink, first.tx.link)
    if own == "asked":
        link.asked = True
    elif own == "outbox":
        first.tx.put("chat.say", {})
    elif own == "last":
        first.tx.last["x"] = AsyncMock()
    elif own == "notes":
        noted(first)
    elif own == "name":
        said = (Message(f"https://example.test/{WHO.public_id}"),)
    elif own == "frame":
        then = stored(request=MINE)
    elif own == "nothing":
        leans = Leans()
    else:
        then["state"] = None
    assert kept(first, leans, said, then).again(place(), context()) is None


def test_what_it_leans_on_has_to_hold_for_each() -> None:
    first, so = context(), [True]
    leans = leaning(first)
    leans.on("full", lambda here: so[0] and here.contact is not None and here.contact.id == 1)
    alike = kept(first, leans)
    assert alike.again(place(), context()) is not None
    held = context(replace(WHO, id=2))
    assert alike.again(place(), held) is None and not held.tx.notes
    so[0] = False
    assert alike.again(place(), context()) is None


def test_memory_stays_small() -> None:
    alike = Alike()
    for number in range(MOST + 5):
        first = context()
        alike.keep(Place((number,), MINE), first, leaning(first), SAID, stored())
    assert len(alike._told) == MOST


def test_what_was_told_is_told_for_a_moment_from_the_first_on(monkeypatch: pytest.MonkeyPatch) -> None:
    at = [100.0]
    monkeypatch.setattr(memory.time, "monotonic", lambda: at[0])
    first, second, third = context(), context(), context()
    alike = kept(first, leaning(first))
    at[0] += 0.6 * MOMENT_S
    alike.keep(Place(("elsewhere",), MINE), second, leaning(second), SAID, stored())
    assert alike.awake and alike.again(place(), context()) is not None
    at[0] += 0.6 * MOMENT_S
    assert not alike.awake and alike.again(Place(("elsewhere",), MINE), context()) is None
    alike.keep(place(), third, leaning(third), SAID, stored())
    assert alike.awake
