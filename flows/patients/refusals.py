"""Every "no" of this area, by name. Each template says why, until when, and what can be done instead.

::

    Refusal
    ├── FamilyFull            as many persons as one contact may look after
    ├── TooManyNew            as many new persons as may be added in 30 days        until
    ├── TooManyRemoved        as many removed as may be in 30 days                  until
    ├── CodeTooSoon           the last code to this number is too fresh             seconds
    ├── CodesForMobile        enough codes to this number today                     until
    ├── CodesForContact       enough codes for this contact today                   until
    ├── MobileNotProved       the phone's code was not given, or too long ago
    ├── SelfAlready           the contact has registered themselves before
    ├── ConsentMissing        the privacy notice was not agreed to
    ├── DocumentOfAnother     the document is known under another name
    ├── DocumentTaken         the document is somebody's already, of the same name
    ├── DocumentThere         the person has a document
    ├── DocumentUnlike        birthday or sex are not those of the document
    ├── RecordsDiffer         the hospital has another record under the document
    ├── GuardianMissing       no grown-up person of this contact can stand for the child
    ├── OwnDocumentNeeded     old enough to need a document of their own
    ├── TooYoungAlone         too young to register themselves
    ├── ReachTooShort         asked for more than was proved
    ├── ProofTriesSpent       guessed too often today                               until
    ├── HelpTriesSpent        guessed a hand-over's code too often today            until
    ├── HandoversSpent        handed over often enough today                        until
    ├── HandoverOver          taken, answered, or too old
    ├── HelperOnly            who only helps may not do this
    └── SelfMissing           a taker who has not registered themself
"""

from __future__ import annotations

from bot.errors import Refusal


class FamilyFull(Refusal):
    """Facts: most."""

    template = "family_full"


class TooManyNew(Refusal):
    """Facts: most, until (ISO date)."""

    template = "too_many_new"


class TooManyRemoved(Refusal):
    """Facts: most, until (ISO date)."""

    template = "too_many_removed"


class CodeTooSoon(Refusal):
    """Facts: seconds to wait."""

    template = "code_too_soon"


class CodesForMobile(Refusal):
    """Facts: most, until (ISO date)."""

    template = "codes_for_mobile"


class CodesForContact(Refusal):
    """Facts: most, until (ISO date)."""

    template = "codes_for_contact"


class MobileNotProved(Refusal):
    template = "mobile_not_proved"


class SelfAlready(Refusal):
    template = "self_already"


class ConsentMissing(Refusal):
    template = "consent_missing"


class DocumentOfAnother(Refusal):
    """Tells nothing about the other: neither name nor when nor by whom."""

    template = "document_of_another"


class GuardianMissing(Refusal):
    template = "guardian_missing"


class OwnDocumentNeeded(Refusal):
    """Facts: years."""

    template = "own_document_needed"


class TooYoungAlone(Refusal):
    """Facts: years."""

    template = "too_young_alone"


class ReachTooShort(Refusal):
    template = "reach_too_short"


class ProofTriesSpent(Refusal):
    """Facts: until (ISO date)."""

    template = "proof_tries_spent"


class HelpTriesSpent(Refusal):
    """Facts: until (ISO date)."""

    template = "help_tries_spent"


class HandoversSpent(Refusal):
    """Facts: most, until (ISO date)."""

    template = "handovers_spent"


class HandoverOver(Refusal):
    template = "handover_over"


class HelperOnly(Refusal):
    """Facts: name."""

    template = "helper_only"


class SelfMissing(Refusal):
    template = "self_missing"


class DocumentTaken(Refusal):
    """At the desk."""

    template = "document_taken"


class DocumentThere(Refusal):
    """At the desk."""

    template = "document_there"


class DocumentUnlike(Refusal):
    """At the desk."""

    template = "document_unlike"


class RecordsDiffer(Refusal):
    """At the desk."""

    template = "records_differ"
