"""What is decided about persons: limits against touts, guardians, whose record it is. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.documents import age
from bot.settings_parts import People
from flows.patients.people import History, Person, Reach, Relation, Tally
from flows.patients.refusals import (
    CodesForContact,
    CodesForMobile,
    CodeTooSoon,
    FamilyFull,
    GuardianMissing,
    HandoversSpent,
    HelpTriesSpent,
    OwnDocumentNeeded,
    ProofTriesSpent,
    TooManyNew,
    TooManyRemoved,
    TooYoungAlone,
)

CONSENT = "2027-01"
"""Version of the privacy notice (templates/patients/chat/consent.j2 and its page) that is agreed to today."""
GUARDIAN_UNDER = 14  # years; until then a child may go by a guardian's document, and does not register alone
ADULT = 18
WINDOW = timedelta(days=30)
PROVED_FOR = timedelta(minutes=30)
"""So long after the right code a form may still be sent in."""
KNOWN_FOR = timedelta(days=180)
"""So long a contact need not prove the same phone again for another person of the family."""
PROOF_TRIES = 3  # a day, for four digits of which a stranger knows none
HELP_TERMS = "help-2027-01"
"""Version of what a taker agrees to and a giver allows (templates/patients/chat/help_terms.j2 and allow.j2)."""
HELP_FOR = timedelta(hours=24)
"""So long a hand-over can be taken, and then again so long the giver can answer."""
HELP_TRIES = 5  # wrong codes a day and contact: a million codes, of which some hundreds count at a time
HANDOVERS = 5  # a day and giver

_DOTS = re.compile(r"[·•・‧∙⋅.．。\s\-'’]+")


def may_add(history: History, limits: People, now: datetime) -> None:
    """Raises FamilyFull or TooManyNew. `history.added` holds the moments of the last 30 days, in any order."""
    if history.active >= limits.max_family:
        raise FamilyFull(most=limits.max_family)
    if free := _free_again(history.added, limits.max_new_per_month, now):
        raise TooManyNew(most=limits.max_new_per_month, until=free.isoformat())


def may_remove(history: History, limits: People, now: datetime) -> None:
    """Raises TooManyRemoved: who changes persons all the time sells places."""
    if free := _free_again(history.removed, limits.max_removed_per_month, now):
        raise TooManyRemoved(most=limits.max_removed_per_month, until=free.isoformat())


def _free_again(moments: Sequence[datetime], most: int, now: datetime) -> datetime | None:
    recent = sorted(moment for moment in moments if moment > now - WINDOW)
    return recent[-most] + WINDOW if len(recent) >= most else None


def may_send_code(mobile: Tally, contact: Tally, limits: People, now: datetime, tomorrow: date) -> None:
    """Raises CodeTooSoon, CodesForMobile or CodesForContact; `tomorrow` is when counting begins anew."""
    if mobile.last_at is not None:
        wait = timedelta(seconds=limits.code_seconds_between) - (now - mobile.last_at)
        if wait > timedelta():
            raise CodeTooSoon(seconds=int(wait.total_seconds()) + 1)
    if contact.today >= limits.codes_per_day:
        raise CodesForContact(most=limits.codes_per_day, until=tomorrow.isoformat())
    if mobile.today >= limits.codes_per_day:
        raise CodesForMobile(most=limits.codes_per_day, until=tomorrow.isoformat())


def may_prove(tries: Tally, tomorrow: date) -> None:
    """Raises ProofTriesSpent."""
    if tries.today >= PROOF_TRIES:
        raise ProofTriesSpent(until=tomorrow.isoformat())


def may_try_help(tries: Tally, tomorrow: date) -> None:
    """Raises HelpTriesSpent."""
    if tries.today >= HELP_TRIES:
        raise HelpTriesSpent(until=tomorrow.isoformat())


def may_hand_over(given: Tally, tomorrow: date) -> None:
    """Raises HandoversSpent."""
    if given.today >= HANDOVERS:
        raise HandoversSpent(most=HANDOVERS, until=tomorrow.isoformat())


def may_register(relation: Relation, birth: date, has_document: bool, guardian: Person | None, today: date) -> None:
    """Raises TooYoungAlone, OwnDocumentNeeded or GuardianMissing."""
    years = age(birth, today)
    if relation == "self" and years < GUARDIAN_UNDER:
        raise TooYoungAlone(years=GUARDIAN_UNDER)
    if has_document:
        return
    if years >= GUARDIAN_UNDER:
        raise OwnDocumentNeeded(years=GUARDIAN_UNDER)
    if guardian is None or not can_stand_for_a_child(guardian, today):
        raise GuardianMissing()


def can_stand_for_a_child(person: Person, today: date) -> bool:
    """Grown up, known by a document of their own, one of the family rather than "other", and not only helped."""
    return (
        person.document_type is not None
        and person.proof != "consent"
        and person.relation in ("self", "spouse", "parent")
        and age(person.birth_date, today) >= ADULT
    )


def held_until(relation: Relation, birth: date, today: date) -> date | None:
    """The 18th birthday of a minor whom somebody else looks after, on which that ends; None: no end is set."""
    if relation == "self" or age(birth, today) >= ADULT:
        return None
    return birthday(birth, ADULT)


def birthday(birth: date, years: int) -> date:
    """Born on 29 February, one grows older on 1 March of other years."""
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 3, 1)


def name_key(name: str) -> str:
    """Names that agree have the same key: 阿依古丽·买买提 and 阿依古丽.买买提, Li Ming and LI MING."""
    return _DOTS.sub("", unicodedata.normalize("NFKC", name)).casefold()


def names_agree(one: str, other: str) -> bool:
    return name_key(one) == name_key(other) != ""


def reach_of_new(*, record_is_new: bool, record_phone: str | None, mobile: str, held_by_phone: bool) -> Reach:
    """How far a contact reaches for whom it has just proved `mobile`.

    All of it where there is nothing older to see, where the hospital has this very phone on record, or where somebody
    with full reach proved this phone for the same person. Name and document alone are known to too many people.
    """
    same_phone = record_phone is not None and plain_mobile(record_phone) == plain_mobile(mobile)
    return "all" if record_is_new or same_phone or held_by_phone else "booking"


def proves(typed: str, record_phone: str | None) -> bool:
    """Whether these are the last four of the phone that the hospital has on record."""
    digits = unicodedata.normalize("NFKC", typed).strip()
    tail = plain_mobile(record_phone or "")[-4:]
    return re.fullmatch(r"[0-9]{4}", digits) is not None and digits == tail


def document_end(text: str) -> str:
    """The last six letters and digits of a document's number, typed or kept; "" where there are fewer than four."""
    plain = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())
    return plain[-6:] if len(plain) >= 4 else ""


def plain_mobile(text: str) -> str:
    """Digits only, without +86: 138 1234 5678 and +8613812345678 are one phone."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return digits[-11:] if len(digits) in (13, 15) and digits.startswith(("86", "0086")) else digits
